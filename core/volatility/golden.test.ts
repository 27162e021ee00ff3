/** The golden vectors: the files are what the plain twins compute, and the fast versions agree with the files. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { missingColumns, State, type CandleColumns } from '../candle/columns.ts'
import type { MarketId } from '../market.ts'
import {
  goldenBars,
  goldenDays,
  type GoldenBar,
  type GoldenBars,
  type GoldenClose,
  type GoldenDays,
  type GoldenSigma,
} from './plain/golden.ts'
import { realisedDays } from './realised/days.ts'
import { volatilityStream } from './stream.ts'
import type { Estimator, VolatilityRequest } from './types.ts'
import { volatility } from './volatility.ts'

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`golden/${name}.json`, import.meta.url), 'utf8'))

/** Whole trees, numbers to the last digits: the logarithm of another engine may round otherwise. */
function expectSame(found: unknown, expected: unknown, path = ''): void {
  if (typeof found === 'number' && typeof expected === 'number')
    return expect(Math.abs(found - expected), path).toBeLessThanOrEqual(1e-13 * Math.abs(expected))
  if (typeof found !== 'object' || found === null || typeof expected !== 'object' || expected === null)
    return expect(found, path).toEqual(expected)
  expect(Object.keys(found), path).toEqual(Object.keys(expected))
  for (const [key, value] of Object.entries(found))
    expectSame(value, (expected as Record<string, unknown>)[key], `${path}/${key}`)
}

function columnsOf(
  places: readonly (GoldenBar | GoldenClose)[],
  interval: CandleColumns['interval'],
  start: string,
): CandleColumns {
  const columns = missingColumns('csv:golden' as MarketId, interval, Date.parse(start), places.length, false)
  places.forEach((place, i) => {
    if (place === null) return
    columns.states[i] = place === 'empty' ? State.empty : State.present
    if (place === 'empty') return
    const [open, high, low, close] =
      typeof place === 'number' ? ([place, place, place, place] as const) : place
    columns.open[i] = open
    columns.high[i] = high
    columns.low[i] = low
    columns.close[i] = close
  })
  return columns
}

function requestOf(result: GoldenSigma<Estimator>): VolatilityRequest {
  const { estimator, window, mean, min_coverage: minCoverage, bars_per_year: barsPerYear } = result
  return { estimator, window, mean, minCoverage, barsPerYear }
}

function expectSigma(columns: CandleColumns, result: GoldenSigma<Estimator>): void {
  const fast = volatility(columns, requestOf(result))
  const first = result.first_place
  expect([fast.firstPlace, fast.endPlace]).toEqual([first, first + result.sigma.length])
  result.sigma.forEach((sigma, i) => {
    const found = fast.sigma[first + i]!
    const where = `${result.estimator} ${result.window} at ${first + i}`
    expect(fast.bars[first + i], where).toBe(result.n[i])
    if (sigma === null) expect(found, where).toBeNaN()
    else expect(Math.abs(found - sigma), where).toBeLessThanOrEqual(1e-11 * sigma)
  })
}

describe('golden vectors of bars', () => {
  it.each(Object.entries(goldenBars()))('%s', (name, plain) => {
    const file = read(name) as GoldenBars
    expectSame(file, JSON.parse(JSON.stringify(plain)))
    const columns = columnsOf(file.bars, file.interval, file.start)
    for (const result of file.results) {
      expectSigma(columns, result)
      const stream = volatilityStream(requestOf(result), file.interval, columns.startMs)
      const { states, open, high, low, close } = columns
      for (let i = 0; i < result.first_place + result.sigma.length; i++)
        stream.push(states[i]!, open[i]!, high[i]!, low[i]!, close[i]!)
      const last = result.sigma.at(-1) ?? null
      if (last === null) expect(stream.sigma).toBeNaN()
      else expect(Math.abs(stream.sigma - last)).toBeLessThanOrEqual(1e-11 * last)
    }
  })
})

describe('golden vectors of days', () => {
  it.each(Object.entries(goldenDays()))('%s', (name, plain) => {
    const file = read(name) as GoldenDays
    expectSame(file, JSON.parse(JSON.stringify(plain)))
    const columns = columnsOf(file.closes, file.interval, file.start)
    const days = realisedDays(columns, file.interval)
    expect(days.length).toBe(file.days.length)
    file.days.forEach(({ returns, expected, measures }, i) => {
      expect([days.present[i], days.expected]).toEqual([returns, expected])
      const found = {
        realized: days.variance.realized[i]!,
        bipower: days.variance.bipower[i]!,
        'med-rv': days.variance['med-rv'][i]!,
        down: days.down[i]!,
        up: days.up[i]!,
        jump_share: days.jumpShare[i]!,
        jump_statistic: days.jumpStatistic[i]!,
      }
      for (const [key, value] of Object.entries(found)) {
        const exact = measures?.[key as keyof typeof found]
        if (exact === undefined) expect(value, key).toBeNaN()
        else expect(Math.abs(value - exact), key).toBeLessThanOrEqual(1e-11 * Math.max(Math.abs(exact), 1e-6))
      }
    })
    for (const result of file.results) expectSigma(columns, result)
  })

  it('hold what they are for: thin days, jumps, standstill', () => {
    const measures = (name: string) => (read(name) as GoldenDays).days.map((day) => day.measures)
    expect(measures('minutes-gaps').map((one) => one !== null)).toEqual([false, true, false, true])
    expect(measures('fives-jump')[2]!.jump_statistic).toBeGreaterThan(2.33)
    expect(measures('fives-tiny-and-flat')[3]!.realized).toBe(0)
  })
})
