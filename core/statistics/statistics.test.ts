import { describe, expect, it, test } from 'vitest'
import fc from 'fast-check'
import { missingColumns, State, type CandleColumns } from '../candle/columns.ts'
import { parseMarketId } from '../market.ts'
import { DAY_MS, HOUR_MS, type Interval } from '../time/interval.ts'
import { drawdown } from './drawdown.ts'
import { binOf, histogram } from './histogram.ts'
import { moments, normalDensity } from './moments.ts'
import { logReturns } from './returns.ts'
import { cellIn, FEWEST_IN_CELL, weekOfHours } from './week.ts'

const market = parseMarketId('coinbase:BTC-USD').id

/** Closes on a grid: a number is present, `empty` and `missing` as they say. */
function series(closes: readonly (number | 'empty' | 'missing')[], interval: Interval = '1d'): CandleColumns {
  const columns = missingColumns(market, interval, 0, closes.length, false)
  closes.forEach((close, i) => {
    if (close === 'missing') return
    columns.states[i] = close === 'empty' ? State.empty : State.present
    if (close === 'empty') return
    columns.open[i] = columns.high[i] = columns.low[i] = columns.close[i] = close
  })
  return columns
}

describe('log returns', () => {
  it('no return crosses a missing place; an empty one is flat', () => {
    const returns = logReturns(series([100, 110, 'empty', 121, 'missing', 130, 143]))
    expect([...returns.values]).toEqual([
      NaN,
      expect.closeTo(Math.log(1.1), 15),
      0,
      expect.closeTo(Math.log(1.1), 15),
      NaN,
      NaN,
      expect.closeTo(Math.log(1.1), 15),
    ])
    expect(returns).toMatchObject({ used: 4, flat: 1, startMs: 0 })
  })

  it('places before the first lend the close before it', () => {
    const returns = logReturns(series([100, 110, 121]), 1)
    expect(returns.values).toHaveLength(2)
    expect(returns).toMatchObject({ used: 2, startMs: DAY_MS })
  })
})

describe('moments', () => {
  test('of known samples', () => {
    // Computed apart, straight from the definitions.
    const shape = moments(Float64Array.from([2, 8, 0, 4, 1, 9, 9, 0]))
    expect(shape).toMatchObject({ count: 8, mean: 4.125 })
    expect(shape.deviation).toBeCloseTo(3.9798600118956085, 12)
    expect(shape.skew).toBeCloseTo(0.2650554122698573, 12)
    expect(shape.excessKurtosis).toBeCloseTo(-1.6660010752838508, 12)
  })

  it('leave NaN out, and have no shape where there is no spread', () => {
    expect(moments(Float64Array.from([NaN, 1, NaN, 3]))).toMatchObject({ count: 2, mean: 2, skew: NaN })
    expect(moments(Float64Array.from([0.1, 0.1, 0.1, 0.1, 0.1, 0.1]))).toMatchObject({
      skew: NaN,
      excessKurtosis: NaN,
    })
    expect(moments(new Float64Array(0))).toMatchObject({ count: 0, mean: NaN, deviation: NaN })
  })

  test('skew changes its sign with the values and neither scale nor place changes the shape', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 5, maxLength: 40 }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: -50, max: 50 }),
        (sample, scale, shift) => {
          fc.pre(new Set(sample).size > 1)
          const plain = moments(Float64Array.from(sample))
          const turned = moments(Float64Array.from(sample, (value) => shift - scale * value))
          expect(turned.skew).toBeCloseTo(-plain.skew, 8)
          expect(turned.excessKurtosis).toBeCloseTo(plain.excessKurtosis, 8)
          expect(turned.deviation).toBeCloseTo(scale * plain.deviation, 6)
        },
      ),
      { numRuns: 50 },
    )
  })

  test('the normal density', () => {
    expect(normalDensity(0, 0, 1)).toBeCloseTo(0.3989422804014327, 15)
    expect(normalDensity(0.03, 0.01, 0.02)).toBeCloseTo(12.09853622595717, 12)
  })
})

