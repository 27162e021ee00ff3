/** What a ranking asks, and where a market stands in it. */
import { describe, expect, test } from 'vitest'
import { missingColumns, State, type CandleColumns } from '../candle/columns.ts'
import { cutColumns } from '../candle/cut.ts'
import { randomFrom } from '../chunk/testing/random.ts'
import type { MarketId } from '../market.ts'
import { barsPerYear, DAY_MS, MINUTE_MS, type Interval } from '../time/interval.ts'
import {
  leadOf,
  rankDays,
  rankedPlaces,
  RankingRequestError,
  rankMarket,
  readRankingRequest,
  sortRanking,
  type RankedMarket,
} from './ranking.ts'
import { realisedDays } from './realised/days.ts'
import { BAR_ESTIMATORS, REALISED_ESTIMATORS } from './types.ts'
import { newestReceipt, volatility } from './volatility.ts'

/** A random walk in which some places are empty and some missing; it ends with a candle. */
function walk(seed: number, length: number, price = 100, absent = 0.1): CandleColumns {
  const random = randomFrom(seed)
  const columns = missingColumns('csv:walk' as MarketId, '1m', 0, length, false)
  let before = price
  for (let i = 0; i < length; i++) {
    const luck = random()
    if (i < length - 1 && luck < absent) {
      columns.states[i] = luck < absent / 2 ? State.empty : State.outage
      continue
    }
    const close = before * Math.exp((random() - 0.5) * 0.01)
    columns.states[i] = State.present
    columns.open[i] = before
    columns.high[i] = Math.max(before, close) * (1 + random() * 0.001)
    columns.low[i] = Math.min(before, close) * (1 - random() * 0.001)
    columns.close[i] = before = close
  }
  return columns
}

describe('a request', () => {
  test.each([
    ['2m', '1m', 2, 'zero'],
    ['24h', '1m', 1440, 'zero'],
    ['48h', '1m', 2880, 'zero'],
    ['2d', '1m', 2880, 'zero'],
    ['49h', '1h', 49, 'sample'],
    ['7d', '1h', 168, 'sample'],
    ['60d', '1h', 1440, 'sample'],
    ['61d', '1d', 61, 'sample'],
    ['365d', '1d', 365, 'sample'],
  ])('%s has bars of %s', (window, interval, places, mean) => {
    const annualisation = barsPerYear(interval as Interval)
    expect(readRankingRequest(window, 'close', null)).toEqual({
      window,
      method: 'close',
      interval,
      places,
      mean,
      annualisation,
    })
  })

  test('takes the bars that are asked for', () => {
    expect(readRankingRequest('7d', 'parkinson', '4h')).toMatchObject({
      interval: '4h',
      places: 42,
      mean: null,
    })
  })

  test('of levels is not annualised', () => {
    expect(readRankingRequest('24h', 'level-stdev', null)).toMatchObject({ annualisation: null, mean: null })
  })

  test.each([
    ['24', 'close', null, 'window', '90m, 24h or 30d'],
    ['-1h', 'close', null, 'window', 'a whole number'],
    ['1m', 'close', null, 'window', '2 to 10080 whole bars of 1m'],
    ['90m', 'close', '1h', 'window', 'whole bars of 1h'],
    ['30d', 'close', '1m', 'window', '2 to 10080 whole bars of 1m'],
    ['24h', 'stdev', null, 'method', 'level-stdev'],
    ['24h', 'close', '2h', 'interval', '15m'],
    ['3d', 'realized', '1h', 'interval', 'made of minutes'],
    ['60h', 'bipower', null, 'window', 'whole days'],
    ['400d', 'med-rv', null, 'window', '2 to 365 whole days'],
  ])('%s %s %s is refused: what of it, and what is accepted', (window, method, interval, part, accepted) => {
    const ask = () => readRankingRequest(window, method, interval)
    expect(ask).toThrow(RankingRequestError)
    expect(ask).toThrow(accepted)
    expect(ask).toThrow(expect.objectContaining({ part }))
  })
})

