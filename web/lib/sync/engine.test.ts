import { afterEach, expect, it, vi } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../../../core/time/interval.ts'
import type { MarketId } from '../../../core/market.ts'
import { Compute } from '../../worker/compute.ts'
import type { Store } from '../store/database.ts'
import { SyncEngine, type Saving } from './engine.ts'
import { leadInTurn } from './leader.ts'
import { UNKNOWN_STATUS, type SyncStatus } from './status.ts'
import { rowAt, TestArchive } from './test-archive.ts'
import { newStore } from './test-device.ts'
import { TestStream } from './test-live.ts'

const NOW = Date.UTC(2024, 2, 12, 10)
const ends: AbortController[] = []

afterEach(() => {
  for (const end of ends.splice(0)) end.abort()
})

function smallArchive(): { archive: TestArchive; market: MarketId } {
  const archive = new TestArchive(NOW)
  const market = archive.addMarket('coinbase:BTC-USD')
  archive.fill(market, '1m', NOW - HOUR_MS, NOW)
  return { archive, market }
}

interface Tab {
  readonly engine: SyncEngine
  readonly streams: TestStream[]
  readonly changed: MarketId[]
  saving: Saving
  status: SyncStatus
  lead(signal: AbortSignal): Promise<void>
}

function tabOf(archive: TestArchive, store: Store): Tab {
  const streams: TestStream[] = []
  const changed: MarketId[] = []
  const engine = new SyncEngine(
    {
      store,
      fetch: archive.fetch,
      connect: (url) => {
        const stream = new TestStream(url)
        streams.push(stream)
        return stream
      },
      now: () => archive.nowMs,
      changed: (markets) => changed.push(...markets),
      quotesChanged: () => undefined,
      status: (status) => {
        tab.status = status
      },
      saving: () => tab.saving,
      pauses: { between: 5, first: 5, longest: 10, idle: 3_600_000, saving: 3_600_000 },
    },
    UNKNOWN_STATUS,
  )
  const tab: Tab = {
    engine,
    streams,
    changed,
    saving: { isOn: false, isMetered: false },
    status: UNKNOWN_STATUS,
    lead: (signal) => engine.run(signal),
  }
  return tab
}

function run(tab: Tab): AbortController {
  const end = new AbortController()
  ends.push(end)
  void tab.lead(end.signal)
  return end
}

it('is online, synced and listening after its first round', async () => {
  const { archive } = smallArchive()
  const tab = tabOf(archive, await newStore())
  run(tab)
  await vi.waitFor(() => expect(tab.status).toMatchObject({ online: true, synced: true }))
  expect(tab.status.revision).toBe(archive.revision)
  expect(tab.streams.map((stream) => stream.url)).toEqual(['/api/v1/live'])
})

it('says neither online nor offline before the first attempt has ended', async () => {
  const { archive } = smallArchive()
  const answer = Promise.withResolvers<null>()
  archive.disturb = () => answer.promise
  const tab = tabOf(archive, await newStore())
  run(tab)
  await vi.waitFor(() => expect(archive.requests).toHaveLength(1))
  expect(tab.status).toMatchObject({ online: false, connecting: true })
  answer.reject(new TypeError('network error'))
  await vi.waitFor(() => expect(tab.status).toMatchObject({ online: false, connecting: false }))
})

it('is online with the first answer, before the tail has come, and knows how far the server is', async () => {
  const { archive } = smallArchive()
  archive.backfill = { wanted: 2059, done: 1204 }
  const tail = Promise.withResolvers<null>()
  archive.disturb = (url) => (url.startsWith('/api/v1/tail') ? tail.promise : null)
  const tab = tabOf(archive, await newStore())
  run(tab)
  await vi.waitFor(() => expect(archive.asked('/api/v1/tail')).toHaveLength(1))
  expect(tab.status).toMatchObject({
    online: true,
    connecting: false,
    lastSuccessMs: null,
    history: { wanted: 2059, done: 1204 },
  })
  tail.resolve(null)
  await vi.waitFor(() => expect(tab.status.lastSuccessMs).toBe(archive.nowMs))
})

it('shows a closed candle as soon as the stream tells of it', async () => {
  const { archive, market } = smallArchive()
  const store = await newStore()
  const tab = tabOf(archive, store)
  run(tab)
  await vi.waitFor(() => expect(tab.status.synced).toBe(true))
  const row = rowAt(market, '1m', NOW, 0)
  tab.changed.length = 0
  tab.streams[0]!.say('candle', {
    market,
    interval: '1m',
    candle: [new Date(NOW).toISOString(), row.open, row.high, row.low, row.close, row.volume],
    revision: archive.revision + 1,
  })
  await vi.waitFor(() => expect(tab.changed).toContain(market))
  const columns = await new Compute(store).columns(market, '1m', NOW - MINUTE_MS, NOW + MINUTE_MS)
  expect(columns.close[1]).toBe(Number(row.close))
})

