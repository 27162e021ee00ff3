/** Logarithms of ratios of prices, which are mostly close to 1. */

/** Squares of (a − b)/(a + b) up to which the series, cut where its next term is below 2^-56, is exact. */
const NEAR = 5e-6
const FAR = 0.05 ** 2
const VERY_FAR = 0.5 ** 2

/**
 * ln(a / b) with full relative precision for neighbouring prices: 2 artanh((a − b)/(a + b)), where a − b is exact.
 * The difference of two logarithms loses as many digits as the prices have in common.
 *
 * @param a above 0
 * @param b above 0
 */
export function logRatio(a: number, b: number): number {
  const sum = a + b
  const s = (a - b) / sum
  const q = s * s
  // Short enough to be inlined, without a branch that prices decide: that is what makes it fast.
  if (q < NEAR && sum < Infinity) return s * (2 + q * (2 / 3 + q * (2 / 5)))
  // The sign says that it is a number: without it each result is an object.
  return +farLogRatio(a, b, s, q)
}

function farLogRatio(a: number, b: number, s: number, q: number): number {
  if (q >= NEAR && q < FAR) {
    const near = 2 / 5 + q * (2 / 7 + q * (2 / 9))
    const far = 2 / 11 + q * (2 / 13)
    return s * (2 + q * (2 / 3 + q * (near + q * q * q * far)))
  }
  if (q < VERY_FAR) return Math.log(a / b)
  return Math.log(a) - Math.log(b)
}
