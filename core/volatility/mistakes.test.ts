/** The usual mistakes, by hand and by what must hold of them. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { missingColumns, State, type CandleColumns } from '../candle/columns.ts'
import type { MarketId } from '../market.ts'
import { LogColumns } from './logs.ts'
import { mistaken, mistakesWith, misprints, type Mistake } from './mistakes.ts'
import { hostileSeries } from './testing/hostile.ts'
import { BAR_ESTIMATORS, type VolatilityRequest } from './types.ts'
import { volatility } from './volatility.ts'

const MARKET = 'csv:by-hand' as MarketId
const REQUEST: VolatilityRequest = {
  estimator: 'close',
  window: 3,
  mean: 'sample',
  barsPerYear: null,
  minCoverage: 0.5,
}

/** Days by their open, high, low and close as logarithms; null is missing. */
function days(logs: readonly (readonly [number, number, number, number] | null)[]): CandleColumns {
  const columns = missingColumns(MARKET, '1d', 0, logs.length, false)
  logs.forEach((bar, place) => {
    if (!bar) return
    columns.states[place] = State.present
    const [open, high, low, close] = bar.map((log) => 100 * Math.exp(log)) as [number, number, number, number]
    Object.assign(columns.open, { [place]: open })
    Object.assign(columns.high, { [place]: high })
    Object.assign(columns.low, { [place]: low })
    Object.assign(columns.close, { [place]: close })
  })
  return columns
}
/** Days of which only the close matters. */
const closes = (logs: readonly (number | null)[]) =>
  days(logs.map((close) => (close === null ? null : [close, close, close, close])))

function newest(columns: CandleColumns, change: Partial<VolatilityRequest>, mistake: Mistake): number {
  const request = { ...REQUEST, ...change }
  const logs = new LogColumns(columns)
  const ours = volatility(columns, request, logs)
  return mistaken(logs, ours, mistake).sigma[ours.endPlace - 1]!
}

describe('close to close of the returns 0.01, −0.02, 0.03', () => {
  // Mean 1/150; squared deviations 0.0000111, 0.0007111, 0.0005444: together 0.00126667.
  const columns = closes([0, 0.01, -0.01, 0.02])
  const ours = Math.sqrt(0.00126666666666667 / 2)

  it('is ours with n − 1', () => {
    expect(volatility(columns, REQUEST).sigma[3]).toBeCloseTo(ours, 12)
  })

  it.each<[Mistake, number]>([
    ['divided-by-n', Math.sqrt(0.00126666666666667 / 3)],
    ['not-demeaned', Math.sqrt((0.0001 + 0.0004 + 0.0009) / 3)],
    // −0.02 and 0.03, each 0.025 from their mean.
    ['closes-counted', Math.sqrt(2 * 0.025 ** 2)],
    // 0.010050, −0.019801, 0.030455: mean 0.006901, squared deviations 0.00127770.
    ['simple-returns', 0.0252755],
    ['forward-filled', ours],
  ])('by %s is otherwise', (mistake, sigma) => {
    expect(newest(columns, {}, mistake)).toBeCloseTo(sigma, 7)
  })

  it('by 252 days is the root of 252/365 of it', () => {
    const sigma = newest(columns, { barsPerYear: 365 }, '252-days')
    expect(sigma).toBeCloseTo(ours * Math.sqrt(252), 12)
  })

  it('with a day missing takes the return across the gap, and a zero before it', () => {
    // 0.01 before the gap, then a zero, then all of 0.05 in one day.
    const gap = closes([0, 0.01, null, 0.06])
    const mean = 0.06 / 3
    const squares = (0.01 - mean) ** 2 + mean ** 2 + (0.05 - mean) ** 2
    expect(newest(gap, {}, 'forward-filled')).toBeCloseTo(Math.sqrt(squares / 2), 12)
    // Ours has one return left of three, which is none.
    expect(volatility(gap, REQUEST).sigma[3]).toBeNaN()
    const [first] = misprints(new LogColumns(gap), volatility(gap, REQUEST))
    expect(first!.difference).toBeNaN()
  })
})

