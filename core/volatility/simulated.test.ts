/**
 * What estimators and bands promise, on simulated prices whose σ is known. Seeded, and short: `npm run bench -- efficiency coverage`
 * is the long version, whose figures stand in docs/volatility.md.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { LogColumns } from './logs.ts'
import { realisedDays } from './realised/days.ts'
import { biasOf, coverageOf, efficiencyOf, variances } from './testing/measured.ts'
import {
  BAR_SIGMA,
  RETURN_KINDS,
  simulated,
  withJumps,
  type ReturnKind,
  type Simulated,
} from './testing/simulated.ts'
import type { Estimator } from './types.ts'

const PATHS = 1_000
const LONGEST = 90

/** Efficiency against close to close by window, of 20,000 runs (docs/volatility.md). */
const EFFICIENCY: Partial<Record<Estimator, Readonly<Record<number, number>>>> = {
  parkinson: { 2: 9.9, 7: 5.7, 30: 5.1, 90: 5.0 },
  'garman-klass': { 2: 15.1, 7: 8.7, 30: 7.8, 90: 7.7 },
  'rogers-satchell': { 2: 12.3, 7: 7.0, 30: 6.3, 90: 6.2 },
  'yang-zhang': { 2: 13.3, 7: 8.1, 30: 7.3, 90: 7.3 },
}

describe('a thousand driftless diffusions with exact extremes', () => {
  let paths: Simulated
  let logs: LogColumns
  beforeAll(() => {
    paths = simulated('normal', PATHS * LONGEST + 1, 'a thousand diffusions')
    logs = new LogColumns(paths.columns)
  })

  test('have the variance that they are made with', () => {
    const { value, error } = biasOf(variances(paths, logs, 'close', LONGEST))
    expect(Math.abs(value - 1)).toBeLessThan(3 * error)
    expect(paths.variance.every((variance) => variance === BAR_SIGMA ** 2)).toBe(true)
  })

  for (const [estimator, byWindow] of Object.entries(EFFICIENCY))
    for (const window of [2, 7, 30, 90])
      test(`${estimator} over ${window} bars is unbiased and as efficient as the table says`, () => {
        const close = variances(paths, logs, 'close', window)
        const other = variances(paths, logs, estimator as Estimator, window)
        const bias = biasOf(other)
        expect(Math.abs(bias.value - 1)).toBeLessThan(3 * bias.error)
        const { value, error } = efficiencyOf(close, other)
        expect(Math.abs(value - byWindow[window]!)).toBeLessThan(3 * error)
      })
})

describe('the band', () => {
  const WINDOWS = 500
  const coverage = (kind: ReturnKind, window: number, band: 'bootstrap' | 'normal') => {
    const paths = simulated(kind, (WINDOWS + 1) * window + 1, `coverage, ${kind}, ${window}`)
    return coverageOf(paths, new LogColumns(paths.columns), { estimator: 'close', window, band })
  }

  for (const window of [30, 90])
    for (const kind of RETURN_KINDS)
      test(`of ${window} bars holds the truth in 92 to 97 % of windows of ${kind} returns`, () => {
        const { value, without, error } = coverage(kind, window, 'bootstrap')
        expect(without).toBe(0)
        expect(value).toBeGreaterThan(0.92 - 2 * error)
        expect(value).toBeLessThan(0.97 + 2 * error)
      })

  test('if returns were normal holds it as often as it says of normal returns, and far too seldom with fat tails', () => {
    const { value, error } = coverage('normal', 30, 'normal')
    expect(Math.abs(value - 0.95)).toBeLessThan(3 * error)
    for (const window of [30, 90]) {
      const fat = coverage('t4', window, 'normal').value
      expect(fat).toBeGreaterThan(0.67)
      expect(fat).toBeLessThan(0.83)
    }
  })
})

test('the jump test finds no jumps where none are, and the planted ones', () => {
  const days = 150
  const minutes = simulated('normal', days * 1440, 'days with and without jumps', '1m')
  const found = (jump: number) => {
    const { jumpStatistic } = realisedDays(withJumps(minutes, jump).columns, '1m')
    // One day of twenty by chance.
    return jumpStatistic.filter((statistic) => statistic > 1.6448536269514722).length / days
  }
  const size = found(0)
  expect(Math.abs(size - 0.05)).toBeLessThan(3 * Math.sqrt((0.05 * 0.95) / days))
  expect(found(0.5)).toBeGreaterThan(0.75)
  expect(found(1)).toBeGreaterThan(0.98)
})
