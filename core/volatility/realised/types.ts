/** Measures of single days, made of the returns inside them. */
import type { Interval } from '../../time/interval.ts'
import type { RealisedEstimator } from '../types.ts'

/** Bars that 5-minute returns can be made of. */
export type IntradayInterval = Extract<Interval, '1m' | '5m'>

/** A day enters with at least this share of its returns. */
export const LEAST_SHARE_OF_DAY = 0.8

/** One value a UTC day. Measures are NaN where too few of a day's returns are there. */
export interface RealisedDays {
  /** Start of the first day. */
  readonly startMs: number
  readonly length: number
  /** Close of the last known bar: the last day may be under way still. */
  readonly endMs: number
  /** Of the bars that the returns were made of. */
  readonly interval: IntradayInterval
  /** 5-minute returns of a whole day, on all its grids. */
  readonly expected: number
  /** How many of those are there. */
  readonly present: Uint16Array
  /** Empty places of the day, read as flat bars. */
  readonly empty: Uint16Array
  /** Bars of the day that are left out, since they are samples of a price. */
  readonly sampled: Uint16Array
  /** Variance of the day by each estimator. */
  readonly variance: Readonly<Record<RealisedEstimator, Float64Array>>
  /** Its parts from falling and from rising returns. */
  readonly down: Float64Array
  readonly up: Float64Array
  /** What of the variance came in jumps, 0 to 1. */
  readonly jumpShare: Float64Array
  /** Standard normal where a day has no jump; large where it has one. */
  readonly jumpStatistic: Float64Array
}