describe('a market in a ranking', () => {
  test.each(BAR_ESTIMATORS)('has the newest σ of its whole series by %s', (method) => {
    const columns = walk(7, 1_200)
    const request = readRankingRequest('100m', method, null)
    const asked = {
      estimator: method,
      window: 100,
      mean: 'zero',
      barsPerYear: 525_600,
      minCoverage: 0.5,
    } as const
    const { sigma, barsUsed, asOfMs } = newestReceipt(volatility(columns, asked), columns)
    expect(sigma).toBeGreaterThan(0)
    const ranked = rankMarket(columns, request)
    expect(ranked).toMatchObject({ barsUsed, barsExpected: 100, asOfMs, reason: null })
    expect(Math.abs(ranked.sigma / sigma - 1)).toBeLessThan(1e-12)
  })

  test.each(REALISED_ESTIMATORS)('has σ of its last whole days by %s', (method) => {
    const columns = walk(9, 5 * 1_440 + 700, 100, 0.01)
    const whole = cutColumns(columns, 0, 5 * DAY_MS)
    const asked = {
      estimator: method,
      window: 3,
      mean: 'sample',
      barsPerYear: 365,
      minCoverage: 0.5,
    } as const
    const { sigma } = newestReceipt(volatility(whole, asked), whole)
    expect(sigma).toBeGreaterThan(0)
    const days = realisedDays(whole, '1m')
    const ranked = rankDays(columns.market, days, readRankingRequest('3d', method, null))
    expect(ranked).toMatchObject({ barsUsed: 3, barsExpected: 3, asOfMs: 5 * DAY_MS, reason: null })
    expect(ranked.sigma).toBeCloseTo(sigma, 12)
    const short = rankDays(columns.market, days, readRankingRequest('24h', method, null))
    expect(short).toMatchObject({ sigma: NaN, barsUsed: 0, reason: { why: 'under two days' } })
    const long = rankDays(columns.market, days, readRankingRequest('30d', method, null))
    expect(long).toMatchObject({ sigma: NaN, reason: { shortest: 5 } })
  })

  test.each([
    ['100m', 'close'],
    ['100m', 'yang-zhang'],
    ['100m', 'level-stdev'],
    ['100m', 'ewma'],
  ] as const)('over %s by %s is the same from the columns that its lead names', (window, method) => {
    const columns = walk(11, 6 * 1_440, 100, 0.01)
    const request = readRankingRequest(window, method, null)
    // The first bars of what matters have no trade, nor have those before.
    const first = columns.length - rankedPlaces(request)
    columns.states.fill(State.empty, first - 40, first + 10)
    columns.states[first - 43] = State.outage
    const from = leadOf(columns, request)!
    expect(from).toBeLessThan(first - 40)
    const cut = cutColumns(columns, from * MINUTE_MS, Infinity)
    expect(rankMarket(cut, request)).toEqual(rankMarket(columns, request))
    expect(leadOf(cutColumns(columns, (first - 30) * MINUTE_MS, Infinity), request)).toBeNull()
  })

  test('ends with its newest candle, whatever is known of later places', () => {
    const columns = walk(3, 300)
    const later = missingColumns(columns.market, '1m', 0, 320, false)
    for (const name of ['states', 'open', 'high', 'low', 'close'] as const) later[name].set(columns[name])
    later.states.fill(State.empty, 300, 310)
    const request = readRankingRequest('2h', 'yang-zhang', null)
    expect(rankMarket(later, request)).toEqual(rankMarket(columns, request))
  })

  test('without candles, or with too few, says so', () => {
    const none = missingColumns('csv:none' as MarketId, '1m', 0, 0, false)
    for (const method of [...BAR_ESTIMATORS, 'level-stdev']) {
      const request = readRankingRequest('30m', method, null)
      expect(rankMarket(none, request)).toMatchObject({
        sigma: NaN,
        asOfMs: NaN,
        reason: { why: 'no candles' },
      })
      expect(rankMarket(walk(1, 20), request)).toMatchObject({ sigma: NaN, reason: { why: 'too short' } })
    }
  })

  test('by levels of too many missing places says so', () => {
    const columns = walk(1, 40)
    columns.states.fill(State.outage, 15, 35)
    const request = readRankingRequest('30m', 'level-stdev', null)
    expect(rankMarket(columns, request)).toMatchObject({
      sigma: NaN,
      reason: { why: 'bars missing', fewest: 15 },
    })
  })
})

describe('the deviation of levels', () => {
  const request = readRankingRequest('50m', 'level-stdev', null)

  test.each([1e-9, 1, 1e9])('at a price of %d is that of two passes over the closes', (price) => {
    const columns = walk(5, 120, price)
    const levels: number[] = []
    for (let i = 0, close = NaN; i < 120; i++) {
      if (columns.states[i] === State.present) close = columns.close[i]!
      else if (columns.states[i] === State.outage) close = NaN
      if (i >= 70 && !Number.isNaN(close)) levels.push(close)
    }
    const mean = levels.reduce((a, b) => a + b) / levels.length
    const expected = Math.sqrt(
      levels.reduce((sum, level) => sum + (level - mean) ** 2, 0) / (levels.length - 1),
    )
    const ranked = rankMarket(columns, request)
    expect(Math.abs(ranked.sigma / expected - 1)).toBeLessThan(1e-9)
    expect(ranked.barsUsed).toBe(levels.length)
  })

  test('of a flat price is exactly 0', () => {
    const columns = walk(5, 120)
    for (let i = 0; i < 120; i++) columns.close[i] = 0.1
    expect(rankMarket(columns, request).sigma).toBe(0)
  })
})

test('the largest comes first, what is not available last, equals by name', () => {
  const entry = (market: string, sigma: number) => ({ market, sigma }) as unknown as RankedMarket
  const markets = [entry('b:X', NaN), entry('c:X', 0), entry('e:X', 2), entry('a:X', NaN), entry('d:X', 2)]
  expect(sortRanking(markets).map(({ market }) => market)).toEqual(['d:X', 'e:X', 'c:X', 'a:X', 'b:X'])
})
