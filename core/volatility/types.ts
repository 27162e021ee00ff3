/**
 * What goes into σ and what comes out with it. Every σ travels with its receipt.
 */
import type { MarketId } from '../market.ts'
import type { Interval } from '../time/interval.ts'

export const ESTIMATORS = [
  'close',
  'parkinson',
  'garman-klass',
  'rogers-satchell',
  'gk-yz',
  'yang-zhang',
] as const

export type Estimator = (typeof ESTIMATORS)[number]

/** Mean of the returns for `close`: that of the window, or zero. The app takes zero below 1h, and says so. */
export type Mean = 'sample' | 'zero'

export interface VolatilityRequest {
  readonly estimator: Estimator
  /** Places of the grid in a window, at least 2. */
  readonly window: number
  readonly mean: Mean
  /** Bars in a year; null leaves σ per bar. */
  readonly barsPerYear: number | null
  /** σ is NaN where fewer than max(2, minCoverage × window) bars could enter. */
  readonly minCoverage: number
}

/** One value a place of the grid; NaN = not available, never 0 and never a guess. */
export interface VolatilitySeries {
  readonly request: VolatilityRequest
  readonly startMs: number
  readonly interval: Interval
  /**
   * The first place at which a point exists: window − 1, or window for estimators that need the close before,
   * counted from the first known place of the columns.
   */
  readonly firstPlace: number
  /** The place after the last known one; there are no points from here on. */
  readonly endPlace: number
  /** Fraction per year (or per bar). Length of the grid. */
  readonly sigma: Float64Array<ArrayBuffer>
  /** Bars that could enter each window. */
  readonly bars: Uint32Array
  /** How many of those were empty places, read as flat bars. */
  readonly flat: Uint32Array
}

/** The receipt of one σ. */
export interface Receipt {
  readonly market: MarketId
  readonly source: string
  readonly estimator: Estimator
  /** What was asked for, where bars of too few samples allow close to close only; absent where both are the same. */
  readonly insteadOf?: Estimator
  readonly interval: Interval
  readonly window: number
  readonly mean: Mean
  readonly barsUsed: number
  readonly barsExpected: number
  /** Empty places among the bars used. */
  readonly barsEmpty: number
  /** Bars per year under the root; null = not annualised. */
  readonly annualisation: number | null
  /** Starts of the first and last bar of the window. */
  readonly firstBarMs: number
  readonly lastBarMs: number
  /** Close of the last bar: what the value knows. NaN where no bar is known at all. */
  readonly asOfMs: number
  /** NaN = n/a, and then `reason` says why. */
  readonly sigma: number
  readonly reason: string | null
}
