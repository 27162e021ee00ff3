/**
 * Close-to-close: the textbook's standard deviation of log returns, with the window's mean or with mean zero.
 */
import { RollingDeviations } from './deviations.ts'
import type { LogColumns } from './logs.ts'
import { RollingSum } from './rolling.ts'
import { squaresOf } from './terms.ts'
import type { Mean } from './types.ts'
import { meanOf, type Part, type Windows } from './windows.ts'

/**
 * Variance per bar: 1/(n−1) Σ (r − r̄)², or 1/n Σ r² with mean zero.
 */
export function closeToClose(logs: LogColumns, windows: Windows, mean: Mean): Part {
  const returns = logs.links().return
  return mean === 'zero'
    ? new RollingSum(squaresOf(returns), windows, meanOf)
    : new RollingDeviations(returns, windows, (n) => 1 / (n - 1))
}
