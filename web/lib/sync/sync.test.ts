import { describe, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../core/time/interval.ts'
import { State } from '../../../core/candle/columns.ts'
import type { ChunkHash } from '../../../core/chunk/chunk.ts'
import type { MarketId } from '../../../core/market.ts'
import { WireFormatError } from '../../../core/wire/error.ts'
import { Compute } from '../../worker/compute.ts'
import type { Store } from '../store/database.ts'
import { pullMarkets } from './prices.ts'
import { RequestError } from './request.ts'
import { rowAt, TestArchive } from './test-archive.ts'
import { testDevice } from './test-device.ts'

const DAY_12 = Date.UTC(2024, 2, 12)
const NOW = DAY_12 + 10 * HOUR_MS

/** Days since 2023, hours of two months, minutes of March's first days and of today. */
async function archiveOfMarch(): Promise<{ archive: TestArchive; market: MarketId }> {
  const archive = new TestArchive(NOW)
  const market = archive.addMarket('coinbase:BTC-USD')
  archive.fill(market, '1d', Date.UTC(2023, 0, 1), DAY_12)
  await archive.seal(market, '1d', '2023')
  archive.fill(market, '1h', Date.UTC(2024, 1, 1), NOW)
  await archive.seal(market, '1h', '2024-02')
  archive.fill(market, '1m', Date.UTC(2024, 2, 1), NOW)
  for (let day = 1; day < 12; day++)
    await archive.seal(market, '1m', `2024-03-${String(day).padStart(2, '0')}`)
  return { archive, market }
}

/** Closes of the device's minutes beside the archive's own, place by place. */
async function expectMinutes(store: Store, market: MarketId, fromMs: number, toMs: number): Promise<void> {
  const columns = await new Compute(store).columns(market, '1m', fromMs, toMs)
  expect(columns.length).toBe((toMs - fromMs) / MINUTE_MS)
  for (let place = 0; place < columns.length; place++) {
    const ms = fromMs + place * MINUTE_MS
    const empty = (ms / MINUTE_MS) % 97 === 5
    expect(columns.states[place]).toBe(empty ? State.empty : State.present)
    if (!empty) expect(columns.close[place]).toBe(Number(rowAt(market, '1m', ms, 0).close))
  }
}

describe('a first sync', () => {
  it('brings every wanted place to the device, equal to the archive', async () => {
    const { archive, market } = await archiveOfMarch()
    const device = await testDevice(archive)
    const result = await device.round()
    expect(result.complete).toBe(true)
    await expectMinutes(device.store, market, Date.UTC(2024, 2, 1), NOW)
    expect(device.changed.has(market)).toBe(true)
    expect(await device.store.positions.get(market)).toMatchObject({ tail: archive.revision, whole: true })
  })

  it('makes the days that the tail has brought, and downloads the others', async () => {
    const { archive } = await archiveOfMarch()
    const device = await testDevice(archive)
    await device.round()
    // 2023, February's hours, and the minutes of the 1st to the 4th: the tail reaches back 8 days.
    expect(archive.asked('/api/v1/chunks/')).toHaveLength(6)
  })

  it('keeps a sealed period as a chunk only, and volume not at all', async () => {
    const { archive } = await archiveOfMarch()
    const { store, round } = await testDevice(archive)
    await round()
    const tail = await store.tail.toArray()
    expect(tail.map((row) => `${row.interval} ${row.period} ${row.part}`).sort()).toEqual([
      '1d 2024 price',
      '1h 2024-03 price',
      '1m 2024-03-12 price',
    ])
    const held = (await store.manifest.toArray()).filter((row) => row.held !== null)
    expect(held.every((row) => row.part === 'price')).toBe(true)
  })

  it('tells how far it is, in bytes', async () => {
    const { archive } = await archiveOfMarch()
    const { progress, round } = await testDevice(archive)
    await round()
    expect(progress.at(-1)).toBeNull()
    const last = progress.at(-2)!
    expect(last.bytesDone).toBe(last.bytesWanted)
    expect(last.chunksDone).toBe(13)
  })

  it('asks for nothing but news the second time', async () => {
    const { archive } = await archiveOfMarch()
    const { store, round } = await testDevice(archive)
    await round()
    const before = await store.tail.toArray()
    archive.forget()
    await round()
    expect(archive.requests.map((url) => url.split('?')[0])).toEqual(['/api/v1/sync', '/api/v1/tail'])
    expect(await store.tail.toArray()).toEqual(before)
  })
})

describe('what comes from the network', () => {
  it('goes on where it was interrupted', async () => {
    const { archive, market } = await archiveOfMarch()
    const device = await testDevice(archive)
    let answered = 0
    archive.disturb = (url) => {
      if (!url.startsWith('/api/v1/chunks/') || answered++ < 2) return null
      throw new TypeError('network error')
    }
    await expect(device.round()).rejects.toThrow(RequestError)
    const stored = await device.store.chunks.count()
    expect(stored).toBeGreaterThan(0)
    archive.disturb = () => null
    archive.forget()
    const again = await testDevice(archive, device.store)
    expect((await again.round()).complete).toBe(true)
    expect(archive.asked('/api/v1/chunks/').length).toBeLessThan(6)
    await expectMinutes(device.store, market, Date.UTC(2024, 2, 1), NOW)
  })

  it('is asked once more when its hash is wrong, and told once when it is wrong again', async () => {
    const { archive } = await archiveOfMarch()
    const device = await testDevice(archive)
    const spoilt = new Set<string>()
    archive.disturb = (url) => {
      if (!url.startsWith('/api/v1/chunks/') || spoilt.size === 2 || spoilt.has(url)) return null
      spoilt.add(url)
      const bytes = archive.body(url.split('/').at(-1) as ChunkHash).slice()
      bytes[40] = bytes[40]! ^ 1
      return new Response(bytes, { headers: { 'content-type': 'application/octet-stream' } })
    }
    // The first answer for each of two chunks is wrong; the second one is right.
    expect((await device.round()).complete).toBe(true)
    for (const url of spoilt) expect(archive.asked(url)).toHaveLength(2)
    expect(device.troubles).toEqual([])

    const other = await testDevice(archive)
    archive.disturb = (url) =>
      url.startsWith('/api/v1/chunks/')
        ? new Response(new Uint8Array(60), { headers: { 'content-type': 'application/octet-stream' } })
        : null
    expect((await other.round()).complete).toBe(false)
    expect(other.troubles).toHaveLength(6)
    expect(other.troubles[0]).toMatchObject({ why: 'another chunk', market: 'coinbase:BTC-USD' })
  })

  it('never stores a page that stands between', async () => {
    const { archive } = await archiveOfMarch()
    const device = await testDevice(archive)
    const portal = () =>
      new Response('<html>please sign in</html>', { headers: { 'content-type': 'text/html; charset=utf-8' } })
    archive.disturb = (url) => (url.startsWith('/api/v1/chunks/') ? portal() : null)
    await expect(device.round()).rejects.toMatchObject({
      trouble: { why: 'another kind', type: 'text/html' },
    })
    archive.disturb = portal
    await expect(device.round()).rejects.toMatchObject({
      trouble: { why: 'another kind', type: 'text/html' },
    })
    for (const row of await device.store.chunks.toArray()) expect(row.bytes.slice(0, 4)).toEqual(magic)
  })

  it('changes nothing when it speaks a later format', async () => {
    const { archive } = await archiveOfMarch()
    const device = await testDevice(archive)
    await device.round()
    const before = await dump(device.store)
    archive.addMarket('coinbase:ETH-USD')
    archive.format = 2
    await expect(device.round()).rejects.toThrow(WireFormatError)
    expect(await dump(device.store)).toEqual(before)
  })
})

describe('a longer period', () => {
  it('is made of its days without a download, and takes their place', async () => {
    const { archive, market } = await archiveOfMarch()
    const device = await testDevice(archive)
    await device.round()
    archive.nowMs = Date.UTC(2024, 3, 1) + 3 * HOUR_MS
    archive.fill(market, '1m', NOW, Date.UTC(2024, 3, 1))
    for (let day = 12; day <= 24; day++) await archive.seal(market, '1m', `2024-03-${day}`)
    await device.round()
    const hash = await archive.seal(market, '1m', '2024-03')
    archive.forget()
    expect((await device.round()).complete).toBe(true)
    expect(archive.asked('/api/v1/chunks/')).toHaveLength(0)
    const minutes = (await device.store.manifest.toArray()).filter(
      (row) => row.interval === '1m' && row.part === 'price',
    )
    expect(minutes.map((row) => [row.period, row.held])).toEqual([['2024-03', hash]])
    expect((await device.store.tail.toArray()).filter((row) => row.interval === '1m')).toEqual([])
    await expectMinutes(device.store, market, Date.UTC(2024, 2, 1), Date.UTC(2024, 3, 1))
  })

  it('leaves its days readable until it is here', async () => {
    const { archive, market } = await archiveOfMarch()
    const device = await testDevice(archive)
    await device.round()
    // The 3rd is revised and only in the month, so the month cannot be made here.
    archive.nowMs = Date.UTC(2024, 3, 1) + 3 * HOUR_MS
    archive.fill(market, '1m', NOW, Date.UTC(2024, 3, 1))
    archive.fill(market, '1m', Date.UTC(2024, 2, 3), Date.UTC(2024, 2, 3) + HOUR_MS, 7)
    await archive.seal(market, '1m', '2024-03')
    archive.disturb = (url) => {
      if (url.startsWith('/api/v1/chunks/')) throw new TypeError('network error')
      return null
    }
    await expect(device.round()).rejects.toThrow(RequestError)
    const columns = await new Compute(device.store).columns(market, '1m', Date.UTC(2024, 2, 1), DAY_12)
    expect(columns.states.every((state) => state === State.present || state === State.empty)).toBe(true)
    archive.disturb = () => null
    expect((await device.round()).complete).toBe(true)
    const revised = await new Compute(device.store).columns(
      market,
      '1m',
      Date.UTC(2024, 2, 3),
      Date.UTC(2024, 2, 3) + MINUTE_MS,
    )
    expect(revised.close[0]).toBe(Number(rowAt(market, '1m', Date.UTC(2024, 2, 3), 7).close))
  })
})

describe('the tail', () => {
  it('shows a revision of a sealed day until its chunk comes, and then leaves', async () => {
    const { archive, market } = await archiveOfMarch()
    const device = await testDevice(archive)
    await device.round()
    const from = Date.UTC(2024, 2, 10)
    archive.fill(market, '1m', from, from + 5 * MINUTE_MS, 50)
    await device.round()
    const firstClose = async () =>
      (await new Compute(device.store).columns(market, '1m', from, from + MINUTE_MS)).close[0]
    const revised = Number(rowAt(market, '1m', from, 50).close)
    expect(await firstClose()).toBe(revised)
    await archive.seal(market, '1m', '2024-03-10')
    archive.forget()
    await device.round()
    expect(await firstClose()).toBe(revised)
    expect(archive.asked('/api/v1/chunks/')).toHaveLength(0)
    expect(await device.store.tail.get([market, '1m', '2024-03-10', 'price'])).toBeUndefined()
  })

  it('is asked for anew where somebody wanted that while an answer was under way', async () => {
    const { archive, market } = await archiveOfMarch()
    const device = await testDevice(archive)
    await device.round()
    archive.fill(market, '1m', NOW - 10 * MINUTE_MS, NOW - 9 * MINUTE_MS, 7)
    archive.disturb = async (url) => {
      if (url.startsWith('/api/v1/tail')) await device.store.positions.update(market, { tail: 0 })
      return null
    }
    await device.round()
    expect((await device.store.positions.get(market))?.tail).toBe(0)
  })

  it('is asked for prices alone, the only part that packs hold', async () => {
    const { archive } = await archiveOfMarch()
    const device = await testDevice(archive)
    await device.round()
    const asked = archive.asked('/api/v1/tail')
    expect(asked.map((url) => new URLSearchParams(url.split('?')[1]).get('parts'))).toEqual(['price'])
    expect((await device.store.tail.toArray()).map(({ part }) => part)).not.toContain('volume')
  })

  it('asks for the manifest again when something was sealed in between', async () => {
    const { archive, market } = await archiveOfMarch()
    const device = await testDevice(archive)
    await device.round()
    archive.nowMs += DAY_MS
    archive.fill(market, '1m', NOW, DAY_12 + DAY_MS)
    archive.disturb = async (url) => {
      if (!url.startsWith('/api/v1/tail')) return null
      archive.disturb = () => null
      await archive.seal(market, '1m', '2024-03-12')
      return null
    }
    archive.forget()
    expect((await device.round()).complete).toBe(true)
    expect(archive.requests.map((url) => url.split('?')[0])).toEqual([
      '/api/v1/sync',
      '/api/v1/tail',
      '/api/v1/sync',
    ])
    expect(await device.store.manifest.get([market, '1m', '2024-03-12', 'price'])).toMatchObject({
      held: expect.any(String),
    })
  })
})

describe('a device', () => {
  it('refills by itself after the browser has emptied its store', async () => {
    const { archive, market } = await archiveOfMarch()
    const device = await testDevice(archive)
    await device.round()
    await Promise.all(device.store.tables.map((table) => table.clear()))
    const again = await testDevice(archive, device.store)
    expect((await again.round()).complete).toBe(true)
    await expectMinutes(device.store, market, Date.UTC(2024, 2, 1), NOW)
  })

  it('fetches chunks anew of which the bytes are gone', async () => {
    const { archive, market } = await archiveOfMarch()
    const device = await testDevice(archive)
    await device.round()
    await device.store.chunks.clear()
    expect((await device.round()).complete).toBe(true)
    await expectMinutes(device.store, market, Date.UTC(2024, 2, 1), NOW)
  })

  it('starts over on another archive and takes up the chunks that it has', async () => {
    const { archive, market } = await archiveOfMarch()
    const device = await testDevice(archive)
    await device.round()
    archive.id = '5f0c1e2d-0000-4000-8000-000000000002'
    archive.forget()
    expect((await device.round()).complete).toBe(true)
    expect(archive.asked('/api/v1/chunks/')).toHaveLength(0)
    expect((await device.store.meta.get('archive'))?.archive).toBe(archive.id)
    await expectMinutes(device.store, market, Date.UTC(2024, 2, 1), NOW)
  })

  it('starts over when the archive is behind it', async () => {
    const { archive, market } = await archiveOfMarch()
    const device = await testDevice(archive)
    await device.round()
    await device.store.meta.update('archive', { revision: archive.revision + 100 })
    expect((await device.round()).complete).toBe(true)
    expect((await device.store.meta.get('archive'))?.revision).toBe(archive.revision)
    await expectMinutes(device.store, market, Date.UTC(2024, 2, 1), NOW)
  })

  it('asks for the past of a market that comes back, and forgets one that goes', async () => {
    const { archive, market } = await archiveOfMarch()
    const other = archive.addMarket('coinbase:ETH-USD')
    const device = await testDevice(archive)
    await device.round()
    archive.removeMarket(market)
    await device.round()
    expect(await device.store.markets.toCollection().primaryKeys()).toEqual([other])
    expect(await device.store.chunks.count()).toBe(0)
    archive.addMarket(market)
    await device.round()
    await expectMinutes(device.store, market, Date.UTC(2024, 2, 1), NOW)
  })

  it('keeps a year of minutes of a market on request, and lets go of it again', async () => {
    const { archive, market } = await archiveOfMarch()
    archive.fill(market, '1m', Date.UTC(2023, 9, 1), Date.UTC(2023, 10, 1))
    await archive.seal(market, '1m', '2023-10')
    const device = await testDevice(archive)
    const held = async () =>
      (await device.store.manifest.get([market, '1m', '2023-10', 'price']))?.held ?? null
    await device.round()
    expect(await held()).toBeNull()
    await device.store.packs.put({ market, minuteDays: 365 })
    await device.round()
    expect(await held()).not.toBeNull()
    await device.store.packs.put({ market, minuteDays: 30 })
    await device.round()
    expect(await held()).toBeNull()
  })
})

const magic = new TextEncoder().encode('CTCH')

const dump = async (store: Store): Promise<unknown> =>
  Promise.all(store.tables.map(async (table) => [table.name, await table.toArray()]))

describe('a renamed market', () => {
  it('is stored with the one that it continues, and both series stay apart', async () => {
    const { archive, market } = await archiveOfMarch()
    const device = await testDevice(archive)
    await device.round()
    const continues = { market: 'coinbase:OLD-USD', at: '2024-03-01T00:00:00Z' }
    const told = { id: market, base: 'BTC', quote: 'USD', name: 'Bitcoin', tick: '0.01', status: 'live' }
    const tell = (value: object) => {
      archive.disturb = (url) => (url === '/api/v1/markets' ? Response.json({ markets: [value] }) : null)
      return pullMarkets(device.context)
    }
    await tell({ ...told, continues })
    expect(await device.store.markets.get(market)).toMatchObject({ continues })
    await expect(tell({ ...told, continues: { market: 'no market', at: null } })).rejects.toMatchObject({
      trouble: { why: 'unreadable', message: expect.stringContaining('continues.market') as string },
    })
    await tell(told)
    expect((await device.store.markets.get(market))!.continues).toBeUndefined()
    await expectMinutes(device.store, market, Date.UTC(2024, 2, 1), NOW)
  })
})
