/**
 * A source that misbehaves over real HTTP and sockets: what needs these. Each kind of faulty answer on its own is tried in
 * virtual time (`tests/journey/faulty-answers.test.ts`).
 */
import { rm } from 'node:fs/promises'
import { sql } from 'drizzle-orm'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { parseMarketId } from '../../core/market.ts'
import { DAY_MS, HOUR_MS, floorTo, type StoredInterval } from '../../core/time/interval.ts'
import { openArchive } from '../../server/archive/open.ts'
import type { Archive, ArchiveEvent } from '../../server/archive/types.ts'
import { systemClock } from '../../server/clock.ts'
import { rows, type Database } from '../../server/db/database.ts'
import { openDatabase } from '../../server/db/open.ts'
import { newDataDir } from '../database/folder.ts'
import { startIngest } from '../../server/ingest/start.ts'
import type { Ingest } from '../../server/ingest/types.ts'
import { coinbase } from '../../server/providers/coinbase.ts'
import { ExchangeProvider } from '../../server/providers/exchange.ts'
import { defaultSettling } from '../../server/settling.ts'
import type { FaultKind, GivenRule } from '../../simulator/faults.ts'
import { startSimulator, type RunningSimulator } from '../../simulator/start.ts'
import { createTruth } from '../../simulator/truth.ts'

const PRODUCTS = [
  ...['BTC', 'ETH', 'SOL', 'XRP', 'DOGE', 'ADA', 'LINK', 'LTC', 'SHIB', 'PEPE'].map((base) => `${base}-USD`),
  'BTC-EUR',
  'ETH-EUR',
]

const sinceMs = floorTo('1h', Date.now()) - 2 * DAY_MS
const closedMs = floorTo('1h', Date.now() - 60_000)
const truth = createTruth({ seed: '1', sinceMs })

interface Place {
  readonly product: string
  readonly interval: StoredInterval
}

