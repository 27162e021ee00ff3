/** What σ does at gaps, on empty places, on flat stretches, and at the ends of the grid. */
import { describe, expect, it } from 'vitest'
import { missingColumns, State, type CandleColumns } from '../candle/columns.ts'
import type { MarketId } from '../market.ts'
import { logRatio } from './log-ratio.ts'
import { LogColumns } from './logs.ts'
import { Memory } from './memory.ts'
import { volatilityPoints } from './points.ts'
import { BAR_ESTIMATORS, ESTIMATORS, type VolatilityRequest } from './types.ts'
import { volatility } from './volatility.ts'

const NEED_CLOSE_BEFORE = ['close', 'gk-yz', 'yang-zhang', 'ewma']

/** A flat bar at each close; `null` is missing, `'empty'` empty. */
function grid(closes: readonly (number | null | 'empty')[]): CandleColumns {
  const columns = missingColumns('csv:test' as MarketId, '1d', 0, closes.length, false)
  closes.forEach((close, i) => {
    if (close === null) return
    columns.states[i] = close === 'empty' ? State.empty : State.present
    if (close === 'empty') return
    columns.open[i] = columns.high[i] = columns.low[i] = columns.close[i] = close
  })
  return columns
}

function request(change: Partial<VolatilityRequest> = {}): VolatilityRequest {
  return { estimator: 'close', window: 3, mean: 'zero', barsPerYear: null, minCoverage: 0.5, ...change }
}

describe('the grid of points', () => {
  it.each(BAR_ESTIMATORS)('%s has its first point where the first window is full', (estimator) => {
    const series = volatility(grid([1, 2, 1, 2, 1, 2]), request({ estimator }))
    const first = NEED_CLOSE_BEFORE.includes(estimator) ? 3 : 2
    expect(series.firstPlace).toBe(first)
    expect(series.sigma.findIndex((sigma) => !Number.isNaN(sigma))).toBe(first)
  })

  it('begins at the first known place and ends with the last', () => {
    const series = volatility(grid([null, null, 1, 2, 3, 4, 5, null, null]), request())
    expect([series.firstPlace, series.endPlace]).toEqual([5, 7])
    expect(volatilityPoints(series).map(({ t }) => t)).toEqual([
      '1970-01-06T00:00:00Z',
      '1970-01-07T00:00:00Z',
    ])
  })

  it('has a point at a missing place between two candles', () => {
    const series = volatility(grid([1, 2, 4, 8, null, 16]), request({ minCoverage: 0 }))
    expect(volatilityPoints(series)).toEqual([
      { t: '1970-01-04T00:00:00Z', sigma: Math.LN2, n: 3, expected: 3 },
      { t: '1970-01-05T00:00:00Z', sigma: Math.LN2, n: 2, expected: 3 },
      { t: '1970-01-06T00:00:00Z', sigma: null, n: 1, expected: 3 },
    ])
  })

  it('has no point where nothing is known, or the window is longer than the grid', () => {
    expect(volatilityPoints(volatility(grid([]), request()))).toEqual([])
    expect(volatilityPoints(volatility(grid([null, null]), request()))).toEqual([])
    expect(volatilityPoints(volatility(grid([1, 2, 3]), request({ window: 1e9 })))).toEqual([])
  })

  it('gives the points of a span only', () => {
    const series = volatility(grid([1, 2, 4, 8, 16, 32]), request())
    expect(volatilityPoints(series, 4 * 86_400_000, 5 * 86_400_000)).toHaveLength(1)
  })
})

describe('gaps', () => {
  it('no return crosses a missing place', () => {
    const series = volatility(grid([1, 2, null, 100, 200, 400]), request({ window: 5, minCoverage: 0 }))
    expect(series.bars[5]).toBe(3)
    expect(series.sigma[5]).toBeCloseTo(Math.LN2, 15)
  })

  it('the formula is applied to the bars that could enter', () => {
    const gaps = volatility(grid([1, 2, 1, null, 1, 3]), request({ window: 5, mean: 'sample' }))
    const returns = [Math.log(2), -Math.log(2), Math.log(3)]
    const mean = returns.reduce((a, b) => a + b) / 3
    const variance = returns.reduce((a, r) => a + (r - mean) ** 2, 0) / 2
    expect(gaps.sigma[5]).toBeCloseTo(Math.sqrt(variance), 14)
  })

  it('a coverage below the one asked for is not available', () => {
    const columns = grid([1, 2, 4, 8, null, null, 16, 32, 64, 128, 256])
    const at = (minCoverage: number) =>
      volatility(columns, request({ window: 10, minCoverage, mean: 'zero' })).sigma[10]
    expect(at(0.7)).toBeCloseTo(Math.LN2, 15)
    expect(at(0.71)).toBeNaN()
  })

  it('11 bars of 20 are a coverage of 0.55, though 0.55 × 20 is more than 11 in doubles', () => {
    const closes = Array.from({ length: 21 }, (_, i) => (i >= 1 && i <= 9 ? null : 2 ** (i % 2)))
    const series = volatility(grid(closes), request({ window: 20, minCoverage: 0.55 }))
    expect(series.bars[20]).toBe(10)
    closes[9] = 1
    const more = volatility(grid(closes), request({ window: 20, minCoverage: 0.55 }))
    expect(more.bars[20]).toBe(11)
    expect(more.sigma[20]).not.toBeNaN()
  })

  it('fewer than two bars never give a value', () => {
    const series = volatility(grid([1, 2, null, 3, null]), request({ window: 2, minCoverage: 0 }))
    expect(Array.from(series.sigma)).toEqual([NaN, NaN, NaN, NaN, NaN])
  })
})

