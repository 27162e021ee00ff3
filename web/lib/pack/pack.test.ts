/** A pack from one device to another: whole, damaged, cut off, foreign, later; older and newer than what is there. */
import { beforeAll, describe, expect, it } from 'vitest'
import type { MarketId } from '../../../core/market.ts'
import { PREFIX_BYTES } from '../../../core/pack/pack.ts'
import { openPack } from '../../../core/pack/read.ts'
import { encodeHead } from '../../../core/pack/write.ts'
import type { Store } from '../store/database.ts'
import { newStore, testDevice } from '../sync/test-device.ts'
import { TestArchive } from '../sync/test-archive.ts'
import { writePackFile } from './export.ts'
import { sourceOf, takePackFile } from './import.ts'

const NOW = Date.UTC(2024, 2, 14, 10)
const none = () => undefined

interface Written {
  readonly archive: TestArchive
  readonly market: MarketId
  readonly store: Store
  readonly bytes: Uint8Array<ArrayBuffer>
}

async function archiveOfMarch() {
  const archive = new TestArchive(NOW)
  const market = archive.addMarket('coinbase:BTC-USD')
  archive.addMarket('coinbase:ETH-USD')
  archive.fill(market, '1d', Date.UTC(2023, 0, 1), Date.UTC(2024, 2, 14))
  await archive.seal(market, '1d', '2023')
  archive.fill(market, '1m', Date.UTC(2024, 2, 10), NOW)
  for (const day of ['10', '11', '12']) await archive.seal(market, '1m', `2024-03-${day}`)
  return { archive, market }
}

async function write(): Promise<Written> {
  const { archive, market } = await archiveOfMarch()
  const device = await testDevice(archive)
  await device.store.packs.put({ market, minuteDays: 366 })
  await device.round()
  // What only the server's list tells of a market.
  await device.store.markets.update(market, { symbol: 'BTC', paused: true })
  const file = await writePackFile(device.store, market)
  return { archive, market, store: device.store, bytes: new Uint8Array(await file.arrayBuffer()) }
}

const take = (store: Store, bytes: Uint8Array<ArrayBuffer>) =>
  takePackFile(store, sourceOf(new Blob([bytes])), none)

const chunksIn = async (store: Store) => (await store.chunks.toArray()).map((chunk) => chunk.hash).sort()

