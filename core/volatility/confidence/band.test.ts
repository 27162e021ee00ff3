/** Bands round σ: what is promised of every one of them, on series that are hostile in the ways that markets are. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { missingColumns, State, type CandleColumns } from '../../candle/columns.ts'
import type { MarketId } from '../../market.ts'
import { LogColumns } from '../logs.ts'
import { BAR_ESTIMATORS, type Estimator, type VolatilityRequest } from '../types.ts'
import { volatility } from '../volatility.ts'
import { bandAt } from './band.ts'
import { contributionsAt, placesOf, varianceOf } from './contributions.ts'
import { BANDS, isBand, type BandKind } from './kinds.ts'

const REQUEST: VolatilityRequest = {
  estimator: 'yang-zhang',
  window: 20,
  mean: 'sample',
  barsPerYear: 365,
  minCoverage: 0.5,
}

type Place = 'empty' | 'missing' | { readonly move: number; readonly up: number; readonly down: number }

const move = fc.oneof(
  { weight: 6, arbitrary: fc.double({ min: -0.1, max: 0.1, noNaN: true }) },
  { weight: 2, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.double({ min: -3, max: 3, noNaN: true }) },
)
const reach = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 0.05, noNaN: true }))
const places: fc.Arbitrary<Place[]> = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: fc.record({ move, up: reach, down: reach }) },
    { weight: 1, arbitrary: fc.constant('empty' as const) },
    { weight: 1, arbitrary: fc.constant('missing' as const) },
  ),
  { minLength: 1, maxLength: 70 },
)

function grid(given: readonly Place[], scale = 1): CandleColumns {
  const columns = missingColumns('csv:WILD' as MarketId, '1d', 0, given.length, false)
  let price = scale
  given.forEach((place, i) => {
    if (place === 'missing') return
    columns.states[i] = place === 'empty' ? State.empty : State.present
    if (place === 'empty') return
    const close = price * Math.exp(place.move)
    columns.open[i] = price
    columns.close[i] = close
    columns.high[i] = Math.max(price, close) * Math.exp(place.up)
    columns.low[i] = Math.min(price, close) * Math.exp(-place.down)
    price = close
  })
  return columns
}

const bandsOf = (columns: CandleColumns, change: Partial<VolatilityRequest>, kind: BandKind) => {
  const request = { ...REQUEST, ...change }
  const logs = new LogColumns(columns)
  const { sigma } = volatility(columns, request, logs)
  const { first, end } = placesOf(logs, request)
  return Array.from({ length: Math.max(0, end - first) }, (_, i) => ({
    sigma: sigma[first + i]!,
    band: bandAt(logs, request, first + i, kind),
  }))
}

describe('a band', () => {
  it('holds σ, ends at finite numbers, and is there or has its reason', () => {
    fc.assert(
      fc.property(
        places,
        fc.constantFrom(...BAR_ESTIMATORS),
        fc.constantFrom(...BANDS),
        fc.integer({ min: 2, max: 40 }),
        (given, estimator, kind, window) => {
          for (const { sigma, band } of bandsOf(grid(given), { estimator, window }, kind)) {
            if (Number.isNaN(sigma)) expect(band).toEqual({ why: 'no sigma' })
            else if (isBand(band)) {
              // σ of the series and of a window for itself differ by rounding.
              expect(band.low).toBeLessThanOrEqual(sigma * (1 + 1e-9))
              expect(band.high).toBeGreaterThanOrEqual(sigma * (1 - 1e-9))
              expect(band.low).toBeGreaterThanOrEqual(0)
              expect(band.high).toBeLessThan(Infinity)
            } else expect(band.why).not.toBe('no sigma')
          }
        },
      ),
      { seed: 13, numRuns: 60 },
    )
  })

  it('of a price in another unit is the same', () => {
    fc.assert(
      fc.property(places, fc.constantFrom(...BANDS), fc.constantFrom(1e-9, 1e9), (given, kind, scale) => {
        const [one, other] = [bandsOf(grid(given), {}, kind), bandsOf(grid(given, scale), {}, kind)]
        one.forEach(({ band }, i) => {
          const { band: scaled } = other[i]!
          if (!isBand(band) || !isBand(scaled)) return expect(scaled).toEqual(band)
          expect(Math.abs(scaled.low - band.low)).toBeLessThanOrEqual(1e-6 * band.high)
          expect(Math.abs(scaled.high - band.high)).toBeLessThanOrEqual(1e-6 * band.high)
        })
      }),
      { seed: 13, numRuns: 20 },
    )
  })

  it('of moves twice as large is twice as far', () => {
    const given = Array.from({ length: 40 }, (_, i) => ({ move: Math.sin(i * i) / 50, up: 0, down: 0 }))
    const twice = given.map((place) => ({ ...place, move: place.move * 2 }))
    for (const kind of BANDS) {
      const [one, other] = [bandsOf(grid(given), {}, kind), bandsOf(grid(twice), {}, kind)]
      one.forEach(({ band }, i) => {
        const { band: far } = other[i]!
        if (!isBand(band) || !isBand(far)) throw new Error('no band')
        expect(far.low).toBeCloseTo(2 * band.low, 9)
        expect(far.high).toBeCloseTo(2 * band.high, 9)
      })
    }
  })

  it('of the same bars is the same, to the last bit', () => {
    const given = Array.from({ length: 60 }, (_, i) => ({ move: Math.sin(i * i) / 50, up: 0.01, down: 0 }))
    for (const kind of BANDS) expect(bandsOf(grid(given), {}, kind)).toEqual(bandsOf(grid(given), {}, kind))
  })

  it('of a flat window is 0 to 0', () => {
    const given = Array.from({ length: 40 }, () => ({ move: 0, up: 0, down: 0 }))
    for (const kind of BANDS)
      for (const estimator of BAR_ESTIMATORS)
        for (const { band } of bandsOf(grid(given), { estimator }, kind))
          expect(band).toEqual({ low: 0, high: 0 })
  })

  it('is not made of few bars: the reason says how many it takes', () => {
    const given = Array.from({ length: 20 }, (_, i) => ({ move: Math.sin(i * i) / 50, up: 0, down: 0 }))
    for (const { band } of bandsOf(grid(given), { window: 8 }, 'bootstrap'))
      expect(band).toEqual({ why: 'few bars for a band', used: 8, fewest: 14 })
  })

  it('is not made of one move among flat bars', () => {
    const given = Array.from({ length: 40 }, (_, i) => ({ move: i === 35 ? 0.1 : 0, up: 0, down: 0 }))
    const last = bandsOf(grid(given), { estimator: 'close' }, 'bootstrap').at(-1)!
    expect(last.band).toEqual({ why: 'few bars moved' })
  })
})

describe('what the bars of a window contribute', () => {
  it('has the estimator for its mean', () => {
    fc.assert(
      fc.property(
        places,
        fc.constantFrom<Estimator>(...BAR_ESTIMATORS),
        fc.constantFrom('sample' as const, 'zero' as const),
        (given, estimator, mean) => {
          const columns = grid(given)
          const logs = new LogColumns(columns)
          const request = { ...REQUEST, estimator, mean, window: 12 }
          const { sigma, firstPlace, endPlace } = volatility(columns, request, logs)
          for (let place = firstPlace; place < endPlace; place++) {
            if (Number.isNaN(sigma[place]!)) continue
            const variance = varianceOf(contributionsAt(logs, request, place)!)
            expect(Math.sqrt(variance * 365)).toBeCloseTo(sigma[place]!, 10)
          }
        },
      ),
      { seed: 13, numRuns: 100 },
    )
  })
})
