import { describe, expect, it, test } from 'vitest'
import { missingColumns, State, type CandleColumns } from '../../candle/columns.ts'
import { randomFrom } from '../../chunk/testing/random.ts'
import type { MarketId } from '../../market.ts'
import { DAY_MS, type Interval } from '../../time/interval.ts'
import { volatilityPoints } from '../points.ts'
import type { Estimator, VolatilityRequest } from '../types.ts'
import { newestReceipt, volatility } from '../volatility.ts'
import { realisedDays } from './days.ts'
import { isJump, JUMP_LEVEL } from './jump.ts'

const DAY = Date.UTC(2024, 0, 1)

/** Minutes from DAY on, each with its close; null = missing. */
function minutes(length: number, closeOf: (minute: number) => number | null, startMs = DAY): CandleColumns {
  const columns = missingColumns('csv:m' as MarketId, '1m', startMs, length, false)
  for (let i = 0; i < length; i++) {
    const close = closeOf(i)
    if (close === null) continue
    columns.states[i] = State.present
    columns.open[i] = columns.high[i] = columns.low[i] = columns.close[i] = close
  }
  return columns
}

const request = (estimator: Estimator, window = 2): VolatilityRequest => ({
  estimator,
  window,
  mean: 'sample',
  barsPerYear: 365,
  minCoverage: 0.5,
})

/** A price that rises by 1 % in the first minute of every five. */
const stairs = (minute: number) => 1.01 ** Math.floor(minute / 5)

describe('a day of equal 5-minute returns', () => {
  const days = realisedDays(minutes(2 * 1440, stairs), '1m')
  const r = Math.log(1.01)

  test('has the variances of the textbook', () => {
    expect(days.variance.realized[1]).toBeCloseTo(288 * r * r, 14)
    expect(days.variance.bipower[1]).toBeCloseTo((Math.PI / 2) * 288 * r * r, 14)
    const median = Math.PI / (6 - 4 * Math.sqrt(3) + Math.PI)
    expect(days.variance['med-rv'][1]).toBeCloseTo(median * 288 * r * r, 14)
    expect([days.down[1], days.up[1]]).toEqual([0, days.variance.realized[1]])
    expect([days.present[1], days.expected]).toEqual([1440, 1440])
  })

  test('begins with the last closes of the day before, the first of all without them', () => {
    expect(Array.from(days.present)).toEqual([1435, 1440])
    expect(days.variance.realized[0]).toBeCloseTo(288 * r * r, 14)
  })
})

describe('what is missing', () => {
  test('a missing minute takes every return across it away, an empty one is flat', () => {
    const columns = minutes(1440, (i) => (i === 700 || i === 300 ? null : stairs(i)))
    columns.states[300] = State.empty
    const days = realisedDays(columns, '1m')
    expect(days.present[0]).toBe(1435 - 6)
    expect(days.empty[0]).toBe(1)
  })

  test.each([
    [1157, true],
    [1156, false],
  ])('a day of %i minutes enters: %s', (length, enters) => {
    // Each gives a return but the first five: 1,152 of 1,440 are 80 %.
    const days = realisedDays(minutes(length, stairs), '1m')
    expect(days.present[0]).toBe(length - 5)
    expect(Number.isNaN(days.variance.realized[0]!)).toBe(!enters)
  })

  test('fewer days than the coverage asks for give no σ, and the receipt says why', () => {
    const columns = minutes(4 * 1440, (i) => (i >= 1440 && i < 3 * 1440 ? null : stairs(i)))
    const series = volatility(columns, request('realized', 4))
    expect(series.sigma[3]).not.toBeNaN()
    const strict = volatility(columns, { ...request('realized', 4), minCoverage: 0.75 })
    expect(strict.sigma[3]).toBeNaN()
    expect(newestReceipt(strict, columns).reason).toEqual({
      why: 'days missing',
      used: 2,
      window: 4,
      fewest: 3,
      leastShare: 0.8,
    })
  })

  test('days that are longer than their bars allow are not available anywhere', () => {
    const columns = { ...minutes(3, () => 1), interval: '1d' as Interval }
    const series = volatility(columns, request('realized'))
    expect(volatilityPoints(series).map(({ sigma }) => sigma)).toEqual([null, null])
    expect(newestReceipt(series, columns).reason).toEqual({ why: 'no intraday', interval: '1d' })
  })

  test('no minutes, too few days and samples of a price have reasons of their own', () => {
    const reasonOf = (columns: CandleColumns) =>
      newestReceipt(volatility(columns, request('bipower')), columns).reason
    expect(reasonOf(minutes(0, () => 1))).toEqual({ why: 'no minutes' })
    expect(reasonOf(minutes(1440, stairs))).toEqual({ why: 'few days', known: 1, window: 2, shortest: null })
    const sampled = minutes(2 * 1440, stairs)
    sampled.samples = new Uint32Array(2 * 1440).fill(1)
    expect(reasonOf(sampled)).toEqual({ why: 'sampled minutes' })
  })
})

