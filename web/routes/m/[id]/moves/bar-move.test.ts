import { describe, expect, test } from 'vitest'
import { State } from '$core/candle/columns.ts'
import type { MarketId } from '$core/market.ts'
import { DAY_MS } from '$core/time/interval.ts'
import type { Slice } from '$lib/chart/columns.ts'
import type { PriceView, SigmaView } from '$worker/api.ts'
import { barMove } from './bar-move.ts'

const MARKET = 'coinbase:BTC-USD' as MarketId
const CLOSES = Float64Array.of(100, 102, NaN, 104, 98)
const LEVEL = { factor: 1, open: CLOSES, high: CLOSES, low: CLOSES, close: CLOSES }
const SLICE: Slice = { level: LEVEL, startMs: 0, stepMs: DAY_MS, first: 0, last: 5 }
const MISSING = { fromMs: 2 * DAY_MS, toMs: 3 * DAY_MS, state: State.missing }
const PRICE: PriceView = {
  market: MARKET,
  interval: '1d',
  home: { fromMs: 0, toMs: 5 * DAY_MS },
  startMs: 0,
  length: 5,
  levels: [LEVEL],
  volumes: null,
  absent: [MISSING],
  asOfMs: 5 * DAY_MS,
}
/** 1 %, 2 % … a day, by the day that ended. */
const daily = [0.01, 0.02, 0.03, 0.04, 0.05]
const SIGMA: SigmaView = {
  market: MARKET,
  interval: '1d',
  startMs: 0,
  sigma: Float64Array.from(daily, (sigma) => sigma * Math.sqrt(365)),
  bars: new Uint32Array(5).fill(30),
  flat: new Uint32Array(5),
  percentile: 1,
  receipt: {
    market: MARKET,
    source: 'coinbase',
    estimator: 'close',
    interval: '1d',
    window: 30,
    mean: 'sample',
    barsUsed: 30,
    barsExpected: 30,
    barsEmpty: 0,
    annualisation: 365,
    firstBarMs: 0,
    lastBarMs: 4 * DAY_MS,
    asOfMs: 5 * DAY_MS,
    sigma: 0.05 * Math.sqrt(365),
    reason: null,
  },
}
const moveOn = (day: number, slice = SLICE, price = PRICE) =>
  barMove(price, slice, SIGMA, (day + 0.5) * DAY_MS)

describe('the move of a bar', () => {
  test('goes from the close before it, in σ as it was then', () => {
    const { sigmas, from, to, receipt } = moveOn(1)!
    expect(sigmas).toBeCloseTo(Math.log(102 / 100) / 0.01, 10)
    expect([from.atMs, to.atMs, receipt.asOfMs]).toEqual([DAY_MS, 2 * DAY_MS, DAY_MS])
    expect(moveOn(4)!.sigmas).toBeCloseTo(Math.log(98 / 104) / 0.04, 10)
  })

  test('is not told of the first bar, of a missing one, and of the one after it', () => {
    expect([moveOn(0), moveOn(2), moveOn(3)]).toEqual([null, null, null])
  })

  test('of bars drawn together ends with the newest close, and none crosses a place that is missing at their edge', () => {
    const closes = Float64Array.of(102, 104, 98)
    const two = { ...LEVEL, factor: 2, close: closes }
    const slice = { ...SLICE, level: two, stepMs: 2 * DAY_MS, last: 3 }
    // Day 2 is missing within its column, day 3 is not.
    expect(moveOn(2, slice)!.sigmas).toBeCloseTo(Math.log(104 / 102) / (0.02 * Math.SQRT2), 10)
    expect(moveOn(4, slice)!.to.atMs).toBe(5 * DAY_MS)
    const ends = { ...PRICE, absent: [{ ...MISSING, fromMs: 3 * DAY_MS, toMs: 4 * DAY_MS }] }
    expect([moveOn(2, slice, ends), moveOn(4, slice, ends)]).toEqual([null, null])
  })
})