describe('Yang-Zhang of two bars', () => {
  // Jumps 0.01 and −0.01, moves 0.02 and 0.04, and Rogers-Satchell 0.0003 and 0.0005 of them.
  const columns = days([
    [0, 0, 0, 0],
    [0.01, 0.04, 0, 0.03],
    [0.02, 0.07, 0.01, 0.06],
  ])
  const rogersSatchell = (0.01 * 0.03 + 0.03 * 0.01 + (0.01 * 0.05 + 0.05 * 0.01)) / 2
  const k = 0.34 / (1.34 + 3)
  const jumps = 0.0002
  const moves = 0.0002
  const yangZhang = { estimator: 'yang-zhang', window: 2 } as const

  it('is ours by its formula', () => {
    const sigma = volatility(columns, { ...REQUEST, ...yangZhang }).sigma[2]
    expect(sigma).toBeCloseTo(Math.sqrt(jumps + k * moves + (1 - k) * rogersSatchell), 12)
  })

  it.each<[Mistake, number]>([
    ['divided-by-n', jumps / 2 + (k * moves) / 2 + (1 - k) * rogersSatchell],
    ['not-demeaned', 0.0002 + k * 0.002 + (1 - k) * rogersSatchell],
    // Close to close 0.03 and 0.03 do not deviate at all.
    ['close-squares', jumps + (1 - k) * rogersSatchell],
    ['k-of-one', jumps + (0.34 / 4) * moves + (1 - 0.34 / 4) * rogersSatchell],
  ])('by %s is otherwise', (mistake, variance) => {
    expect(newest(columns, yangZhang, mistake)).toBeCloseTo(Math.sqrt(variance), 12)
  })

  it('Rogers-Satchell of them by n − 1 is √2 of ours', () => {
    const sigma = newest(columns, { estimator: 'rogers-satchell', window: 2 }, 'divided-by-n-minus-one')
    expect(sigma).toBeCloseTo(Math.sqrt(2 * rogersSatchell), 12)
  })
})

describe('of any series', () => {
  const recipe = { length: 160, price: 20_000, step: 0.04, tick: 0.01, empty: 0.1, halted: 0, badTicks: 0 }

  it.each(BAR_ESTIMATORS)('%s without gaps is the same forward-filled, to the last bit', (estimator) => {
    const columns = hostileSeries({ ...recipe, seed: 7, missing: 0 }, '1d')
    const logs = new LogColumns(columns)
    const ours = volatility(columns, { ...REQUEST, estimator, window: 30, barsPerYear: 365 }, logs)
    expect(mistaken(logs, ours, 'forward-filled').sigma).toEqual(ours.sigma)
    const filled = misprints(logs, ours).find(({ mistake }) => mistake === 'forward-filled')
    expect(filled).toMatchObject({ difference: 0, least: 0, most: 0 })
  })

  it.each(BAR_ESTIMATORS)('%s with gaps is another one', (estimator) => {
    const columns = hostileSeries({ ...recipe, seed: 7, missing: 0.1 }, '1d')
    const logs = new LogColumns(columns)
    const ours = volatility(columns, { ...REQUEST, estimator, window: 30 }, logs)
    const filled = misprints(logs, ours).find(({ mistake }) => mistake === 'forward-filled')
    expect(filled!.difference).not.toBe(0)
  })

  it('the largest difference stands first, within the least and the most of the series, and 252 days is everywhere the same', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.constantFrom(...BAR_ESTIMATORS),
        fc.constantFrom(0, 0.05),
        (seed, estimator, missing) => {
          const columns = hostileSeries({ ...recipe, seed, missing }, '1d')
          const logs = new LogColumns(columns)
          const request = { ...REQUEST, estimator, window: 30, barsPerYear: 365 }
          const rows = misprints(logs, volatility(columns, request, logs))
          expect(rows.map(({ mistake }) => mistake).sort()).toEqual(mistakesWith(request).sort())
          const sizes = rows.map(({ difference }) => Math.abs(difference)).filter(Number.isFinite)
          expect(sizes).toEqual(sizes.toSorted((a, b) => b - a))
          for (const { difference, least, most } of rows) {
            if (Number.isNaN(difference)) continue
            expect(difference).toBeGreaterThanOrEqual(least)
            expect(difference).toBeLessThanOrEqual(most)
          }
          const year = rows.find(({ mistake }) => mistake === '252-days')!
          expect(year.least).toBeCloseTo(Math.sqrt(252 / 365) - 1, 14)
          expect(year.most).toBeCloseTo(Math.sqrt(252 / 365) - 1, 14)
        },
      ),
      { numRuns: 40 },
    )
  })

  it('a flat one is 0 by all of them: no difference', () => {
    const rows = misprints(
      new LogColumns(closes([0, 0, 0, 0, 0])),
      volatility(closes([0, 0, 0, 0, 0]), REQUEST),
    )
    for (const { sigma, difference } of rows) expect([sigma, difference]).toEqual([0, 0])
  })

  it('only what can go wrong with an estimator is told', () => {
    const of = (change: Partial<VolatilityRequest>) => mistakesWith({ ...REQUEST, ...change })
    expect(of({ estimator: 'parkinson', barsPerYear: 365 })).toEqual(['252-days', 'forward-filled'])
    expect(of({ estimator: 'rogers-satchell' })).toEqual(['divided-by-n-minus-one', 'forward-filled'])
    // A mean of zero is what it is: n, and nothing to subtract.
    expect(of({ mean: 'zero' })).toEqual(['closes-counted', 'simple-returns', 'forward-filled'])
    expect(of({ window: 2 })).not.toContain('closes-counted')
  })
})
