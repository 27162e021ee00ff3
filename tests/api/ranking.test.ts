/** `GET /api/v1/volatility` over real HTTP: what it says, and that it follows what changes in the archive. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cutColumns } from '../../core/candle/cut.ts'
import type { CandleRow } from '../../core/candle/row.ts'
import { rollUp } from '../../core/candle/rollup.ts'
import type { MarketId } from '../../core/market.ts'
import {
  barsPerYear,
  DAY_MS,
  HOUR_MS,
  INTERVAL_MS,
  MINUTE_MS,
  STORED_UNDER,
} from '../../core/time/interval.ts'
import type { Interval, StoredInterval } from '../../core/time/interval.ts'
import { isoSeconds } from '../../core/time/iso.ts'
import type { Estimator, Mean } from '../../core/volatility/types.ts'
import { newestReceipt, volatility } from '../../core/volatility/volatility.ts'
import type { Problem, RankingAnswer } from '../../core/wire/api.ts'
import { readSeries } from '../../server/series.ts'
import { addMarket, candleAt, NOW_MS, readAll, sealAll, serveArchive, type TestServer } from './serve.ts'

let server: TestServer
let bitcoin: MarketId
let ether: MarketId
const TODAY_MS = NOW_MS - (NOW_MS % DAY_MS)
const NEWEST_MS = NOW_MS - 10 * MINUTE_MS

beforeAll(async () => {
  server = await serveArchive()
  const { archive } = server
  bitcoin = await addMarket(archive, 'coinbase:BTC-USD')
  ether = await addMarket(archive, 'coinbase:ETH-EUR')
  await addMarket(archive, 'coinbase:NEW-USD')
  await readAll(archive, bitcoin, '1m', TODAY_MS - 2 * DAY_MS, NEWEST_MS)
  await readAll(archive, bitcoin, '1h', NOW_MS - 31 * DAY_MS, NOW_MS - HOUR_MS)
  await readAll(archive, bitcoin, '1d', TODAY_MS - 370 * DAY_MS, TODAY_MS)
  await readAll(archive, ether, '1m', NOW_MS - 26 * HOUR_MS, NEWEST_MS - 5 * MINUTE_MS)
  await sealAll(archive)
})
afterAll(() => server.stop())

const get = (query: string) => fetch(`${server.url}/api/v1/volatility${query}`)
const ranking = async (query: string) => (await (await get(query)).json()) as RankingAnswer
const entry = (answer: RankingAnswer, market: MarketId) =>
  answer.ranking.find((candidate) => candidate.market === market)!

/** σ by the whole series as the archive has it. */
async function expectedOf(
  market: MarketId,
  interval: Interval,
  estimator: Estimator,
  window: number,
  mean: Mean,
) {
  const columns = rollUp(
    await readSeries(server.archive.priceFrame, market, STORED_UNDER[interval]),
    interval,
  )
  const asked = { estimator, window, mean, barsPerYear: barsPerYear(interval), minCoverage: 0.5 }
  return newestReceipt(volatility(columns, asked), columns)
}

async function put(market: MarketId, interval: StoredInterval, ...rows: CandleRow[]): Promise<void> {
  const step = INTERVAL_MS[interval]
  const fromMs = Math.floor(rows[0]!.startMs / (300 * step)) * 300 * step
  const readToMs = rows.at(-1)!.startMs + step
  const span = { fromMs, toMs: fromMs + 300 * step, readToMs }
  await server.archive.applyReading({ market, interval, ...span, readAtMs: NOW_MS, rows, refused: [] })
}

