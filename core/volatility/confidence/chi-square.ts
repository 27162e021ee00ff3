/**
 * The band that holds if returns were normal: σ² n / V follows a χ² distribution. With the fat tails of real coins it is far too
 * narrow (`docs/volatility.md`), so it is offered beside the bootstrap, and named for what it assumes.
 */
import type { Factors } from './bootstrap.ts'

/**
 * Between which factors times σ the truth lies with a probability of `level`, were returns normal.
 *
 * @param degrees of freedom of the variance, above 0
 */
export function chiSquareFactors(degrees: number, level: number): Factors {
  const tail = (1 - level) / 2
  return {
    low: Math.sqrt(degrees / chiSquareQuantile(degrees, 1 - tail)),
    high: Math.sqrt(degrees / chiSquareQuantile(degrees, tail)),
  }
}

/**
 * The quantile of χ², to a relative 1e-12: bisection of its distribution, which is the regularised gamma function P(k/2, x/2).
 *
 * @param degrees above 0
 * @param probability between 0 and 1
 */
export function chiSquareQuantile(degrees: number, probability: number): number {
  let low = 0
  let high = degrees
  while (gammaP(degrees / 2, high / 2) < probability) high *= 2
  while (high - low > 1e-13 * high) {
    const middle = (low + high) / 2
    if (middle === low || middle === high) break
    if (gammaP(degrees / 2, middle / 2) < probability) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** P(a, x), by its series below a + 1 and by Lentz's continued fraction above (Press et al., "Numerical Recipes", 6.2). */
function gammaP(a: number, x: number): number {
  if (x <= 0) return 0
  const scale = Math.exp(-x + a * Math.log(x) - logGamma(a))
  return x < a + 1 ? scale * series(a, x) : 1 - scale * fraction(a, x)
}

function series(a: number, x: number): number {
  let term = 1 / a
  let sum = term
  for (let n = 1; term > sum * 1e-17; n++) {
    term *= x / (a + n)
    sum += term
  }
  return sum
}

function fraction(a: number, x: number): number {
  let b = x + 1 - a
  let c = Infinity
  let d = 1 / b
  let found = d
  for (let n = 1; n < 10_000; n++) {
    const step = -n * (n - a)
    b += 2
    d = 1 / (step * d + b)
    c = b + step / c
    found *= d * c
    if (Math.abs(d * c - 1) < 1e-16) break
  }
  return found
}

/** ln Γ(a), by Stirling's series once a is large enough for it. */
function logGamma(a: number): number {
  let below = 0
  let x = a
  for (; x < 15; x++) below += Math.log(x)
  const q = 1 / (x * x)
  const stirling = (1 / 12 - q * (1 / 360 - q * (1 / 1260 - q * (1 / 1680 - q / 1188)))) / x
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + stirling - below
}
