/**
 * What the 5-minute returns of one day add up to on one grid. Each measure is a mean over the terms that are there, times
 * the returns of a whole day: the textbook's formula where nothing is missing, and scaled by what is missing otherwise.
 */

/** 5-minute returns of a day on one grid. */
export const RETURNS_A_DAY = 288

/** 1 / (E|Z|)² of a standard normal Z. */
export const BIPOWER = Math.PI / 2
const MEDIAN = Math.PI / (6 - 4 * Math.sqrt(3) + Math.PI)

/** Of one grid of one day; written over for the next one. */
export interface GridSums {
  present: number
  realized: number
  bipower: number
  medRv: number
  down: number
  up: number
}

/**
 * Realised variance, semivariances, bipower and MedRV of the returns `from`, `from + step`, ….
 *
 * Andersen & Bollerslev (1998), "Answering the skeptics", Int. Econ. Rev. 39: Σ r².
 * Barndorff-Nielsen & Shephard (2004), "Power and bipower variation with stochastic volatility and jumps",
 * J. Fin. Econometrics 2: π/2 · m/(m − 1) Σ |r_i| |r_{i−1}|.
 * Andersen, Dobrev & Schaumburg (2012), "Jump-robust volatility estimation using nearest neighbor truncation",
 * J. Econometrics 169: π/(6 − 4√3 + π) · m/(m − 2) Σ med(|r_{i−1}|, |r_i|, |r_{i+1}|)².
 * Barndorff-Nielsen, Kinnebrock & Shephard (2010), "Measuring downside risk: realised semivariance": Σ r² by sign.
 *
 * @param returns of one day by the bar in which they end, NaN where there is none
 */
export function sumGrid(returns: Float64Array, from: number, step: number, sums: GridSums): void {
  const end = returns.length
  let present = 0
  let pairs = 0
  let triples = 0
  let down = 0
  let up = 0
  let products = 0
  let medians = 0
  let before = NaN
  let twoBefore = NaN
  for (let i = from; i < end; i += step) {
    const r = returns[i]!
    const size = Math.abs(r)
    // Not there where it is not equal to itself.
    if (r === r) {
      present++
      const square = r * r
      if (r < 0) down += square
      else up += square
      if (before === before) {
        pairs++
        products += size * before
        if (twoBefore === twoBefore) {
          triples++
          const low = before < twoBefore ? before : twoBefore
          const high = before < twoBefore ? twoBefore : before
          const median = size < low ? low : size > high ? high : size
          medians += median * median
        }
      }
    }
    twoBefore = before
    before = size
  }
  sums.present = present
  sums.down = scaled(down, present)
  sums.up = scaled(up, present)
  sums.realized = scaled(down + up, present)
  sums.bipower = BIPOWER * scaled(products, pairs)
  sums.medRv = MEDIAN * scaled(medians, triples)
}

/** A sum over `count` terms as that of a whole day; NaN without any. */
const scaled = (sum: number, count: number): number => (sum * RETURNS_A_DAY) / count
