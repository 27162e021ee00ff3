/**
 * What Coinbase, Kraken, Binance and Bitstamp were seen to answer, over real HTTP: each speaks its own protocol on the day of June
 * 2020 on which Binance's klines have a hole, and the archive ends with the candles of each exchange and no others.
 */
import { rm } from 'node:fs/promises'
import { Writable } from 'node:stream'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { parseMarketId } from '../../core/market.ts'
import {
  DAY_MS,
  HOUR_MS,
  MINUTE_MS,
  STORED_INTERVALS,
  floorTo,
  type StoredInterval,
} from '../../core/time/interval.ts'
import { openArchive } from '../../server/archive/open.ts'
import type { Archive } from '../../server/archive/types.ts'
import { openDatabase } from '../../server/db/open.ts'
import { newDataDir } from '../database/folder.ts'
import { startIngest } from '../../server/ingest/start.ts'
import type { Ingest } from '../../server/ingest/types.ts'
import { createProvider } from '../../server/providers/create.ts'
import { defaultSettling } from '../../server/settling.ts'
import type { GivenRule } from '../../simulator/faults.ts'
import { BROKEN_PRODUCT } from '../../simulator/protocols/binance.ts'
import { KRAKEN_BARS } from '../../simulator/protocols/kraken.ts'
import { startSimulator, type RunningSimulator } from '../../simulator/start.ts'
import { createTruth } from '../../simulator/truth.ts'

const NOW = Date.UTC(2020, 5, 28, 12, 30)
const SINCE = NOW - 36 * HOUR_MS
const HOLE = [Date.UTC(2020, 5, 28, 2), Date.UTC(2020, 5, 28, 5)] as const
const SOURCES = ['coinbase', 'kraken', 'binance', 'bitstamp'] as const
type Source = (typeof SOURCES)[number]

/** Kraken names pairs of LINK with a slash; Binance lists LTC in status BREAK. */
const PRODUCTS = ['BTC-USD', 'ETH-EUR', 'LINK-USD', 'LTC-USD']

/** Once each, of one product, so that each is seen to be mended. */
const FAULTS: Readonly<Record<Source, readonly GivenRule[]>> = {
  coinbase: [
    { kinds: ['exceeds-300'], path: '/products/BTC-USD/candles?granularity=60', count: 1 },
    { kinds: ['float-volumes'], path: 'granularity=3600' },
  ],
  kraken: [
    { kinds: ['limit-200'], path: 'OHLC', count: 2, rate: 0.5 },
    { kinds: ['cloudflare'], path: 'OHLC', count: 2, rate: 0.5 },
  ],
  binance: [
    { kinds: ['restricted'], path: 'exchangeInfo', count: 2 },
    { kinds: ['banned'], path: 'klines', count: 1 },
    { kinds: ['cloudfront'], path: 'klines?symbol=BTC', count: 1 },
    { kinds: ['cloudfront'], path: 'klines?interval', count: 2, rate: 0.5 },
  ],
  bitstamp: [
    { kinds: ['twice'], path: 'step=86400' },
    { kinds: ['page-end'], path: '/ohlc/' },
  ],
}

/** What each exchange has of a product, as far as it gives it. */
function real(source: Source, product: string, interval: StoredInterval) {
  const untilMs = floorTo(interval, NOW)
  const truth = createTruth({ seed: '1', sinceMs: SINCE })
  const rows = truth.rows(product, interval, floorTo('1d', SINCE), untilMs)
  const fromMs = source === 'kraken' && interval === '1m' ? NOW - (KRAKEN_BARS - 30) * MINUTE_MS : 0
  return rows.filter(
    ({ startMs }) =>
      startMs >= fromMs &&
      !(source === 'binance' && product === BROKEN_PRODUCT && startMs >= floorTo('1d', NOW)) &&
      !(source === 'binance' && interval !== '1d' && startMs >= HOLE[0] && startMs < HOLE[1]),
  )
}

/** With the volume as a sum of doubles prints. */
const inFull = <Row extends { readonly volume: string | null }>(row: Row): Row => ({
  ...row,
  volume: `${row.volume!.padEnd(17, row.volume!.includes('.') ? '0' : '.0000000000000000')}2`,
})