describe('the answer', () => {
  test('ranks the last 24 hours by close to close of minutes, mean zero, the largest first; what has none comes last', async () => {
    const answer = await ranking('')
    const own = await expectedOf(bitcoin, '1m', 'close', 1440, 'zero')
    expect(answer).toMatchObject({
      window: '24h',
      method: 'close',
      interval: '1m',
      mean: 'zero',
      annualisation: 525_600,
      as_of: isoSeconds(NEWEST_MS),
    })
    expect(entry(answer, bitcoin)).toMatchObject({ source: 'coinbase', n: 1440, expected: 1440 })
    expect(entry(answer, bitcoin).sigma).toBeCloseTo(own.sigma, 12)
    expect(entry(answer, ether)).toMatchObject({ as_of: isoSeconds(NEWEST_MS - 5 * MINUTE_MS), n: 1440 })
    const [first, second, last] = answer.ranking
    expect(first!.sigma!).toBeGreaterThanOrEqual(second!.sigma!)
    expect(last).toEqual({
      market: 'coinbase:NEW-USD',
      source: 'coinbase',
      sigma: null,
      n: 0,
      expected: 1440,
      as_of: null,
      reason: 'no candles of 1m are known: backfill or import them',
    })
  })

  test.each([
    ['7d', 'parkinson', '1h', 168],
    ['30d', 'yang-zhang', '1h', 720],
    ['365d', 'rogers-satchell', '1d', 365],
  ] as const)('of %s by %s is that of the whole series of %s', async (window, method, interval, places) => {
    const answer = await ranking(`?window=${window}&method=${method}`)
    const own = await expectedOf(bitcoin, interval, method, places, 'sample')
    expect(answer).toMatchObject({ window, method, interval, mean: null })
    expect(entry(answer, bitcoin).sigma).toBeCloseTo(own.sigma, 12)
  })

  test('takes bars that are made of others', async () => {
    const answer = await ranking('?window=24h&method=garman-klass&interval=15m')
    const own = await expectedOf(bitcoin, '15m', 'garman-klass', 96, 'sample')
    expect(entry(answer, bitcoin).sigma).toBeCloseTo(own.sigma, 12)
    expect(entry(answer, bitcoin)).toMatchObject({ n: 96, expected: 96, as_of: '2024-03-10T11:45:00Z' })
  })

  test('by the realised family is that of whole days of minutes', async () => {
    const answer = await ranking('?window=2d&method=realized')
    expect(answer).toMatchObject({ interval: '1d', annualisation: 365, mean: null })
    const { sigma, barsUsed } = await realisedOf(bitcoin, 2)
    expect(sigma).toBeGreaterThan(0)
    expect(entry(answer, bitcoin)).toMatchObject({ n: barsUsed, expected: 2, as_of: isoSeconds(TODAY_MS) })
    expect(entry(answer, bitcoin).sigma).toBeCloseTo(sigma, 12)
    expect(entry(answer, ether)).toMatchObject({ sigma: null, reason: expect.any(String) })
    const short = await ranking('?window=24h&method=bipower')
    expect(entry(short, bitcoin)).toMatchObject({
      sigma: null,
      reason: expect.stringContaining('at least 2d'),
    })
  })

  test('of levels is in the unit of the price', async () => {
    const answer = await ranking('?window=24h&method=level-stdev')
    expect(answer).toMatchObject({ method: 'level-stdev', annualisation: null, mean: null })
    const closes = Array.from({ length: 1440 }, (_, i) =>
      Number(candleAt(NEWEST_MS - (i + 1) * MINUTE_MS).close),
    )
    const mean = closes.reduce((a, b) => a + b) / 1440
    const deviation = Math.sqrt(closes.reduce((sum, close) => sum + (close - mean) ** 2, 0) / 1439)
    expect(entry(answer, bitcoin).sigma).toBeCloseTo(deviation, 9)
  })

  test.each([
    ['?window=yesterday', 'window', '90m, 24h or 30d'],
    ['?window=1m', 'window', 'whole bars of 1m'],
    ['?window=24h&method=variance', 'method', 'yang-zhang'],
    ['?window=24h&interval=7m', 'interval', '15m'],
    ['?window=30d&interval=1m', 'window', '2 to 10080'],
  ])('to %s is what is accepted', async (query, path, accepted) => {
    const answer = await get(query)
    expect(answer.status).toBe(400)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    const problem = (await answer.json()) as Problem
    expect(problem.errors).toEqual([{ path, message: expect.stringContaining(accepted) }])
  })
})

/** σ of the last whole days, by all minutes of the archive. */
async function realisedOf(market: MarketId, window: number) {
  const read = await readSeries(server.archive.priceFrame, market, '1m')
  const minutes = cutColumns(read, read.startMs, TODAY_MS)
  const asked = { estimator: 'realized', window, mean: 'zero', barsPerYear: 365, minCoverage: 0.5 } as const
  return newestReceipt(volatility(minutes, asked), minutes)
}

describe('what changes', () => {
  const query = '?window=24h&method=close'

  test('a new candle is in the next answer', async () => {
    const before = entry(await ranking(query), bitcoin)
    await put(bitcoin, '1m', { ...candleAt(NEWEST_MS), high: '20000', close: '20000' })
    const after = entry(await ranking(query), bitcoin)
    expect(after.as_of).toBe(isoSeconds(NEWEST_MS + MINUTE_MS))
    expect(after.sigma!).toBeGreaterThan(before.sigma!)
    expect(after.sigma).toBeCloseTo((await expectedOf(bitcoin, '1m', 'close', 1440, 'zero')).sigma, 12)
  })

  test('a candle that its source has revised is in the next answer, sealed or not', async () => {
    const startMs = NOW_MS - 20 * HOUR_MS
    await put(bitcoin, '1m', { ...candleAt(startMs), high: '30000', close: '30000' })
    const expected = await expectedOf(bitcoin, '1m', 'close', 1440, 'zero')
    const changed = entry(await ranking(query), bitcoin)
    expect(changed.sigma).toBeCloseTo(expected.sigma, 12)
    const days = entry(await ranking('?window=2d&method=realized'), bitcoin)
    expect(days.sigma).toBeCloseTo((await realisedOf(bitcoin, 2)).sigma, 12)
    await sealAll(server.archive, NOW_MS + DAY_MS)
    expect(entry(await ranking(query), bitcoin)).toEqual(changed)
  })

  test('a market that was purged is gone, and begins anew', async () => {
    await server.archive.removeMarket(ether, true)
    expect(entry(await ranking(query), ether)).toBeUndefined()
    await addMarket(server.archive, ether)
    expect(entry(await ranking(query), ether)).toMatchObject({ sigma: null, n: 0 })
    await readAll(server.archive, ether, '1m', NOW_MS - 26 * HOUR_MS, NEWEST_MS)
    expect(entry(await ranking(query), ether).n).toBe(1440)
  })

  test('history that comes before all there was makes longer windows available', async () => {
    const long = async () => entry(await ranking('?window=29h'), ether)
    expect(await long()).toMatchObject({ sigma: null, reason: expect.stringContaining('needs 1741') })
    await readAll(server.archive, ether, '1m', NOW_MS - 31 * HOUR_MS, NOW_MS - 26 * HOUR_MS)
    expect(await long()).toMatchObject({ n: 1740, sigma: expect.any(Number) })
  })

  test('who asks the same at once shares one computation', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => ranking('?window=5h')))
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    // Each other question waits for its turn, and too many are told so.
    const many = await Promise.all(Array.from({ length: 40 }, (_, i) => get(`?window=${300 + i}m`)))
    const statuses = new Set(many.map(({ status }) => status))
    expect([...statuses].sort()).toEqual([200, 503])
    expect(many.find(({ status }) => status === 503)!.headers.get('retry-after')).toBe('5')
  })
})
