/**
 * Yang and Zhang's estimator: opening jumps, open-to-close moves and the range of the bar, free of drift.
 */
import type { Ingredient, Places } from './ingredients.ts'
import { enteringOf } from './terms.ts'

/**
 * Variance per bar: V_o + k V_c + (1 − k) V_rs; V_o and V_c are the sample variances (n − 1, demeaned) of
 * o_t − c_{t−1} and c_t − o_t, V_rs Rogers and Satchell's, all over the same n bars;
 * k = 0.34 / (1.34 + (n + 1)/(n − 1)).
 * Yang & Zhang (2000), "Drift-independent volatility estimation based on high, low, open, and close prices",
 * J. Business 73.
 */
export function yangZhang(places: Places): readonly Ingredient[] {
  const { body, rogersSatchell } = places.bars()
  return [
    { deviationsOf: places.links().jump, factor: (n) => 1 / (n - 1) },
    { deviationsOf: body, factor: (n) => moveShare(n) / (n - 1) },
    { sumOf: enteringOf(rogersSatchell, places.enters), factor: (n) => (1 - moveShare(n)) / n },
  ]
}

/** k, which makes the variance of the estimator smallest. */
export const moveShare = (n: number): number => 0.34 / (1.34 + (n + 1) / (n - 1))
