/**
 * Close-to-close: the textbook's standard deviation of log returns, with the window's mean or with mean zero.
 */
import type { LogColumns } from './logs.ts'
import { rollingMean, rollingSquaredDeviations } from './rolling.ts'
import type { Mean } from './types.ts'

/**
 * Variance per bar: 1/(n−1) Σ (r − r̄)², or 1/n Σ r² with mean zero.
 *
 * @param logs logarithms of one series
 * @param window places of the grid
 * @param bars how many returns could enter each window
 * @returns length of the grid; meaningless where fewer than two returns are there
 */
export function closeToClose(logs: LogColumns, window: number, bars: Uint32Array, mean: Mean): Float64Array {
  const returns = logs.returns()
  if (mean === 'zero') {
    const terms = new Float64Array(returns.length)
    for (let i = 0; i < terms.length; i++) terms[i] = returns[i]! * returns[i]!
    return rollingMean(terms, window, bars)
  }
  const variance = rollingSquaredDeviations(returns, logs.paired(), window)
  for (let i = 0; i < variance.length; i++) variance[i] = variance[i]! / (bars[i]! - 1)
  return variance
}
