/** Whether a day had a jump: a statistic whose distribution without one is known. */
import { BIPOWER, RETURNS_A_DAY, type GridSums } from './grid.ts'

/** How often a day without a jump is taken for one with it. */
export const JUMP_LEVEL = 0.01
/** What a standard normal exceeds that often. */
const CRITICAL = 2.3263478740408408

/** E|Z|^(4/3) of a standard normal Z: 2^(2/3) Γ(7/6) / Γ(1/2). */
const MU_FOUR_THIRDS = 0.8308609250295592
const TRIPOWER = MU_FOUR_THIRDS ** -3

export const isJump = (statistic: number): boolean => statistic > CRITICAL

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
