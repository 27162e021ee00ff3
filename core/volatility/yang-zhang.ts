/**
 * Yang and Zhang's estimator: opening jumps, open-to-close moves and the range of the bar, free of drift.
 */
import type { LogColumns } from './logs.ts'
import { RollingSquares, RollingSum, stretchOf } from './rolling.ts'
import { weightsOf, type Windows } from './windows.ts'

/**
 * Variance per bar: V_o + k V_c + (1 − k) V_rs; V_o and V_c are the sample variances (n − 1, demeaned) of
 * o_t − c_{t−1} and c_t − o_t, V_rs Rogers and Satchell's, all over the same n bars;
 * k = 0.34 / (1.34 + (n + 1)/(n − 1)).
 * Yang & Zhang (2000), "Drift-independent volatility estimation based on high, low, open, and close prices",
 * J. Business 73.
 *
 * @returns a year's variance at each place of the grid
 */
export function yangZhang(logs: LogColumns, windows: Windows): Float64Array {
  const { length, window, enters, bars } = windows
  const { body, rogersSatchell } = logs.bars()
  const { jump } = logs.links()
  const variance = new Float64Array(length)
  const stretch = stretchOf(window)
  const ranges = new RollingSum(window)
  const jumps = new RollingSquares(window)
  const moves = new RollingSquares(window)
  const block = { jumps: new Float64Array(stretch), moves: new Float64Array(stretch) }
  const weights: Weights = {
    jumps: weightsOf(windows, (n) => 1 / (n - 1)),
    moves: weightsOf(windows, (n) => moveShare(n) / (n - 1)),
    ranges: weightsOf(windows, (n) => (1 - moveShare(n)) / n),
  }
  for (let start = 0; start < length; start += stretch) {
    const end = Math.min(start + stretch, length)
    enteringOfStretch(rogersSatchell, enters, start, end, variance)
    ranges.ofStretch(variance, start, end)
    jumps.ofStretch(jump, enters, start, end, block.jumps, 0)
    moves.ofStretch(body, enters, start, end, block.moves, 0)
    joinStretch(variance, start, end, bars, block, weights)
  }
  return variance
}

/** k, which makes the variance of the estimator smallest. */
const moveShare = (n: number): number => 0.34 / (1.34 + (n + 1) / (n - 1))

/** By the bars of the window. */
interface Weights {
  readonly jumps: Float64Array
  readonly moves: Float64Array
  readonly ranges: Float64Array
}

/** The values of a block that count, 0 for the others. */
function enteringOfStretch(
  values: Float64Array,
  enters: Uint8Array,
  start: number,
  end: number,
  out: Float64Array,
): void {
  for (let i = start; i < end; i++) out[i] = enters[i] === 0 ? 0 : values[i]!
}

/** The variances of a stretch from its sums of Rogers-Satchell terms, in their place, and its squares of jumps and moves. */
function joinStretch(
  sums: Float64Array,
  start: number,
  end: number,
  bars: Uint32Array,
  { jumps, moves }: { readonly jumps: Float64Array; readonly moves: Float64Array },
  weights: Weights,
): void {
  for (let i = start; i < end; i++) {
    const n = bars[i]!
    const around = jumps[i - start]! * weights.jumps[n]! + moves[i - start]! * weights.moves[n]!
    sums[i] = around + sums[i]! * weights.ranges[n]!
  }
}
