/**
 * What the 5-minute returns of one day add up to on one grid. Each measure is a mean over the terms that are there, times
 * the returns of a whole day: the textbook's formula where nothing is missing, and scaled by what is missing otherwise.
 */

/** 5-minute returns of a day on one grid. */
export const RETURNS_A_DAY = 288

/** E|Z|^(4/3) of a standard normal Z: 2^(2/3) Γ(7/6) / Γ(1/2). */
const MU_FOUR_THIRDS = 0.8308609250295592

const BIPOWER = Math.PI / 2
const MEDIAN = Math.PI / (6 - 4 * Math.sqrt(3) + Math.PI)
const TRIPOWER = MU_FOUR_THIRDS ** -3

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

/**
 * The ratio statistic for jumps in one day: (RV − BV)/RV over its standard error, √(((π/2)² + π − 5) / m · max(1, TQ/BV²)),
 * standard normal without jumps. TQ is the tri-power quarticity. On one grid only, since the distribution is known there;
 * m is the number of returns that are there.
 *
 * Huang & Tauchen (2005), "The relative contribution of jumps to total price variance", J. Fin. Econometrics 3;
 * Barndorff-Nielsen & Shephard (2006), "Econometrics of testing for jumps", J. Fin. Econometrics 4.
 *
 * @param sums of the same grid
 * @returns 0 where nothing moved
 */
export function jumpStatistic(returns: Float64Array, from: number, step: number, sums: GridSums): number {
  const { present, realized, bipower } = sums
  if (realized === 0) return 0
  const quarticity = tripowerQuarticity(returns, from, step)
  const spread = bipower > 0 ? Math.max(1, quarticity / (bipower * bipower)) : 1
  const error = Math.sqrt(((BIPOWER * BIPOWER + Math.PI - 5) / present) * spread)
  return (realized - bipower) / realized / error
}

/** μ₄⸝₃⁻³ · m · m/(m − 2) Σ |r_{i−2} r_{i−1} r_i|^(4/3). */
function tripowerQuarticity(returns: Float64Array, from: number, step: number): number {
  const end = returns.length
  let sum = 0
  let triples = 0
  for (let i = from + 2 * step; i < end; i += step) {
    const product = Math.abs(returns[i]! * returns[i - step]! * returns[i - 2 * step]!)
    if (product !== product) continue
    triples++
    sum += product * Math.cbrt(product)
  }
  return (TRIPOWER * RETURNS_A_DAY * RETURNS_A_DAY * sum) / triples
}