describe('a pack file', () => {
  let written: Written
  beforeAll(async () => {
    written = await write()
  })

  it('holds every chunk and frame of the market, and says so in its head', async () => {
    const { head } = await openPack(sourceOf(new Blob([written.bytes])))
    expect(head.market).toMatchObject({ id: written.market, tick: '0.01', status: 'live' })
    expect(head.sync.chunks.map(({ interval, period }) => `${interval} ${period}`)).toEqual([
      '1m 2024-03-10',
      '1m 2024-03-11',
      '1m 2024-03-12',
      '1d 2023',
    ])
    expect(head.frames.length).toBeGreaterThan(0)
    expect(head.keep).toEqual({ hour_years: 2, minute_days: 366 })
  })

  it('makes an empty device know the market as the other one did, without a network', async () => {
    const store = await newStore()
    expect(await take(store, written.bytes)).toEqual({ market: written.market, taken: 4, kept: 0 })
    expect(await chunksIn(store)).toEqual(await chunksIn(written.store))
    expect((await store.tail.toArray()).map(({ bytes }) => bytes)).toEqual(
      (await written.store.tail.toArray()).map(({ bytes }) => bytes),
    )
    expect((await store.packs.get(written.market))?.minuteDays).toBe(366)
    expect(await store.markets.get(written.market)).toMatchObject({
      symbol: 'BTC',
      paused: true,
      tick: '0.01',
    })
    // Twice changes nothing.
    expect(await take(store, written.bytes)).toEqual({ market: written.market, taken: 0, kept: 4 })
  })

  it('is followed by a sync that brings the rest and fetches nothing twice', async () => {
    const device = await testDevice(written.archive, await newStore())
    await take(device.store, written.bytes)
    written.archive.requests.length = 0
    const { complete } = await device.round()
    expect(complete).toBe(true)
    expect(written.archive.requests.filter((url) => url.includes('/chunks/'))).toEqual([])
    expect((await device.store.markets.toArray()).map((row) => row.market).sort()).toEqual([
      'coinbase:BTC-USD',
      'coinbase:ETH-USD',
    ])
    const other = await testDevice(written.archive)
    await other.store.packs.put({ market: written.market, minuteDays: 366 })
    await other.round()
    expect(await chunksIn(device.store)).toEqual(await chunksIn(other.store))
    expect((await device.store.manifest.toArray()).length).toBe((await other.store.manifest.toArray()).length)
  })

  it('of damaged bytes, cut off, or with more behind it, is refused whole', async () => {
    const { bytes } = written
    const headBytes = new DataView(bytes.buffer).getUint32(8, true)
    const damaged = (at: number) => {
      const copy = bytes.slice()
      copy[at]! ^= 1
      return copy
    }
    for (const [wrong, fault] of [
      [damaged(0), 'no-pack'],
      [new TextEncoder().encode('time,open,high,low,close,volume'), 'no-pack'],
      [new Uint8Array(0), 'no-pack'],
      [damaged(PREFIX_BYTES + 20), 'damaged'],
      [damaged(PREFIX_BYTES + headBytes + 60), 'damaged'],
      [damaged(bytes.length - 1), 'damaged'],
      [new Uint8Array([...bytes, 0]), 'damaged'],
      [bytes.slice(0, 10), 'truncated'],
      [bytes.slice(0, PREFIX_BYTES + 100), 'truncated'],
      [bytes.slice(0, -1), 'truncated'],
      [Uint8Array.from(bytes, (byte, at) => (at === 4 ? 2 : byte)), 'later'],
    ] as const) {
      const store = await newStore()
      await expect(take(store, wrong)).rejects.toMatchObject({ name: 'PackError', fault })
      expect(await Promise.all(store.tables.map((table) => table.count()))).toEqual(store.tables.map(() => 0))
    }
  })

  it('with a head that was written wrong is refused, whatever its checksum', async () => {
    const { head } = await openPack(sourceOf(new Blob([written.bytes])))
    for (const wrong of [
      { ...head, sync: { ...head.sync, chunks: [{ ...head.sync.chunks[0]!, market: 'coinbase:ETH-USD' }] } },
      { ...head, sync: { ...head.sync, markets: [{ id: 'coinbase:ETH-USD' }] } },
      { ...head, market: { ...head.market, id: 'nonsense' } },
      { ...head, frames: [{ interval: '5m', sha256: 'a'.repeat(64), size: 1 }] },
      { ...head, frames: 'none' },
      [],
    ])
      await expect(take(await newStore(), encodeHead(wrong as never))).rejects.toMatchObject({
        fault: 'damaged',
      })
    const later = encodeHead({ ...head, sync: { ...head.sync, format: 2 as never } })
    await expect(take(await newStore(), later)).rejects.toMatchObject({ fault: 'later' })
  })

  it('of another server is refused by a device that follows one', async () => {
    const other = new TestArchive(NOW)
    other.id = '5f0c1e2d-0000-4000-8000-000000000002'
    other.addMarket('coinbase:BTC-USD')
    const device = await testDevice(other)
    await device.round()
    await expect(take(device.store, written.bytes)).rejects.toMatchObject({ fault: 'other-server' })
    expect(await device.store.chunks.count()).toBe(0)
  })
})

describe('a pack file on a device that knows the market', () => {
  it('brings what is missing, and what is newer there stays', async () => {
    const { archive, market, bytes } = await write()
    // One day is revised, the next one sealed: the device knows both, and fetches nothing.
    archive.fill(market, '1m', Date.UTC(2024, 2, 11), Date.UTC(2024, 2, 11, 1), 5)
    const revised = await archive.seal(market, '1m', '2024-03-11')
    const device = await testDevice(archive)
    await device.store.packs.put({ market, minuteDays: 366, paused: true })
    await device.round()
    const report = await take(device.store, bytes)
    expect(report).toEqual({ market, taken: 3, kept: 1 })
    const line = await device.store.manifest.get([market, '1m', '2024-03-11', 'price'])
    expect(line).toMatchObject({ sha256: revised, held: null })
    await device.store.packs.update(market, { paused: false })
    await device.round()
    expect(await device.store.manifest.get([market, '1m', '2024-03-11', 'price'])).toMatchObject({
      held: revised,
    })
  })

  it('newer than the device is taken, and the server is asked for the last word', async () => {
    const { archive, market } = await archiveOfMarch()
    const old = await testDevice(archive)
    await old.round()
    archive.fill(market, '1m', Date.UTC(2024, 2, 12), Date.UTC(2024, 2, 12, 1), 7)
    const revised = await archive.seal(market, '1m', '2024-03-12')
    const fresh = await testDevice(archive)
    await fresh.round()
    const file = await writePackFile(fresh.store, market)
    const bytes = new Uint8Array(await file.arrayBuffer())
    expect((await take(old.store, bytes)).taken).toBe(1)
    expect(await old.store.manifest.get([market, '1m', '2024-03-12', 'price'])).toMatchObject({
      sha256: revised,
      held: revised,
    })
    expect(await old.store.positions.get(market)).toMatchObject({ whole: false })
    await old.round()
    expect(await chunksIn(old.store)).toEqual(await chunksIn(fresh.store))
  })
})
