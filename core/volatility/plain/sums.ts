/** Sums in which no digit is lost, for the plain twins. */

/** ln(a / b); exact where a and b are close. */
export const ln = (a: number, b: number): number => Math.log1p((a - b) / b)

/** Neumaier's compensated sum. */
export function sum(values: readonly number[]): number {
  let total = 0
  let lost = 0
  for (const value of values) {
    const next = total + value
    lost += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total
    total = next
  }
  return total + lost
}

export const mean = (values: readonly number[]): number => sum(values) / values.length

/** Sample variance, n − 1. */
export function sampleVariance(values: readonly number[]): number {
  const middle = mean(values)
  const deviations = values.map((value) => value - middle)
  // The second pass also takes out what the mean was rounded by.
  return (
    (sum(deviations.map((d) => d * d)) - sum(deviations) ** 2 / values.length) /
    Math.max(1, values.length - 1)
  )
}
