/**
 * The shape of a sample: mean, deviation, skew and excess kurtosis, in two passes, so that tiny returns lose no digits.
 */

export interface Moments {
  readonly count: number
  /** NaN without a value. */
  readonly mean: number
  /** Sample standard deviation (n − 1); NaN under two values. */
  readonly deviation: number
  /** g₁ = m₃ / m₂^1.5; 0 for a symmetrical sample, NaN under three values or where all are equal. */
  readonly skew: number
  /** g₂ = m₄ / m₂² − 3; 0 for a normal distribution, NaN under four values or where all are equal. */
  readonly excessKurtosis: number
}

/**
 * Moments of the values that are numbers; NaN are left out.
 * g₁ and g₂ as in Joanes & Gill (1998), "Comparing measures of sample skewness and kurtosis", The Statistician 47.
 */
export function moments(values: Float64Array): Moments {
  let count = 0
  let sum = 0
  for (const value of values)
    if (!Number.isNaN(value)) {
      count++
      sum += value
    }
  const mean = sum / count
  let second = 0
  let third = 0
  let fourth = 0
  for (const value of values) {
    if (Number.isNaN(value)) continue
    const off = value - mean
    const square = off * off
    second += square
    third += square * off
    fourth += square * square
  }
  const variance = second / count
  // The mean of equal values may miss them by a rounding; what is left then is no spread.
  const spread = variance > (1e-15 * mean) ** 2
  return {
    count,
    mean,
    deviation: count < 2 ? NaN : Math.sqrt(second / (count - 1)),
    skew: count < 3 || !spread ? NaN : third / count / variance ** 1.5,
    excessKurtosis: count < 4 || !spread ? NaN : fourth / count / variance ** 2 - 3,
  }
}

/** Density of a normal distribution at x. */
export function normalDensity(x: number, mean: number, deviation: number): number {
  const z = (x - mean) / deviation
  return Math.exp(-0.5 * z * z) / (deviation * Math.sqrt(2 * Math.PI))
}
