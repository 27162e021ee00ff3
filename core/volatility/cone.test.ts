/** The cone against sorted copies of plainly computed σ, by fixed numbers, and at gaps and ends. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { missingColumns, State } from '../candle/columns.ts'
import type { MarketId } from '../market.ts'
import { DAY_MS } from '../time/interval.ts'
import { Cone, overlapFactor, type ConeRequest } from './cone.ts'
import { plainSeries } from './plain/bars.ts'
import { hostileSeries } from './testing/hostile.ts'
import { BAR_ESTIMATORS } from './types.ts'

const ASKED = { estimator: 'close', mean: 'sample', barsPerYear: 365, minCoverage: 0.5 } as const

/** Days whose closes are those; null is missing. */
function days(closes: readonly (number | null)[]) {
  const columns = missingColumns('csv:days' as MarketId, '1d', 0, closes.length, false)
  closes.forEach((close, i) => {
    if (close === null) return
    columns.states[i] = State.present
    columns.open[i] = columns.high[i] = columns.low[i] = columns.close[i] = close
  })
  return columns
}

/** Type 7, by its definition: the value at 1 + (n − 1)p of the sorted ones, counted from 1. */
function plainQuantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const place = 1 + (sorted.length - 1) * share
  const whole = Math.trunc(place)
  const rest = place - whole
  return rest === 0 ? sorted[whole - 1]! : sorted[whole - 1]! * (1 - rest) + sorted[whole]! * rest
}

test('each window and place is what sorted copies of plain σ give, with no look at what comes after', () => {
  const recipe = fc.record({
    seed: fc.nat(),
    length: fc.integer({ min: 0, max: 120 }),
    price: fc.constantFrom(1e-9, 1, 1e9),
    step: fc.constantFrom(1e-4, 0.05),
    missing: fc.constantFrom(0, 0.05, 0.4),
    empty: fc.constantFrom(0, 0.1),
    halted: fc.constantFrom(0, 0.3),
    badTicks: fc.constant(0),
  })
  fc.assert(
    fc.property(
      recipe,
      fc.constantFrom(...BAR_ESTIMATORS),
      fc.uniqueArray(fc.integer({ min: 2, max: 50 }), { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 0, max: 130 }),
      (made, estimator, windows, upTo) => {
        const columns = hostileSeries({ ...made, tick: made.price / 1e6 }, '1d')
        const request = { ...ASKED, estimator }
        const cone = new Cone(columns, request, windows).at(upTo * DAY_MS)
        cone.forEach((found, index) => {
          const window = windows[index]!
          const points = plainSeries(columns, { ...request, window }).slice(0, upTo)
          const known = points.flatMap((point) => (point && !Number.isNaN(point.sigma) ? [point.sigma] : []))
          expect(found.windows).toBe(known.length)
          expect(found.receipt.window).toBe(window)
          if (known.length === 0) return expect(found).toMatchObject({ quantiles: null, percentile: null })
          const expected = Object.fromEntries(
            Object.entries({ min: 0, p10: 0.1, p25: 0.25, p50: 0.5, p75: 0.75, p90: 0.9, max: 1 }).map(
              ([name, share]) => [name, plainQuantile(known, share)],
            ),
          )
          for (const [name, value] of Object.entries(expected)) {
            const quantile = found.quantiles![name as keyof NonNullable<typeof found.quantiles>]
            expect(Math.abs(quantile - value)).toBeLessThanOrEqual(1e-9 * value + 1e-15)
          }
          const sorted = Object.values(found.quantiles!)
          expect(sorted).toEqual(sorted.toSorted((a, b) => a - b))
        })
      },
    ),
    { numRuns: 150 },
  )
})

