/**
 * Close-to-close: the textbook's standard deviation of log returns, with the window's mean or with mean zero.
 */
import type { Ingredient, Places } from './ingredients.ts'
import { squaresOf } from './terms.ts'
import type { Mean } from './types.ts'
import { meanOf } from './windows.ts'

/**
 * Variance per bar: 1/(n−1) Σ (r − r̄)², or 1/n Σ r² with mean zero.
 */
export function closeToClose(places: Places, mean: Mean): Ingredient {
  const returns = places.links().return
  return mean === 'zero'
    ? { sumOf: squaresOf(returns), factor: meanOf }
    : { deviationsOf: returns, factor: (n) => 1 / (n - 1) }
}
