/**
 * Range estimators that are plain means over the bars of a window: Parkinson, Garman-Klass, Rogers-Satchell and
 * Garman-Klass with Yang and Zhang's opening jump. Every term is at least 0, so no sum of them can be negative.
 */
import type { Ingredient, Places } from './ingredients.ts'
import { garmanKlassTerms, garmanKlassYangZhangTerms, squaresOf, valuesOf } from './terms.ts'
import { meanOf } from './windows.ts'

/**
 * Parkinson's variance per bar: 1/(4 n ln 2) Σ (h − l)².
 * Parkinson (1980), "The extreme value method for estimating the variance of the rate of return", J. Business 53.
 */
export function parkinson(places: Places): Ingredient {
  return { sumOf: squaresOf(places.bars().range), factor: (n) => 1 / (4 * n * Math.LN2) }
}

/**
 * Garman and Klass' variance per bar: 1/n Σ [½ (h − l)² − (2 ln 2 − 1)(c − o)²].
 * Garman & Klass (1980), "On the estimation of security price volatilities from historical data", J. Business 53.
 */
export function garmanKlass(places: Places): Ingredient {
  return { sumOf: garmanKlassTerms(places.bars()), factor: meanOf }
}

/**
 * Rogers and Satchell's variance per bar: 1/n Σ [(h − c)(h − o) + (l − c)(l − o)]; no drift enters it.
 * Rogers & Satchell (1991), "Estimating variance from high, low and closing prices", Ann. Appl. Prob. 1.
 */
export function rogersSatchell(places: Places): Ingredient {
  return { sumOf: valuesOf(places.bars().rogersSatchell), factor: meanOf }
}

/**
 * Garman-Klass with the opening jump: 1/n Σ [(o_t − c_{t−1})² + ½ (h − l)² − (2 ln 2 − 1)(c − o)²].
 * Garman & Klass (1980) as extended by Yang & Zhang (2000), J. Business 73.
 */
export function garmanKlassYangZhang(places: Places): Ingredient {
  return { sumOf: garmanKlassYangZhangTerms(places), factor: meanOf }
}