describe('by fixed numbers', () => {
  // Returns of 1 %, 2 %, … by turns up and down: σ of two with mean zero is the root of the mean square.
  const sizes = [0.01, 0.02, 0.03, 0.04, 0.05, 0.06]
  const closes = sizes.reduce<number[]>((all, size) => [...all, all.at(-1)! * Math.exp(size)], [100])
  const request: ConeRequest = { ...ASKED, mean: 'zero', barsPerYear: null }
  const [window] = new Cone(days(closes), request, [2]).at()
  const sigma = (a: number, b: number) => Math.sqrt((a * a + b * b) / 2)
  const known = [
    sigma(0.01, 0.02),
    sigma(0.02, 0.03),
    sigma(0.03, 0.04),
    sigma(0.04, 0.05),
    sigma(0.05, 0.06),
  ]

  test('quantiles are those of type 7', () => {
    const [a, b, c, d, e] = known as [number, number, number, number, number]
    const expected = {
      min: a,
      p10: a + 0.4 * (b - a),
      p25: b,
      p50: c,
      p75: d,
      p90: d + 0.6 * (e - d),
      max: e,
    }
    for (const [name, value] of Object.entries(expected))
      expect(window!.quantiles![name as keyof typeof expected]).toBeCloseTo(value, 12)
  })

  test('the newest σ, its percentile, and how many windows there are', () => {
    expect(window!.receipt.sigma).toBeCloseTo(known[4]!, 12)
    expect(window).toMatchObject({ percentile: 1, windows: 5, bars: 6, independent: 3 })
    // N = 5: 1 / (1 − 2/5 + 3/75)
    expect(window!.spreadFactor).toBeCloseTo(1 / 0.64, 12)
  })

  test('the factor of Hodges and Tompkins, and none below three windows', () => {
    expect(overlapFactor(180, 365)).toBeCloseTo(2.9034, 4)
    expect(overlapFactor(30, 365)).toBeCloseTo(1.0948, 4)
    expect(new Cone(days(closes), request, [3]).at()[0]!.spreadFactor).toBeNull()
  })
})

describe('at the ends and at gaps', () => {
  const walk = Array.from({ length: 60 }, (_, i) => 100 + ((i * 7919) % 101) / 10)

  test('a day of the past knows nothing of what came after it', () => {
    const all = new Cone(days(walk), ASKED, [5, 20])
    const cut = new Cone(days(walk.slice(0, 40)), ASKED, [5, 20])
    expect(all.at(40 * DAY_MS)).toEqual(cut.at())
    expect(all.at(39.5 * DAY_MS)).toEqual(cut.at())
    expect(all.at(1e15)).toEqual(all.at())
  })

  test('a window longer than the history says what would make it available', () => {
    const [short, long] = new Cone(days(walk), ASKED, [20, 90]).at(30 * DAY_MS)
    expect(short!.quantiles).not.toBeNull()
    expect(long).toMatchObject({
      receipt: { reason: { why: 'too short', known: 30, wanted: 91, shortest: 29 } },
      quantiles: null,
      percentile: null,
      windows: 0,
      bars: 0,
      independent: 0,
    })
  })

  test('windows without a σ are in no quantile; where the place has none, the history stands all the same', () => {
    const gap = walk.map((close, i) => (i >= 50 ? (i === 59 ? close : null) : close))
    const [window] = new Cone(days(gap), ASKED, [5]).at()
    expect(window).toMatchObject({
      receipt: { sigma: NaN, reason: { why: 'bars missing' } },
      percentile: null,
      // Places 5 to 51: the last of them still has three of five returns.
      windows: 47,
      bars: 59,
    })
    expect(window!.quantiles).not.toBeNull()
  })

  test('without any candle there is nothing', () => {
    const [window] = new Cone(days([]), ASKED, [7]).at()
    expect(window).toMatchObject({ receipt: { reason: { why: 'no candles' } }, quantiles: null, windows: 0 })
  })

  test('a window of one bar is refused', () => {
    expect(() => new Cone(days(walk), ASKED, [1])).toThrow(/at least 2 places/)
  })
})
