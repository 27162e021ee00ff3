/**
 * The windows of one request: which bars could enter each, and what adds up to their variances.
 */
import type { WindowBars } from './entering.ts'

export interface Windows extends WindowBars {
  /** Places of the grid. */
  readonly length: number
  /** Places in a window; at most the length of the grid. */
  readonly window: number
  /** Where the first window is full. */
  readonly firstPlace: number
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
 * Whether every window that ends in a block of the grid is full: the first and the last one, which have all bars of the
 * others. Of the windows that begin before the grid nobody asks.
 */
export function isFullBlock({ window, bars }: Windows, start: number, end: number): boolean {
  return (start === 0 || bars[start] === window) && bars[end - 1] === window
}

/** One of the sums that a variance is made of. */
export interface Part {
  /**
   * Adds its share at the places from `start` until before `end`: stretches of whole windows, in order.
   *
   * @param last whether to take the root then, in the same loop: sums wait for one another, and roots fill the time
   */
  addStretch(start: number, end: number, variance: Float64Array, last: boolean): void
}

/**
 * Places in a stretch; work on a series is done a stretch at a time, here and in the files around. A stretch stays in
 * the processor's cache between one step and the next, and a function that is called a few times a series is compiled
 * during the first one, where one that is called once would begin each series interpreted. Large enough for the loops
 * over stretches not to be worth compiling, with all that they call.
 */
export const STRETCH = 65_536

/** Places in a stretch of whole windows. */
export function stretchOf({ length, window }: Windows): number {
  return Math.min(length, window * Math.max(1, Math.floor(STRETCH / window)))
}

/**
 * The root of the sum of the parts.
 *
 * @param variance a column of any contents, for the result
 * @returns σ of a year at each place of the grid; NaN where too few bars could enter
 */
export function rootOfSum(
  windows: Windows,
  parts: readonly Part[],
  variance: Float64Array<ArrayBuffer>,
): Float64Array<ArrayBuffer> {
  const { length } = windows
  const stretch = stretchOf(windows)
  for (let start = 0; start < length; start += stretch) {
    const end = Math.min(start + stretch, length)
    variance.fill(0, start, end)
    parts.forEach((part, index) => part.addStretch(start, end, variance, index === parts.length - 1))
  }
  return variance
}