describe('empty places', () => {
  it('are flat bars: a return of 0 that counts, and the next bar carries the move', () => {
    const series = volatility(grid([1, 'empty', 'empty', 2]), request())
    expect(series.bars[3]).toBe(3)
    expect(series.flat[3]).toBe(2)
    expect(series.sigma[3]).toBeCloseTo(Math.LN2 / Math.sqrt(3), 15)
  })

  it('right after a missing place have no close before, and neither has the bar after them', () => {
    const columns = grid([1, null, 'empty', 2, 4, 8])
    expect(volatility(columns, request({ window: 5, minCoverage: 0 })).bars[5]).toBe(2)
    expect(volatility(columns, request({ window: 5, estimator: 'parkinson', minCoverage: 0 })).bars[5]).toBe(
      4,
    )
  })
})

describe('flat stretches', () => {
  const windowed = BAR_ESTIMATORS.filter((estimator) => estimator !== 'ewma')
  it.each(windowed)('%s of a flat window is exactly 0, whatever came before', (estimator) => {
    const columns = grid([
      7e8,
      0.0001,
      ...Array.from({ length: 50 }, () => 0.1),
      3e7,
      ...Array.from({ length: 50 }, () => 1234.5678),
    ])
    for (const mean of ['sample', 'zero'] as const)
      for (const window of [2, 3, 7, 30]) {
        const series = volatility(columns, request({ estimator, window, mean }))
        expect(series.sigma[51]).toBe(0)
        expect(series.sigma[102]).toBe(0)
      }
  })

  it('ewma forgets what came before bar by bar, and is exactly 0 in the end', () => {
    const columns = grid([7, 8, ...Array.from({ length: 12_500 }, () => 9)])
    const { sigma } = volatility(columns, request({ estimator: 'ewma', window: 2 }))
    expect(sigma[3]! / sigma[2]!).toBeCloseTo(Math.sqrt(0.94), 14)
    expect(sigma[11_000]).toBeGreaterThan(0)
    expect(sigma[12_501]).toBe(0)
  })

  it('a price that grows by one factor has no sample variance', () => {
    const columns = grid(Array.from({ length: 100 }, (_, i) => 2 ** i))
    expect(volatility(columns, request({ window: 20, mean: 'sample' })).sigma[99]).toBe(0)
  })

  it('a window that nearly all goes one way keeps its digits', () => {
    const returns = Array.from({ length: 400 }, (_, i) => 0.01 + (i % 7) * 1e-6)
    const closes = [1]
    for (const step of returns) closes.push(closes.at(-1)! * Math.exp(step))
    const columns = grid(closes)
    const window = 50
    const { sigma } = volatility(columns, request({ window, mean: 'sample' }))
    for (let place = window; place <= 400; place++) {
      const values = Array.from({ length: window }, (_, k) => {
        const before = closes[place - k - 1]!
        return Math.log1p((closes[place - k]! - before) / before)
      })
      const mean = values.reduce((a, b) => a + b) / window
      const plain = Math.sqrt(values.reduce((a, r) => a + (r - mean) ** 2, 0) / (window - 1))
      expect(Math.abs(sigma[place]! / plain - 1)).toBeLessThan(1e-11)
    }
  })

  it('a tick too many by 10,000 leaves no trace once it has left the window', () => {
    const closes = Array.from({ length: 400 }, (_, i) => 100 + Math.sin(i) * 1e-7)
    const clean = volatility(grid(closes), request({ window: 30, mean: 'sample' }))
    closes[150]! *= 1e4
    const bad = volatility(grid(closes), request({ window: 30, mean: 'sample' }))
    expect(bad.sigma[150]).toBeGreaterThan(1)
    for (let place = 182; place < 400; place++)
      expect(Math.abs(bad.sigma[place]! / clean.sigma[place]! - 1)).toBeLessThan(1e-12)
  })
})

