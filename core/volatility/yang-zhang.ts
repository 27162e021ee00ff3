/**
 * Yang and Zhang's estimator: opening jumps, open-to-close moves and the range of the bar, free of drift.
 */
import type { LogColumns } from './logs.ts'
import { rollingMean, rollingSquaredDeviations } from './rolling.ts'

/**
 * Variance per bar: V_o + k V_c + (1 − k) V_rs; V_o and V_c are the sample variances (n − 1, demeaned) of
 * o_t − c_{t−1} and c_t − o_t, V_rs Rogers and Satchell's, all over the same n bars;
 * k = 0.34 / (1.34 + (n + 1)/(n − 1)).
 * Yang & Zhang (2000), "Drift-independent volatility estimation based on high, low, open, and close prices",
 * J. Business 73.
 *
 * @param logs logarithms of one series
 * @param window places of the grid
 * @param bars how many bars with a close before could enter each window
 * @returns length of the grid; meaningless where fewer than two bars could enter
 */
export function yangZhang(logs: LogColumns, window: number, bars: Uint32Array): Float64Array {
  const entering = logs.paired()
  const { body, rogersSatchell } = logs.bars()
  const terms = new Float64Array(rogersSatchell.length)
  for (let i = 0; i < terms.length; i++) terms[i] = entering.enters[i] === 1 ? rogersSatchell[i]! : 0
  const variance = rollingMean(terms, window, bars)
  const jump = rollingSquaredDeviations(logs.jumps(), entering, window)
  const move = rollingSquaredDeviations(body, entering, window)
  for (let i = 0; i < variance.length; i++) {
    const n = bars[i]!
    const k = 0.34 / (1.34 + (n + 1) / (n - 1))
    variance[i] = (jump[i]! + k * move[i]!) / (n - 1) + (1 - k) * variance[i]!
  }
  return variance
}
