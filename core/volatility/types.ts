/**
 * What goes into σ and what comes out with it. Every σ travels with its receipt.
 */
import type { MarketId } from '../market.ts'
import type { Interval } from '../time/interval.ts'
import type { IntradayInterval, RealisedDays } from './realised/types.ts'

/** Computed from the bars of a window, one value a bar. */
export const BAR_ESTIMATORS = [
  'close',
  'parkinson',
  'garman-klass',
  'rogers-satchell',
  'gk-yz',
  'yang-zhang',
  'ewma',
] as const

/** Computed from the 5-minute returns of each UTC day: minutes go in, one value a day comes out. */
export const REALISED_ESTIMATORS = ['realized', 'bipower', 'med-rv'] as const

export const ESTIMATORS = [...BAR_ESTIMATORS, ...REALISED_ESTIMATORS] as const

export type BarEstimator = (typeof BAR_ESTIMATORS)[number]
export type RealisedEstimator = (typeof REALISED_ESTIMATORS)[number]
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
  /** Of the realised family: what each day gave; null where the bars are too long for it. Absent of other estimators. */
  readonly days?: RealisedDays | null
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
  /** Of the realised family: what the days that entered were made of. */
  readonly intraday?: IntradayReceipt
  /** Close of the last bar: what the value knows. NaN where no bar is known at all. */
  readonly asOfMs: number
  /** NaN = n/a, and then `reason` says why. */
  readonly sigma: number
  readonly reason: Unavailable | null
  /** What to read a σ with care for; none where there is no σ. */
  readonly warnings: readonly Warning[]
}

/** Why a σ that is there may be further from the truth than its number looks. */
export type Warning =
  /** High is low in so many bars: few trades a bar, of which range estimators read low. */
  | { readonly what: 'thin market'; readonly still: number; readonly bars: number }
  /** So many bars are made of sampled prices. */
  | { readonly what: 'sampled source'; readonly sampled: number; readonly bars: number }
  /** The whole history is not much longer than the window. */
  | { readonly what: 'short history'; readonly history: number; readonly window: number }
  | { readonly what: 'missing places'; readonly missing: number; readonly places: number }
  /** Places without trades, which count as flat bars. */
  | { readonly what: 'empty places'; readonly empty: number; readonly places: number }

/** 5-minute returns inside the days of a window that entered. */
export interface IntradayReceipt {
  /** Of the bars that they were made of. */
  readonly interval: IntradayInterval
  readonly returnsUsed: number
  readonly returnsExpected: number
  /** Empty places of those days, read as flat bars. */
  readonly barsEmpty: number
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
  /** Returns inside the days are needed, and the bars are longer than 5 minutes. */
  | { readonly why: 'no intraday'; readonly interval: Interval }
  /** A window of days that is shorter than two has no value. */
  | { readonly why: 'under two days' }
  /** None of the bars inside the days are known. */
  | { readonly why: 'no minutes' }
  /** The bars inside the days are samples of a price. */
  | { readonly why: 'sampled minutes' }
  /** The minutes of so few days are known; `shortest` is a window that is available, null where none is. */
  | {
      readonly why: 'few days'
      readonly known: number
      readonly window: number
      readonly shortest: number | null
    }
  /** Of so few days of the window enough returns are there. */
  | {
      readonly why: 'days missing'
      readonly used: number
      readonly window: number
      readonly fewest: number
      /** A day enters with this share of its returns. */
      readonly leastShare: number
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