describe('σ of days', () => {
  // Twice as steep from the second day on, which begins with a jump.
  const columns = minutes(3 * 1440, (i) => stairs(i) ** (i < 1440 ? 1 : 2))
  const series = volatility(columns, request('realized'))

  test('is the root of a year of the mean day, on the grid of days', () => {
    const { realized } = realisedDays(columns, '1m').variance
    expect(series).toMatchObject({ interval: '1d', startMs: DAY, firstPlace: 1, endPlace: 3 })
    expect(series.sigma[2]).toBeCloseTo(Math.sqrt((365 * (realized[1]! + realized[2]!)) / 2), 12)
  })

  test('says what it was made of', () => {
    expect(newestReceipt(series, columns)).toMatchObject({
      interval: '1d',
      barsUsed: 2,
      barsExpected: 2,
      asOfMs: DAY + 3 * DAY_MS,
      intraday: { interval: '1m', returnsUsed: 2880, returnsExpected: 2880, barsEmpty: 0 },
    })
  })

  test('its points carry semivariances and jumps', () => {
    const [, point] = volatilityPoints(series)
    expect(point).toMatchObject({ t: '2024-01-03T00:00:00Z', n: 2, expected: 2, down: 0, jump_days: 1 })
    expect(point!.up).toBe(point!.sigma)
    expect(volatilityPoints(volatility(columns, request('bipower')))[1]).not.toHaveProperty('up')
  })

  test('a day that stands still is exactly 0, without a jump', () => {
    const still = minutes(2 * 1440, () => 0.1)
    for (const estimator of ['realized', 'bipower', 'med-rv'] as const)
      expect(volatility(still, request(estimator)).sigma[1]).toBe(0)
    const days = realisedDays(still, '1m')
    expect([days.jumpShare[1], days.jumpStatistic[1]]).toEqual([0, 0])
  })
})

describe('the test for jumps', () => {
  /** Minutes of a Gaussian walk of so many days; each day gets one jump of so many of its deviations. */
  function walk(days: number, jump: number): CandleColumns {
    const random = randomFrom(5)
    const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
    let log = 0
    return minutes(days * 1440, (i) => {
      log += 0.0005 * normal()
      if (i % 1440 === 800) log += jump * 0.0005 * Math.sqrt(1440)
      return Math.exp(log)
    })
  }
  const shareOfJumps = (columns: CandleColumns) => {
    const { jumpStatistic, length } = realisedDays(columns, '1m')
    return jumpStatistic.filter(isJump).length / length
  }

  it('keeps its size, nearly, without jumps', () => {
    const share = shareOfJumps(walk(500, 0))
    // Huang & Tauchen find 1 to 2 % at 1 % with 288 returns; three standard errors of 500 days are 1.3 %.
    expect(share).toBeLessThan(JUMP_LEVEL + 0.02)
    expect(share).toBeGreaterThan(0)
  })

  it('finds jumps of half a day’s deviation and more', () => {
    expect(shareOfJumps(walk(200, 0.5))).toBeGreaterThan(0.6)
    expect(shareOfJumps(walk(200, 0.8))).toBeGreaterThan(0.97)
    const days = realisedDays(walk(200, 1), '1m')
    const share = days.jumpShare.reduce((sum, value) => sum + value / 200, 0)
    expect(share).toBeGreaterThan(0.4)
    expect(share).toBeLessThan(0.6)
  })
})
