/**
 * The windows of one request: which bars could enter each, and what makes variances of
 * sums over them.
 */
import type { WindowBars } from './entering.ts'
import { RollingSum, stretchOf } from './rolling.ts'

export interface Windows extends WindowBars {
  /** Places of the grid. */
  readonly length: number
  /** Places in a window; at most the length of the grid. */
  readonly window: number
  /** Not 0 where a bar can enter. */
  readonly enters: Uint8Array
  /** There is no value where fewer bars could enter; at least 2. */
  readonly fewest: number
  /** Under the root; 1 leaves σ per bar. */
  readonly barsPerYear: number
}

/** What makes a variance per bar of a sum over n bars. */
export type Factor = (n: number) => number

export const meanOf: Factor = (n) => 1 / n

/**
 * The factors for each n, a year's bars in them: a table, since n is the same nearly everywhere.
 *
 * @returns NaN where n is too few for a value, so that none comes out of it
 */
export function weightsOf({ window, fewest, barsPerYear }: Windows, factor: Factor): Float64Array {
  const weights = new Float64Array(window + 1).fill(NaN)
  for (let n = fewest; n <= window; n++) weights[n] = factor(n) * barsPerYear
  return weights
}

/**
 * The variance of an estimator that adds up one term a bar: factor × Σ terms.
 *
 * @param terms one a place, 0 where a bar cannot enter. They become sums and then variances, all in one place: a year
 *   of minutes is large, and memory not touched is time won.
 * @returns `terms`; NaN where too few bars could enter
 */
export function varianceOfTerms(terms: Float64Array, windows: Windows, factor: Factor): Float64Array {
  const { length, window } = windows
  const weights = weightsOf(windows, factor)
  const sum = new RollingSum(window)
  const stretch = stretchOf(window)
  for (let start = 0; start < length; start += stretch) {
    const end = Math.min(start + stretch, length)
    sum.ofStretch(terms, start, end)
    weighStretch(terms, start, end, windows.bars, weights)
  }
  return terms
}

/** Each sum times the weight of its bars, in its place. */
export function weighStretch(
  sums: Float64Array,
  start: number,
  end: number,
  bars: Uint32Array,
  weights: Float64Array,
): void {
  for (let i = start; i < end; i++) sums[i]! *= weights[bars[i]!]!
}
