/**
 * Close-to-close: the textbook's standard deviation of log returns, with the window's mean or with mean zero.
 */
import type { LogColumns } from './logs.ts'
import { RollingSquares, stretchOf } from './rolling.ts'
import { squaresOf } from './terms.ts'
import type { Mean } from './types.ts'
import { meanOf, weighStretch, varianceOfTerms, weightsOf, type Windows } from './windows.ts'

/**
 * Variance per bar: 1/(n−1) Σ (r − r̄)², or 1/n Σ r² with mean zero.
 *
 * @returns a year's variance at each place of the grid
 */
export function closeToClose(logs: LogColumns, windows: Windows, mean: Mean): Float64Array {
  const returns = logs.links().return
  return mean === 'zero' ? aboutZero(returns, windows) : aboutMean(returns, windows)
}

function aboutZero(returns: Float64Array, windows: Windows): Float64Array {
  return varianceOfTerms(squaresOf(returns), windows, meanOf)
}

function aboutMean(returns: Float64Array, windows: Windows): Float64Array {
  const { length, window, enters, bars } = windows
  const variance = new Float64Array(length)
  const weights = weightsOf(windows, (n) => 1 / (n - 1))
  const squares = new RollingSquares(window)
  const stretch = stretchOf(window)
  for (let start = 0; start < length; start += stretch) {
    const end = Math.min(start + stretch, length)
    squares.ofStretch(returns, enters, start, end, variance, start)
    weighStretch(variance, start, end, bars, weights)
  }
  return variance
}
