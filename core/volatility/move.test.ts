import { describe, expect, test } from 'vitest'
import type { MarketId } from '../market.ts'
import { DAY_MS, HOUR_MS } from '../time/interval.ts'
import { moveBegins, moveBetween, moveSince } from './move.ts'
import type { Receipt } from './types.ts'

const RECEIPT: Receipt = {
  market: 'coinbase:BTC-USD' as MarketId,
  source: 'coinbase',
  estimator: 'yang-zhang',
  interval: '1d',
  window: 30,
  mean: 'sample',
  barsUsed: 30,
  barsExpected: 30,
  barsEmpty: 0,
  annualisation: 365,
  firstBarMs: 0,
  lastBarMs: 29 * DAY_MS,
  asOfMs: 30 * DAY_MS,
  sigma: 0.02 * Math.sqrt(365),
  reason: null,
  warnings: [],
}
const at = (price: number, days: number) => ({ price, atMs: days * DAY_MS })

describe('a move in σ', () => {
  test('of one day is the log return over σ of a day', () => {
    const move = moveBetween(at(100, 30), at(100 * Math.exp(-0.042), 31), RECEIPT)
    expect(move.sigmas).toBeCloseTo(-2.1, 12)
    expect(move.sigmaSpan).toBeCloseTo(0.02, 12)
    expect(move.change).toBeCloseTo(Math.exp(-0.042) - 1, 12)
  })

  test('of four days is held against twice the σ of a day, of a quarter of a day against half of it', () => {
    expect(moveBetween(at(100, 30), at(100 * Math.exp(0.04), 34), RECEIPT).sigmas).toBeCloseTo(1, 12)
    expect(moveBetween(at(100, 30), at(100 * Math.exp(0.04), 30.25), RECEIPT).sigmas).toBeCloseTo(4, 12)
  })

  test('there and back again is the same number with the other sign', () => {
    const up = moveBetween(at(100, 30), at(130, 33), RECEIPT).sigmas
    expect(moveBetween(at(130, 30), at(100, 33), RECEIPT).sigmas).toBeCloseTo(-up, 12)
  })

  test('is not available where σ is not, or 0; the change is told all the same', () => {
    for (const sigma of [NaN, 0]) {
      const move = moveBetween(at(100, 30), at(110, 31), { ...RECEIPT, sigma })
      expect(move.sigmas).toBeNaN()
      expect(move.change).toBeCloseTo(0.1, 12)
    }
  })

  test('without time, without a price or without a σ per year is refused', () => {
    expect(() => moveBetween(at(100, 30), at(110, 30), RECEIPT)).toThrow(RangeError)
    expect(() => moveBetween(at(0, 30), at(110, 31), RECEIPT)).toThrow(RangeError)
    expect(() => moveBetween(at(100, 30), at(110, 31), { ...RECEIPT, annualisation: null })).toThrow(
      RangeError,
    )
  })
})

describe('the moves that end with a price', () => {
  const noon = 31 * DAY_MS + 12 * HOUR_MS

  test('begin at 00:00 UTC, and 24 hours before', () => {
    expect(moveBegins('day', noon)).toBe(31 * DAY_MS)
    // A close of 00:00 ends the day before.
    expect(moveBegins('day', 31 * DAY_MS)).toBe(30 * DAY_MS)
    expect(moveBegins('24h', noon)).toBe(noon - DAY_MS)
  })

  test('are measured by the σ that their start brings', () => {
    const to = { price: 100 * Math.exp(0.02), atMs: noon }
    const move = moveSince({ from: at(100, 31), receipt: RECEIPT }, to)!
    // Half a day: 0.02 / (0.02 √½).
    expect(move.sigmas).toBeCloseTo(Math.SQRT2, 12)
    expect(move.receipt.asOfMs).toBeLessThanOrEqual(move.from.atMs)
  })

  test('do not exist without a close to begin with, or in no time', () => {
    expect(moveSince({ from: null, receipt: RECEIPT }, at(100, 31))).toBeNull()
    expect(moveSince({ from: at(100, 31), receipt: RECEIPT }, at(101, 31))).toBeNull()
  })
})