describe('answers seen in the wild', { timeout: 180_000 }, () => {
  const simulators = new Map<Source, RunningSimulator>()
  let folder: string
  let archive: Archive
  let ingest: Ingest
  let said = ''

  const stats = async (source: Source) =>
    (await (await fetch(`${simulators.get(source)!.url}/simulator/stats`)).json()) as Record<
      string,
      number
    > & {
      faults: Record<string, number>
    }

  beforeAll(async () => {
    const world = ['--now', new Date(NOW).toISOString(), '--since', new Date(SINCE).toISOString()]
    for (const source of SOURCES)
      simulators.set(source, await startSimulator(['--protocol', source, ...world]))
    for (const [source, { url }] of simulators)
      await fetch(`${url}/simulator/faults`, {
        method: 'POST',
        body: JSON.stringify({ rules: FAULTS[source] }),
      })
    // Their clocks began to run as they started.
    const time = await fetch(`${simulators.get('binance')!.url}/api/v3/time`)
    const aheadMs = ((await time.json()) as { serverTime: number }).serverTime - Date.now()
    const clock = { now: () => Date.now() + aheadMs }
    folder = await newDataDir()
    const database = await openDatabase({ dataDir: folder, databaseUrl: null })
    const common = { clock, settling: defaultSettling, sampleSeconds: 5 }
    archive = await openArchive(database, { ...common, simulated: true })
    for (const source of SOURCES)
      for (const product of PRODUCTS) {
        const { id, base, quote } = parseMarketId(`${source}:${product}`)
        const market = { id, source, base, quote, name: base, tick: null, status: 'live' } as const
        await archive.putMarket({ ...market, minutesFromMs: SINCE })
      }
    const sink = new Writable({ write: (text, _, done) => done(void (said += String(text))) })
    const log = pino({ level: 'warn' }, sink)
    const providers = await Promise.all(
      [...simulators].map(async ([source, { url }]) => {
        const keepRaw = () => {}
        const options = { baseUrl: url, feedUrl: null, requestsPerSecond: 50, keepRaw, clock, log }
        return (await createProvider(source, options))!
      }),
    )
    ingest = startIngest({ ...common, archive, providers, minuteDays: 2, log })
  })

  afterAll(async () => {
    await ingest?.stop()
    await archive?.close()
    for (const simulator of simulators.values()) await simulator.stop()
    await rm(folder, { recursive: true })
  })

  test.each(SOURCES)('%s: every candle comes, none is wrong', async (source) => {
    for (const product of PRODUCTS)
      for (const interval of STORED_INTERVALS) {
        const wanted = real(source, product, interval)
        const fromMs = wanted[0]?.startMs ?? 0
        const held = async () =>
          (
            await archive.candles(
              parseMarketId(`${source}:${product}`).id,
              interval,
              fromMs,
              floorTo(interval, NOW),
              10_000,
            )
          ).map(({ startMs, open, high, low, close, volume }) => ({
            startMs,
            open,
            high,
            low,
            close,
            volume,
          }))
        await vi.waitFor(async () => expect((await held()).length).toBeGreaterThanOrEqual(wanted.length), {
          timeout: 150_000,
          interval: 200,
        })
        const found = await held()
        if (source === 'coinbase' && interval === '1h') expect(found).toEqual(wanted.map(inFull))
        else expect(found).toEqual(wanted)
      }
  })

  test('Coinbase: "exceeds 300" to a question of 300 is asked again, and volumes of sums of doubles are kept digit by digit', async () => {
    const { faults } = await stats('coinbase')
    expect(faults['exceeds-300']).toBe(1)
    expect(faults['float-volumes']).toBeGreaterThan(0)
  })

  test('Kraken: its limit came with status 200, Cloudflare as HTML, and both were met', async () => {
    const { faults } = await stats('kraken')
    expect(faults).toMatchObject({ 'limit-200': 2, cloudflare: 2 })
    const health = ingest.status().sources.find(({ source }) => source === 'kraken')!
    expect(health.requests['too-many']).toBe(2)
  })

  test('Kraken: what lies behind its 720 bars is not asked for again and again', async () => {
    const { requests = 0 } = await stats('kraken')
    expect(requests).toBeLessThan(150)
  })

  test('Binance: silent until the ban ends', async () => {
    const { faults, silentBeforeItsEndMs } = await stats('binance')
    expect(faults['banned']).toBe(1)
    // Of 3 seconds; what was on its way when it was told came at their beginning.
    expect(silentBeforeItsEndMs).toBeGreaterThan(1500)
  })

  test('Binance: what it tells of its limit is known, beside what left', () => {
    const { quota, byPriority } = ingest.status().sources.find(({ source }) => source === 'binance')!
    expect(quota.told).toMatchObject({ limit: 6000 })
    expect(quota.told!.used).toBeGreaterThan(0)
    expect(quota.used + quota.left).toBe(50 * 60)
    expect(byPriority.live.sent).toBeGreaterThan(0)
    expect(byPriority.backfill.sent).toBeGreaterThan(0)
  })

  test('Binance: a country that it does not serve is said by name, and what can be followed there', () => {
    expect(said).toMatch(
      /binance: does not serve the country .*restricted location.*coinbase, kraken, bitstamp/s,
    )
  })

  test('Binance: what it lists in status BREAK has ended, and keeps its history', async () => {
    const listed = await archive.markets()
    const status = (id: string) => listed.find((market) => market.id === id)?.status
    expect(status(`binance:${BROKEN_PRODUCT}`)).toBe('ended')
    expect(status('binance:BTC-USD')).toBe('live')
  })

  test('Bitstamp: a bar that stands in its page twice, and a page that begins with the end of the one before, are no faults', async () => {
    const { faults } = await stats('bitstamp')
    expect(faults['twice']).toBeGreaterThan(0)
    expect(faults['page-end']).toBeGreaterThan(0)
    expect(await archive.quarantined(null, true)).toEqual([])
    expect((await archive.verify(null)).faults).toEqual([])
    expect(NOW - SINCE).toBeGreaterThan(DAY_MS)
  })
})
