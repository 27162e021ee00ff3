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
  readonly reason: Unavailable | null
}

/** Why there is no value, with what a sentence needs to say what would make it available. */
export type Unavailable =
  /** Of this interval nothing is known. */
  | { readonly why: 'no candles'; readonly interval: Interval }
  /** The place lies behind the last known one. */
  | { readonly why: 'after the last' }
  /** `wanted` places from the first known one on are needed; `shortest` is a window that is available, null where none is. */
  | {
      readonly why: 'too short'
      readonly known: number
      readonly wanted: number
      readonly window: number
      readonly interval: Interval
      readonly shortest: number | null
    }
  /** So many of the bars have fewer samples than high and low need. */
  | { readonly why: 'few samples'; readonly sparse: number; readonly bars: number; readonly fewest: number }
  /** Bars are missing in the window; those that could enter, and whether each needs the close before. */
  | {
      readonly why: 'bars missing'
      readonly used: number
      readonly window: number
      readonly interval: Interval
      readonly needsClose: boolean
      readonly fewest: number
    }
