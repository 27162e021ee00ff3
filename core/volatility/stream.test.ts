/** A stream of bars against the series of all of them, over hostile series. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CandleColumns } from '../candle/columns.ts'
import { MINUTE_MS } from '../time/interval.ts'
import { volatilityStream, type VolatilityStream } from './stream.ts'
import { hostileSeries, type Recipe } from './testing/hostile.ts'
import { BAR_ESTIMATORS, REALISED_ESTIMATORS, type Mean, type VolatilityRequest } from './types.ts'
import { volatility } from './volatility.ts'

const share = fc.constantFrom(0, 0, 0.02, 0.3)
const recipe = (longest: number): fc.Arbitrary<Recipe> =>
  fc.record({
    seed: fc.nat(),
    length: fc.integer({ min: 1, max: longest }),
    price: fc.constantFrom(1, 3e-6, 1e9, 27123.45),
    step: fc.constantFrom(0, 1e-6, 1e-3, 0.05),
    tick: fc.constantFrom(1e-9, 0.01, 1e-8),
    missing: share,
    empty: share,
    halted: share,
    badTicks: fc.constantFrom(0, 1),
  })

const requests = fc.record({
  window: fc.integer({ min: 2, max: 40 }),
  mean: fc.constantFrom<Mean>('sample', 'zero'),
  barsPerYear: fc.constantFrom(null, 365),
  minCoverage: fc.constantFrom(0, 0.5, 1),
})

function push(stream: VolatilityStream, columns: CandleColumns, place: number): void {
  const { states, open, high, low, close, samples } = columns
  stream.push(
    states[place]!,
    open[place]!,
    high[place]!,
    low[place]!,
    close[place]!,
    samples ? samples[place]! : 0,
  )
}

const near = (value: number, expected: number) =>
  Number.isNaN(expected) ? Number.isNaN(value) : Math.abs(value - expected) <= 2e-12 * expected

describe('σ bar by bar', () => {
  it.each(BAR_ESTIMATORS)('of %s is that of the series, at every place', (estimator) => {
    fc.assert(
      fc.property(recipe(160), requests, fc.boolean(), (made, drawn, sampled) => {
        const columns = hostileSeries(made)
        if (sampled) columns.samples = Uint32Array.from(columns.states, (_, i) => (i % 3 === 0 ? 7 : 0))
        const request: VolatilityRequest = { ...drawn, estimator }
        const whole = volatility(columns, request)
        const stream = volatilityStream(request, '1m', 0)
        for (let place = 0; place < whole.endPlace; place++) {
          push(stream, columns, place)
          expect([place, stream.bars, stream.flat]).toEqual([place, whole.bars[place], whole.flat[place]])
          if (!near(stream.sigma, whole.sigma[place]!)) expect(stream.sigma).toBe(whole.sigma[place])
        }
      }),
      { numRuns: 100 },
    )
  })

  it.each(REALISED_ESTIMATORS)('of %s is that of the series, when a day is over', (estimator) => {
    fc.assert(
      fc.property(recipe(6 * 288), fc.integer({ min: 0, max: 600 }), (made, late) => {
        const columns = { ...hostileSeries({ ...made, missing: made.missing / 20 }, '5m') }
        const startMs = late * 5 * MINUTE_MS
        const request: VolatilityRequest = {
          estimator,
          window: 2,
          mean: 'zero',
          barsPerYear: 365,
          minCoverage: 0.5,
        }
        const whole = volatility({ ...columns, startMs }, request)
        const stream = volatilityStream(request, '5m', startMs)
        let day = 0
        for (let place = 0; place < columns.length; place++) {
          push(stream, columns, place)
          if ((startMs / (5 * MINUTE_MS) + place + 1) % 288 !== 0) continue
          const isKnown = columns.states.subarray(0, place + 1).some((s) => s === 1 || s === 2)
          if (!isKnown || day >= whole.endPlace) continue
          if (!near(stream.sigma, whole.sigma[day]!)) expect(stream.sigma).toBe(whole.sigma[day])
          expect(stream.bars).toBe(whole.bars[day])
          day++
        }
      }),
      { numRuns: 40 },
    )
  })

  it.each(['yang-zhang', 'ewma'] as const)(
    'of %s is that of the series in windows of a month',
    (estimator) => {
      const columns = hostileSeries({
        seed: 3,
        length: 100_000,
        price: 60_000,
        step: 1e-3,
        tick: 0.01,
        missing: 0.001,
        empty: 0.01,
        halted: 0.01,
        badTicks: 0,
      })
      const request = {
        estimator,
        window: 43_200,
        mean: 'sample',
        barsPerYear: null,
        minCoverage: 0.5,
      } as const
      const whole = volatility(columns, request)
      const stream = volatilityStream(request, '1m', 0)
      let worst = 0
      for (let place = 0; place < whole.endPlace; place++) {
        push(stream, columns, place)
        if (place >= whole.firstPlace)
          worst = Math.max(worst, Math.abs(stream.sigma / whole.sigma[place]! - 1))
      }
      expect(worst).toBeLessThan(1e-12)
    },
  )

  it('refuses what cannot be computed, and names it', () => {
    const request = { window: 1, mean: 'zero', barsPerYear: null, minCoverage: 1 } as const
    expect(() => volatilityStream({ ...request, estimator: 'close' }, '1d', 0)).toThrow('window 1')
    expect(() => volatilityStream({ ...request, window: 7, estimator: 'bipower' }, '1h', 0)).toThrow(
      'bipower cannot be made of bars of 1h: 1m or 5m',
    )
  })
})
