/** The bootstrap against a plain twin, written straight from what docs/volatility.md says, and against figures that must not change. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import ordinary from '../golden/ordinary.json' with { type: 'json' }
import { missingColumns, State } from '../../candle/columns.ts'
import type { MarketId } from '../../market.ts'
import { LogColumns } from '../logs.ts'
import { bandAt } from './band.ts'
import { bootstrapFactors } from './bootstrap.ts'
import { draws, MOST_BLOCKS, REPLICATES } from './draws.ts'
import { isBand } from './kinds.ts'

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const at = share * (sorted.length + 1) - 1
  const [low, high] = [sorted[Math.floor(at)]!, sorted[Math.floor(at) + 1]!]
  return low + (high - low) * (at - Math.floor(at))
}

/** Contributions of the same weight. */
function plainFactors(values: readonly number[]): { low: number; high: number } {
  const n = values.length
  const length = Math.max(2, Math.ceil(n / 128))
  const blocks = values.map((_, end) =>
    mean(Array.from({ length }, (_, back) => values[(end - back + n) % n]!)),
  )
  const level = mean(blocks)
  const differences = blocks
    .map((block, i) => ({ i, square: (block - blocks[i - length]!) ** 2 }))
    .filter(({ i }) => i >= 2 * length - 1)
  const error = Math.sqrt((mean(differences.map(({ square }) => square)) * length) / (2 * n)) / level
  const count = Math.ceil(n / length)
  const replicates = Array.from({ length: REPLICATES }, (_, row) => {
    const drawn = Array.from(
      { length: count },
      (_, i) => blocks[Math.floor((draws()[row * MOST_BLOCKS + i]! / 65_536) * n)]!,
    )
    const middle = mean(drawn)
    const spread = Math.sqrt(mean(drawn.map((block) => (block - middle) ** 2)) / (count - 1))
    return Math.log(middle / level) / (spread / middle)
  })
  return {
    low: Math.exp(-(error / 2) * quantile(replicates, 1 - 0.045)),
    high: Math.exp(-(error / 2) * quantile(replicates, Math.min(0.011, n / 10_000))),
  }
}

test('the fast bootstrap is the plain one', () => {
  const lively = fc.array(fc.double({ min: 0.1, max: 9, noNaN: true }), { minLength: 14, maxLength: 300 })
  fc.assert(
    fc.property(lively, (values) => {
      // Without two that differ there is nothing to draw.
      fc.pre(new Set(values).size > 5)
      const fast = bootstrapFactors({
        values: Float64Array.from(values),
        weights: null,
        effective: values.length,
      })!
      const plain = plainFactors(values)
      expect(fast.low).toBeCloseTo(Math.min(1, plain.low), 9)
      expect(fast.high / Math.max(1, plain.high)).toBeCloseTo(1, 9)
    }),
    { seed: 13, numRuns: 20 },
  )
})

test('weights that are all the same are none', () => {
  const values = Float64Array.from({ length: 64 }, (_, i) => 1 + Math.sin(i * i))
  const even = bootstrapFactors({ values, weights: null, effective: 64 })!
  const weighted = bootstrapFactors({ values, weights: new Float64Array(64).fill(1 / 64), effective: 64 })!
  expect(weighted.low).toBeCloseTo(even.low, 9)
  expect(weighted.high).toBeCloseTo(even.high, 9)
})

const columns = missingColumns('csv:ORDINARY' as MarketId, '1h', 0, ordinary.bars.length, false)
ordinary.bars.forEach(([open, high, low, close], i) => {
  columns.states[i] = State.present
  columns.open[i] = open!
  columns.high[i] = high!
  columns.low[i] = low!
  columns.close[i] = close!
})

test.each([
  ['close', 'bootstrap', 0.59724280893, 1.158102508943],
  ['close', 'normal', 0.590507589196, 0.996762186461],
  ['yang-zhang', 'bootstrap', 1.046292674877, 1.382338194487],
  ['yang-zhang', 'spread', 0.741464651931, 1.159373961047],
  ['parkinson', 'bootstrap', 0.736191504489, 1.152384062559],
  ['ewma', 'bootstrap', 0.54763534434, 1.21214593208],
] as const)(
  'of the ordinary golden series %s has the band by %s that it always had',
  (estimator, kind, low, high) => {
    const request = { estimator, window: 30, mean: 'sample', barsPerYear: 8760, minCoverage: 0.5 } as const
    const band = bandAt(new LogColumns(columns), request, columns.length - 1, kind)
    if (!isBand(band)) throw new Error(band.why)
    expect(band.low).toBeCloseTo(low, 9)
    expect(band.high).toBeCloseTo(high, 9)
  },
)
