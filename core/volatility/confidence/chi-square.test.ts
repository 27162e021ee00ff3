import { expect, test } from 'vitest'
import { chiSquareFactors, chiSquareQuantile } from './chi-square.ts'

/** By scipy 1.15 (`scipy.stats.chi2.ppf`). */
test.each([
  [1, 0.025, 0.0009820691171752555],
  [1, 0.975, 5.023886187314888],
  [6, 0.025, 1.2373442457912027],
  [29, 0.025, 16.04707169536489],
  [29, 0.975, 45.72228580417452],
  [89, 0.025, 64.79336148515908],
  [100_000, 0.975, 100878.41530566558],
])('the χ² quantile of %d degrees of freedom at %d', (degrees, probability, quantile) => {
  expect(chiSquareQuantile(degrees, probability) / quantile).toBeCloseTo(1, 9)
})

test('two degrees of freedom have a quantile in closed form', () => {
  for (const p of [0.001, 0.5, 0.999]) expect(chiSquareQuantile(2, p)).toBeCloseTo(-2 * Math.log(1 - p), 9)
})

test('thirty returns leave σ between four fifths and four thirds of itself', () => {
  const { low, high } = chiSquareFactors(29, 0.95)
  expect(low).toBeCloseTo(Math.sqrt(29 / 45.72228580417452), 9)
  expect(high).toBeCloseTo(Math.sqrt(29 / 16.04707169536489), 9)
})
