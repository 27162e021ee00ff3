/** The realised family against its plain twin, over days of hostile minutes, and over real ones where those are here. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { State, type CandleColumns } from '../../candle/columns.ts'
import { columnsFromRows } from '../../candle/from-rows.ts'
import { rollUp } from '../../candle/rollup.ts'
import type { MarketId } from '../../market.ts'
import { DAY_MS, INTERVAL_MS } from '../../time/interval.ts'
import { plainDays, plainRealised } from '../plain/realised.ts'
import { hostileSeries, type Recipe } from '../testing/hostile.ts'
import { REALISED_ESTIMATORS } from '../types.ts'
import { volatility } from '../volatility.ts'
import { realisedDays } from './days.ts'
import type { IntradayInterval, RealisedDays } from './types.ts'

const recipes: fc.Arbitrary<Recipe> = fc.record({
  seed: fc.nat(),
  length: fc.integer({ min: 1, max: 4 * 1440 }),
  price: fc.constantFrom(1, 3e-6, 1e9, 27123.45),
  step: fc.constantFrom(0, 1e-6, 1e-3, 0.05),
  tick: fc.constantFrom(1e-9, 0.01, 1e-8),
  missing: fc.constantFrom(0, 0, 0.001, 0.02, 0.05),
  empty: fc.constantFrom(0, 0, 0.02, 0.3),
  halted: fc.constantFrom(0, 0, 0.3),
  badTicks: fc.constantFrom(0, 1),
})

function expectSame(columns: CandleColumns, fast: RealisedDays): number {
  const plain = plainDays(columns)
  expect(plain.map(({ startMs }) => startMs)).toEqual(
    Array.from({ length: fast.length }, (_, day) => fast.startMs + day * DAY_MS),
  )
  let entered = 0
  plain.forEach((day, index) => {
    expect([fast.present[index], fast.expected]).toEqual([day.present, day.expected])
    const found = {
      realized: fast.variance.realized[index]!,
      bipower: fast.variance.bipower[index]!,
      'med-rv': fast.variance['med-rv'][index]!,
      down: fast.down[index]!,
      up: fast.up[index]!,
    }
    if (!day.measures) return expect(Object.values(found)).toEqual([NaN, NaN, NaN, NaN, NaN])
    entered++
    for (const [name, value] of Object.entries(found)) {
      const exact = day.measures[name as keyof typeof found]
      expect(Math.abs(value - exact), name).toBeLessThanOrEqual(1e-12 * exact)
    }
    // Differences of the two variances lose what they have in common.
    expect(Math.abs(fast.jumpShare[index]! - day.measures.jumpShare)).toBeLessThan(1e-12)
    expect(Math.abs(fast.jumpStatistic[index]! - day.measures.jumpStatistic)).toBeLessThan(1e-9)
  })
  return entered
}

function expectSameSigma(columns: CandleColumns, window: number): void {
  const days = plainDays(columns)
  for (const estimator of REALISED_ESTIMATORS) {
    const request = { estimator, window, mean: 'sample', barsPerYear: 365, minCoverage: 0.5 } as const
    const { sigma, bars, firstPlace } = volatility(columns, request)
    const fewest = Math.max(2, window / 2)
    plainRealised(days, estimator, { window, fewest, daysPerYear: 365 }).forEach((plain, i) => {
      expect(bars[firstPlace + i]).toBe(plain.bars)
      if (Number.isNaN(plain.sigma)) return expect(sigma[firstPlace + i]).toBeNaN()
      expect(Math.abs(sigma[firstPlace + i]! - plain.sigma)).toBeLessThanOrEqual(1e-12 * plain.sigma)
    })
  }
}

describe('days of hostile minutes', () => {
  it.each(['1m', '5m'] as const)('of %s agree with their plain twin', (interval: IntradayInterval) => {
    let entered = 0
    fc.assert(
      fc.property(recipes, fc.integer({ min: 0, max: 2000 }), (recipe, late) => {
        const length = interval === '1m' ? recipe.length : Math.ceil(recipe.length / 5)
        const startMs = late * INTERVAL_MS[interval]
        const columns = { ...hostileSeries({ ...recipe, length }, interval), startMs }
        entered += expectSame(columns, realisedDays(columns, interval))
        expectSameSigma(columns, 2)
      }),
      { numRuns: 40 },
    )
    expect(entered).toBeGreaterThan(0)
  })
})

const folder = process.env['REFERENCE_DATA']
const available = folder !== undefined && existsSync(join(folder, 'candles'))
const reason = available ? '' : ' (skipped: REFERENCE_DATA names no folder with candles)'

function realMinutes(file: string): CandleColumns {
  const text = gunzipSync(readFileSync(join(folder!, 'candles', `${file}.csv.gz`))).toString()
  const rows = text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => {
      const [time, open, high, low, close] = line.split(',') as [string, string, string, string, string]
      const seconds = Number(time)
      const startMs = Number.isNaN(seconds) ? Date.parse(time) : seconds * 1000
      return { startMs, open, high, low, close, volume: null }
    })
  return columnsFromRows('csv:real' as MarketId, '1m', rows)
}

describe.skipIf(!available)(`days of real minutes${reason}`, () => {
  it.each([
    ['BTC-USD_1m_2023-03', 21],
    ['BTC-USDC_1m_2023-03', 20],
    ['ALT-BTC_1m_2017-11_gaps', 1],
  ])('%s agree with their plain twin, as they are and thinned', (file, fewest) => {
    const columns = realMinutes(file)
    expect(expectSame(columns, realisedDays(columns, '1m'))).toBeGreaterThanOrEqual(fewest)
    expectSameSigma(columns, 7)
    const fives = rollUp(columns, '5m')
    expectSame(fives, realisedDays(fives, '5m'))
    const thinned = columns.states.slice()
    thinned.forEach((state, i) => {
      if (state === State.present && (i * 48271) % 97 < 3)
        thinned[i] = i % 2 === 0 ? State.missing : State.empty
    })
    const thin = { ...columns, states: thinned }
    expectSame(thin, realisedDays(thin, '1m'))
  })
})
