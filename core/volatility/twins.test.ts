/**
 * The fast estimators of bars against their plain twins, over series that are hostile in every way that markets are.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plainSeries } from './plain/bars.ts'
import { hostileSeries, type Recipe } from './testing/hostile.ts'
import { BAR_ESTIMATORS, type Mean, type VolatilityRequest } from './types.ts'
import { volatility } from './volatility.ts'

const share = fc.constantFrom(0, 0, 0.02, 0.3)

const recipes: fc.Arbitrary<Recipe> = fc.record({
  seed: fc.nat(),
  length: fc.integer({ min: 1, max: 160 }),
  price: fc.constantFrom(1, 0.98, 3e-6, 1e9, 27123.45),
  step: fc.constantFrom(0, 1e-6, 1e-3, 0.05, 0.9),
  tick: fc.constantFrom(1e-9, 0.01, 1e-8),
  missing: share,
  empty: share,
  halted: share,
  badTicks: fc.constantFrom(0, 1),
})

const requests: fc.Arbitrary<Omit<VolatilityRequest, 'estimator'>> = fc.record({
  window: fc.integer({ min: 2, max: 60 }),
  mean: fc.constantFrom<Mean>('sample', 'zero'),
  barsPerYear: fc.constantFrom(null, 525_600, 365),
  minCoverage: fc.constantFrom(0, 0.25, 0.5, 0.75, 1),
})

describe('σ of a hostile series', () => {
  it.each(BAR_ESTIMATORS)('%s agrees with its plain twin at every place', (estimator) => {
    fc.assert(
      fc.property(recipes, requests, (recipe, drawn) => {
        const columns = hostileSeries(recipe)
        const request = { ...drawn, estimator }
        const fast = volatility(columns, request)
        const twin = plainSeries(columns, request)
        for (let place = 0; place < columns.length; place++) {
          const plain = twin[place]!
          const sigma = fast.sigma[place]!
          if (plain === null || Number.isNaN(plain.sigma)) {
            expect(sigma).toBeNaN()
            continue
          }
          expect(fast.bars[place]).toBe(plain.bars)
          expect(fast.flat[place]).toBe(plain.flat)
          expect(sigma).toBeGreaterThanOrEqual(0)
          expect(Math.abs(sigma - plain.sigma)).toBeLessThanOrEqual(1e-12 * plain.sigma + 1e-15 * plain.size)
        }
      }),
      { numRuns: 300 },
    )
  })
})