describe('long windows', () => {
  it('agree with a compensated two-pass computation at windows of half a million bars', () => {
    const length = 600_000
    const window = 525_600
    const columns = missingColumns('csv:long' as MarketId, '1m', 0, length, false)
    let price = 30_000
    for (let i = 0; i < length; i++) {
      columns.states[i] = State.present
      columns.open[i] = price
      price *= 1 + 1e-3 * Math.sin(i * i)
      columns.close[i] = price
      columns.high[i] = Math.max(columns.open[i]!, price) * 1.0003
      columns.low[i] = Math.min(columns.open[i]!, price) * 0.9998
    }
    const logs = new LogColumns(columns)
    const place = 580_000
    const compensated = (values: Float64Array, term: (value: number) => number) => {
      let total = 0
      let lost = 0
      for (let i = place - window + 1; i <= place; i++) {
        const value = term(values[i]!)
        const next = total + value
        lost += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total
        total = next
      }
      return total + lost
    }
    const returns = logs.links().return
    const mean = compensated(returns, (r) => r) / window
    const sample = Math.sqrt(compensated(returns, (r) => (r - mean) ** 2) / (window - 1))
    const parkinson = Math.sqrt(compensated(logs.bars().range, (r) => r * r) / (4 * window * Math.LN2))
    const sigma = (estimator: 'close' | 'parkinson') =>
      volatility(columns, request({ estimator, window, mean: 'sample' }), logs).sigma[place]!
    expect(Math.abs(sigma('close') / sample - 1)).toBeLessThan(1e-12)
    expect(Math.abs(sigma('parkinson') / parkinson - 1)).toBeLessThan(1e-12)
  })
})

describe('requests', () => {
  it('annualises with the root of the bars in a year, or not at all', () => {
    const columns = grid([1, 2, 4, 8])
    expect(volatility(columns, request({ barsPerYear: 365 })).sigma[3]).toBeCloseTo(
      Math.LN2 * Math.sqrt(365),
      13,
    )
    expect(volatility(columns, request()).sigma[3]).toBeCloseTo(Math.LN2, 15)
  })

  it('shares logarithms between estimators and gives the same values', () => {
    const columns = grid([1, 2, 1, 3, 1, 4])
    const logs = new LogColumns(columns)
    for (const estimator of ESTIMATORS)
      expect(volatility(columns, request({ estimator }), logs)).toEqual(
        volatility(columns, request({ estimator })),
      )
  })

  it('gives the same values in memory that another series has used before', () => {
    const memory = new Memory()
    for (const estimator of ESTIMATORS)
      for (const columns of [
        grid([1, 2, 4, 2, 9, 3, 5, 7]),
        grid([null, 3, 'empty', null, 5, 6, 'empty', 7]),
      ]) {
        const logs = new LogColumns(columns, memory)
        const change = { estimator, minCoverage: 0 }
        const series = volatility(columns, request(change), logs)
        expect(series).toEqual(volatility(columns, request(change)))
        memory.giveBack(series.sigma)
        logs.release()
      }
  })

  it.each([
    [{ window: 1 }, 'window 1'],
    [{ window: 2.5 }, 'window 2.5'],
    [{ barsPerYear: 0 }, '0 bars per year'],
    [{ minCoverage: 1.5 }, 'coverage of 1.5'],
    [{ estimator: 'garch' as 'close' }, 'estimator "garch"'],
    [{ mean: 'median' as 'zero' }, 'mean "median"'],
  ])('refuses %o and names it', (change, message) => {
    expect(() => volatility(grid([1, 2, 3]), request(change))).toThrow(message)
  })

  it('refuses logarithms of other columns', () => {
    expect(() => volatility(grid([1, 2]), request(), new LogColumns(grid([1, 2])))).toThrow('other columns')
  })
})

describe('ln(a / b)', () => {
  it.each([
    [1e9 + 1, 1e9, 9.999999995e-10],
    [1.05, 1, 0.04879016416943205],
    [1.105, 1, 0.09984533496971612],
    [1.2, 1, 0.1823215567939546],
    [4, 1, 1.3862943611198906],
    [1e-9, 1, -20.72326583694641],
    [1e308, 1.7e308, -0.5306282510621704],
    [1e300, 1e-300, 1381.5510557964274],
  ])('of %d and %d is %d', (a, b, expected) => {
    expect(Math.abs(logRatio(a, b) / expected - 1)).toBeLessThan(1e-15)
    expect(Math.abs(logRatio(b, a) / -expected - 1)).toBeLessThan(1e-15)
  })
})