it('keeps the newest price and carries the change of the day along', async () => {
  const { archive, market } = smallArchive()
  const store = await newStore()
  const tab = tabOf(archive, store)
  run(tab)
  await vi.waitFor(() => expect(tab.streams).toHaveLength(1))
  tab.streams[0]!.say('price', { market, price: '201', as_of: new Date(NOW + 4000).toISOString() })
  tab.streams[0]!.say('price', { market, price: '1', as_of: new Date(NOW - 4000).toISOString() })
  await vi.waitFor(async () => expect((await store.quotes.get(market))?.price).toBe('201'))
  const quote = await store.quotes.get(market)
  expect(quote?.change24h).toBeCloseTo(1.01 * 2 - 1, 12)
})

it('fetches what a revision brought', async () => {
  const { archive, market } = smallArchive()
  const tab = tabOf(archive, await newStore())
  run(tab)
  await vi.waitFor(() => expect(tab.status.synced).toBe(true))
  archive.fill(market, '1m', NOW, NOW + MINUTE_MS)
  tab.streams[0]!.say('revision', { revision: archive.revision })
  await vi.waitFor(() => expect(tab.status.revision).toBe(archive.revision))
})

it('is offline when the server is gone, and comes back by itself', async () => {
  const { archive, market } = smallArchive()
  const tab = tabOf(archive, await newStore())
  run(tab)
  await vi.waitFor(() => expect(tab.streams).toHaveLength(1))
  archive.disturb = () => {
    throw new TypeError('network error')
  }
  tab.streams[0]!.say('error')
  await vi.waitFor(() => expect(tab.status.online).toBe(false))
  expect(tab.status.trouble).toMatchObject({ why: 'unreachable' })
  expect(tab.streams[0]!.closed).toBe(true)
  archive.nowMs += MINUTE_MS
  archive.fill(market, '1m', NOW, archive.nowMs)
  archive.disturb = () => null
  await vi.waitFor(() => {
    expect(tab.status).toMatchObject({ online: true, revision: archive.revision, trouble: null })
    expect(tab.streams.at(-1)!.closed).toBe(false)
  })
})

it('under the data saver opens no stream, and over a metered line leaves the packs for another', async () => {
  const { archive, market } = smallArchive()
  const DAY = Date.UTC(2024, 2, 1)
  archive.fill(market, '1m', DAY, DAY + HOUR_MS)
  await archive.seal(market, '1m', '2024-03-01')
  const store = await newStore()
  const tab = tabOf(archive, store)
  tab.saving = { isOn: true, isMetered: true }
  run(tab)
  await vi.waitFor(() => expect(tab.status.trouble).toEqual({ why: 'metered' }))
  expect(tab.status).toMatchObject({ online: true, synced: false, revision: archive.revision })
  expect(archive.asked('/api/v1/chunks')).toEqual([])
  expect(tab.streams).toEqual([])

  tab.saving = { isOn: true, isMetered: false }
  tab.engine.syncNow()
  await vi.waitFor(() => expect(tab.status).toMatchObject({ synced: true, trouble: null }))
  expect(archive.asked('/api/v1/chunks')).toHaveLength(1)
  expect(tab.streams).toEqual([])

  tab.saving = { isOn: false, isMetered: false }
  tab.engine.syncNow()
  await vi.waitFor(() => expect(tab.streams).toHaveLength(1))
  tab.saving = { isOn: true, isMetered: false }
  tab.engine.syncNow()
  await vi.waitFor(() => expect(tab.streams[0]!.closed).toBe(true))
})

it('tells that the app is outdated and changes nothing', async () => {
  const { archive } = smallArchive()
  archive.format = 2
  const store = await newStore()
  const tab = tabOf(archive, store)
  run(tab)
  await vi.waitFor(() => expect(tab.status.outdated).toBe(true))
  expect(await store.meta.count()).toBe(0)
})

it('syncs in one of two tabs, and in the other when the first is closed', async () => {
  const { archive } = smallArchive()
  const store = await newStore()
  const [first, second] = [tabOf(archive, store), tabOf(archive, store)]
  const [closeFirst, closeSecond] = [new AbortController(), new AbortController()]
  ends.push(closeFirst, closeSecond)
  void leadInTurn(closeFirst.signal, first.lead)
  void leadInTurn(closeSecond.signal, second.lead)
  await vi.waitFor(() => expect(first.status.synced).toBe(true))
  expect(second.streams).toHaveLength(0)
  expect(second.status).toBe(UNKNOWN_STATUS)
  closeFirst.abort()
  await vi.waitFor(() => expect(second.status.synced).toBe(true))
  expect(first.streams[0]!.closed).toBe(true)
})