describe('a histogram', () => {
  const of = (values: readonly number[]) => {
    const column = Float64Array.from(values)
    return histogram(column, moments(column))
  }

  it('has every value in one bin or beyond an end, and round edges on which zero lies', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -0.5, max: 0.5, noNaN: true }), { minLength: 1, maxLength: 200 }),
        (values) => {
          const { from, width, counts, below, above } = of(values)!
          expect(counts.reduce((sum, count) => sum + count, 0) + below + above).toBe(values.length)
          // Sixty and one, and one more where the last edge is a rounding away.
          expect(counts.length).toBeLessThanOrEqual(62)
          expect(from / width).toBeCloseTo(Math.round(from / width), 6)
          for (const value of values) {
            const bin = binOf({ from, width, counts, below, above }, value)
            if (bin >= 0 && bin < counts.length) expect(counts[bin]).toBeGreaterThan(0)
          }
        },
      ),
      { numRuns: 60 },
    )
  })

  it('tells how many lie beyond six deviations', () => {
    const values = Array.from({ length: 400 }, (_, i) => ((i % 9) - 4) / 1000)
    const found = of([...values, -0.9, 0.8])!
    // A deviation of 0.06: both are beyond 0.36.
    expect(found).toMatchObject({ below: 1, above: 1 })
  })

  it('of equal values has one bin that is counted, and none without a value', () => {
    const flat = of([0, 0, 0])!
    expect(flat.counts.reduce((sum, count) => sum + count, 0)).toBe(3)
    expect(of([])).toBeNull()
    expect(of([NaN])).toBeNull()
  })
})

describe('a drawdown', () => {
  it('is measured from the highest close before, with its dates', () => {
    const found = drawdown(series([100, 120, 90, 130, 65, 80]))
    expect([...found.depth]).toEqual([0, 0, -0.25, 0, -0.5, expect.closeTo(80 / 130 - 1, 15)])
    expect(found.deepest).toEqual({ depth: -0.5, peak: 3, trough: 4, recovered: null })
    expect(found.current).toEqual({ depth: expect.closeTo(80 / 130 - 1, 15) as number, place: 5, peak: 3 })
  })

  it('is recovered when the peak is reached again, and a peak before a hole still counts after it', () => {
    const found = drawdown(series([100, 'empty', 'missing', 50, 'empty', 100, 99]))
    expect([...found.depth]).toEqual([0, 0, NaN, -0.5, -0.5, 0, expect.closeTo(-0.01, 15)])
    expect(found.deepest).toMatchObject({ peak: 0, trough: 3, recovered: 5 })
  })

  it('of a price that only rose has none, and of nothing is nothing', () => {
    expect(drawdown(series([1, 2, 3]))).toMatchObject({ deepest: null, current: { depth: 0, peak: 2 } })
    expect(drawdown(series(['missing', 'empty']))).toMatchObject({ deepest: null, current: null })
  })

  test('never above 0, and the deepest is the lowest of all', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 60 }), (closes) => {
        const found = drawdown(series(closes))
        const plain = closes.map((close, i) => close / Math.max(...closes.slice(0, i + 1)) - 1)
        expect([...found.depth]).toEqual(plain)
        expect(found.deepest?.depth ?? 0).toBe(Math.min(...plain))
      }),
      { numRuns: 60 },
    )
  })
})

describe('a week of hours', () => {
  const cellOf = (ms: number) => (((ms / HOUR_MS) % 168) + 168) % 168

  it('has the realised σ of each hour, and none where too few returns are', () => {
    const weeks = FEWEST_IN_CELL
    // Each hour rises by its own number of basis points, week after week; the first has no close before it.
    const closes = [100]
    for (let i = 1; i < weeks * 168; i++) closes.push(closes[i - 1]! * Math.exp((i % 168) / 10_000))
    const week = weekOfHours(logReturns(series(closes, '1h')), cellOf)
    expect(week.counts[5]).toBe(weeks)
    expect(week.sigma[5]).toBeCloseTo((5 / 10_000) * Math.sqrt(8760), 10)
    expect(week.counts[0]).toBe(weeks - 1)
    expect(week.sigma[0]).toBeNaN()
  })

  test('an instant lies where the clocks of its zone say', () => {
    const fridayNoonUtc = Date.UTC(2024, 2, 1, 12)
    expect(cellIn('utc')(fridayNoonUtc)).toBe(5 * 24 + 12)
    expect(cellIn('Pacific/Auckland')(fridayNoonUtc)).toBe(6 * 24 + 1)
  })

  it('refuses returns that are not hourly', () => {
    expect(() => weekOfHours(logReturns(series([1, 2])), cellOf)).toThrow('hourly ones are needed')
  })
})