describe('a source that misbehaves', { timeout: 300_000 }, () => {
  let simulator: RunningSimulator
  let folder: string
  let database: Database
  let archive: Archive
  let ingest: Ingest
  const told: Extract<ArchiveEvent, { kind: 'price' }>[] = []

  const misbehave = (...rules: GivenRule[]) =>
    fetch(`${simulator.url}/simulator/faults`, { method: 'POST', body: JSON.stringify({ rules }) })
  const stats = async () =>
    (await (await fetch(`${simulator.url}/simulator/stats`)).json()) as {
      requests: number
      faults: Partial<Record<FaultKind, number>>
    }
  const held = async ({ product, interval }: Place) =>
    (await archive.candles(parseMarketId(`coinbase:${product}`).id, interval, 0, closedMs, 10_000)).map(
      ({ startMs, open, high, low, close, volume }) => ({ startMs, open, high, low, close, volume }),
    )
  const wanted = ({ product, interval }: Place) =>
    truth.rows(product, interval, sinceMs - DAY_MS, floorTo(interval, closedMs))
  const price = async (product: string) =>
    (await archive.prices(Date.now())).find(({ market }) => market === `coinbase:${product}`)

  beforeAll(async () => {
    simulator = await startSimulator(['--since', new Date(sinceMs).toISOString()])
    folder = await newDataDir()
    database = await openDatabase({ dataDir: folder, databaseUrl: null })
    const clock = systemClock
    const settling = defaultSettling
    archive = await openArchive(database, { clock, settling, sampleSeconds: 5, simulated: true, rawDays: 30 })
    archive.subscribe((event) => event.kind === 'price' && told.push(event))
    for (const product of PRODUCTS) {
      const { id, source, base, quote } = parseMarketId(`coinbase:${product}`)
      const market = { id, source, base, quote, name: base, tick: null, status: 'live' } as const
      await archive.putMarket({ ...market, minutesFromMs: sinceMs })
    }
    await misbehave({ kinds: ['too-many'], path: '/products', count: 1 })
    const log = pino({ level: 'silent' })
    const provider = new ExchangeProvider(coinbase, {
      baseUrl: simulator.url,
      feedUrl: simulator.socketUrl,
      requestsPerSecond: 50,
      keepRaw: (answer) => void archive.keepRaw(answer),
      clock,
      log,
      deadlineMs: 3000,
    })
    ingest = startIngest({
      archive,
      providers: [provider],
      clock,
      sampleSeconds: 5,
      settling,
      minuteDays: 2,
      log,
    })
  })

  afterAll(async () => {
    await ingest.stop()
    await archive.close()
    await simulator.stop()
    await rm(folder, { recursive: true })
  })

  test('is not given up after its first answer of all, 429', async () => {
    await vi.waitFor(() => expect(ingest.status().markets).toHaveLength(PRODUCTS.length), { timeout: 60_000 })
  })

  test('has every candle read', async () => {
    const place = { product: 'LTC-USD', interval: '1m' } as const
    await vi.waitFor(async () => expect(await held(place)).toEqual(wanted(place)), {
      timeout: 120_000,
      interval: 500,
    })
  })

  test('has its prices by socket, and is not asked for them', async () => {
    const isOpen = () => expect(ingest.status().feeds[0]).toMatchObject({ isOpen: true, lastError: null })
    await vi.waitFor(isOpen, { timeout: 90_000, interval: 500 })
    const first = told.length
    await vi.waitFor(
      () => expect(new Set(told.slice(first).map(({ sample }) => sample.market)).size).toBeGreaterThan(6),
      {
        timeout: 60_000,
      },
    )
    // Every question for a price would be counted as one that was answered slowly.
    await misbehave({ kinds: ['slow'], path: '/ticker' })
    // Some markets are too quiet to have been told a price yet; those alone are asked for. On a machine that is too busy for
    // the socket for some seconds, others are as well: then the next while must show it.
    const isTold = async () => {
      const { slow = 0 } = (await stats()).faults
      const now = told.length
      await vi.waitFor(() => expect(told.length).toBeGreaterThan(now + 3 * PRODUCTS.length), {
        timeout: 60_000,
      })
      return ((await stats()).faults.slow ?? 0) - slow < (told.length - now) / 2
    }
    let isShown = false
    for (let tries = 0; tries < 5 && !isShown; tries++) isShown = await isTold()
    expect(isShown).toBe(true)
  })

  test('has no price taken from a socket that lies, and polled ones in its place', async () => {
    const real = Number((await price('BTC-USD'))!.price)
    await misbehave({ kinds: ['socket-lie'] })
    await vi.waitFor(
      async () => {
        const reasons = await database.read((tx) =>
          rows<{ reason: string }>(tx, sql`SELECT reason FROM quarantine WHERE market = 'coinbase:BTC-USD'`),
        )
        expect(reasons.some(({ reason }) => reason.includes('told by socket'))).toBe(true)
      },
      { timeout: 60_000 },
    )
    const first = told.length
    await vi.waitFor(
      () =>
        expect(
          told.slice(first).filter(({ sample }) => sample.market === 'coinbase:BTC-USD').length,
        ).toBeGreaterThan(2),
      { timeout: 60_000 },
    )
    for (const { sample } of told.slice(first))
      if (sample.market === 'coinbase:BTC-USD') expect(Number(sample.price) / real).toBeLessThan(2)
  })

  test('has its prices polled while no socket is to be had, and by socket when it is back', async () => {
    await misbehave({ kinds: ['socket-drop', 'socket-refuse'] })
    const feed = () => ingest.status().feeds[0]
    await vi.waitFor(() => expect(feed()).toMatchObject({ source: 'coinbase', isOpen: false }), {
      timeout: 60_000,
    })
    const first = told.length
    await vi.waitFor(
      () => expect(new Set(told.slice(first).map(({ sample }) => sample.market)).size).toBeGreaterThan(6),
      { timeout: 60_000 },
    )
    expect(feed()?.lastError).toContain('no prices by WebSocket')
    await misbehave()
    await vi.waitFor(() => expect(feed()).toMatchObject({ isOpen: true, lastError: null }), {
      timeout: 60_000,
    })
  })

  test('has a product delisted: it is shown as ended and keeps its history', async () => {
    const before = await held({ product: 'LTC-USD', interval: '1h' })
    await misbehave({ kinds: ['delisted'], path: '/products/LTC-USD/' })
    await archive.markUnread(parseMarketId('coinbase:LTC-USD').id, sinceMs)
    ingest.wake()
    await vi.waitFor(async () => expect((await stats()).faults.delisted).toBeGreaterThan(5), {
      timeout: 60_000,
    })
    expect(await held({ product: 'LTC-USD', interval: '1h' })).toEqual(before)
    expect(before.length).toBeGreaterThan(24)
  })

  test('ends with an archive of which every stored byte verifies', async () => {
    expect((await archive.verify(null)).faults).toEqual([])
    expect(closedMs - sinceMs).toBeGreaterThan(40 * HOUR_MS)
  })
})
