/**
 * The fast estimators against plain twins: each σ computed for itself, straight from its formula, in two passes and
 * with compensated sums, over series that are hostile in every way that markets are.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { missingColumns, State, type CandleColumns } from '../candle/columns.ts'
import type { MarketId } from '../market.ts'
import { ESTIMATORS, type Estimator, type Mean, type VolatilityRequest } from './types.ts'
import { volatility } from './volatility.ts'

interface Bar {
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  /** Close before; null without one. */
  readonly before: number | null
  readonly empty: boolean
}

/** ln(a / b); exact where a and b are close. */
const ln = (a: number, b: number) => Math.log1p((a - b) / b)

/** Neumaier's compensated sum. */
function sum(values: readonly number[]): number {
  let total = 0
  let lost = 0
  for (const value of values) {
    const next = total + value
    lost += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total
    total = next
  }
  return total + lost
}

const mean = (values: readonly number[]) => sum(values) / values.length

/** Sample variance, n − 1. */
function sampleVariance(values: readonly number[]): number {
  const middle = mean(values)
  const deviations = values.map((value) => value - middle)
  // The second pass also takes out what the mean was rounded by.
  return (
    (sum(deviations.map((d) => d * d)) - sum(deviations) ** 2 / values.length) /
    Math.max(1, values.length - 1)
  )
}

/** Variance per bar straight from the formula, and the size of what was summed, by which rounding is judged. */
const formulas: Readonly<Record<Estimator, (bars: readonly Bar[], zeroMean: boolean) => number>> = {
  close: (bars, zeroMean) => {
    const returns = bars.map(({ close, before }) => ln(close, before!))
    return zeroMean ? mean(returns.map((r) => r * r)) : sampleVariance(returns)
  },
  parkinson: (bars) => mean(bars.map(({ high, low }) => ln(high, low) ** 2)) / (4 * Math.log(2)),
  'garman-klass': (bars) =>
    mean(
      bars.map(
        ({ open, high, low, close }) =>
          0.5 * ln(high, low) ** 2 - (2 * Math.log(2) - 1) * ln(close, open) ** 2,
      ),
    ),
  'rogers-satchell': (bars) => mean(bars.map(rogersSatchell)),
  'gk-yz': (bars) =>
    mean(
      bars.map(
        ({ open, high, low, close, before }) =>
          ln(open, before!) ** 2 + 0.5 * ln(high, low) ** 2 - (2 * Math.log(2) - 1) * ln(close, open) ** 2,
      ),
    ),
  'yang-zhang': (bars) => {
    const n = bars.length
    const k = 0.34 / (1.34 + (n + 1) / (n - 1))
    const jumps = sampleVariance(bars.map(({ open, before }) => ln(open, before!)))
    const moves = sampleVariance(bars.map(({ open, close }) => ln(close, open)))
    return jumps + k * moves + (1 - k) * mean(bars.map(rogersSatchell))
  },
}

function rogersSatchell({ open, high, low, close }: Bar): number {
  return ln(high, close) * ln(high, open) + ln(low, close) * ln(low, open)
}

/** The bar at a place as the rules say; null where nothing is known. */
function barAt(columns: CandleColumns, place: number): Bar | null {
  const state = columns.states[place]
  const before = place === 0 ? null : (barAt(columns, place - 1)?.close ?? null)
  const known = before !== null && !Number.isNaN(before) ? before : null
  if (state === State.present)
    return {
      open: columns.open[place]!,
      high: columns.high[place]!,
      low: columns.low[place]!,
      close: columns.close[place]!,
      before: known,
      empty: false,
    }
  if (state !== State.empty) return null
  // Without a close before, the price of a flat bar is unknown; its range is zero whatever it was.
  const flat = known ?? NaN
  return { open: flat, high: flat, low: flat, close: flat, before: known, empty: true }
}

interface PlainPoint {
  readonly sigma: number
  readonly bars: number
  readonly flat: number
  /** Root mean square of all logarithms that went in: rounding of these is not the estimator's fault. */
  readonly size: number
}

function plainPoint(columns: CandleColumns, request: VolatilityRequest, place: number): PlainPoint | null {
  const { estimator, window, minCoverage, barsPerYear } = request
  const paired = ['close', 'gk-yz', 'yang-zhang'].includes(estimator)
  const known = columns.states.findIndex((state) => state === State.present || state === State.empty)
  if (known < 0 || place < known + window - (paired ? 0 : 1)) return null
  if (columns.states.subarray(place).every((state) => state !== State.present && state !== State.empty))
    return null
  const bars: Bar[] = []
  for (let i = place - window + 1; i <= place; i++) {
    const bar = barAt(columns, i)
    if (bar && (!paired || bar.before !== null)) bars.push(bar)
  }
  const priced = bars.map((bar) =>
    Number.isNaN(bar.close) ? { ...bar, open: 1, high: 1, low: 1, close: 1 } : bar,
  )
  const counts = { bars: bars.length, flat: bars.filter(({ empty }) => empty).length }
  if (bars.length < Math.max(2, minCoverage * window)) return { sigma: NaN, ...counts, size: 0 }
  const variance = formulas[estimator](priced, request.mean === 'zero')
  const squares = priced.map(
    ({ open, high, low, close, before }) =>
      ln(high, low) ** 2 + (paired ? ln(close, before!) ** 2 + ln(open, before!) ** 2 : 0),
  )
  const year = barsPerYear ?? 1
  return { sigma: Math.sqrt(variance * year), ...counts, size: Math.sqrt(mean(squares) * year) }
}

/** What a hostile series is made of. */
interface Recipe {
  readonly seed: number
  readonly length: number
  readonly price: number
  readonly step: number
  readonly tick: number
  readonly missing: number
  readonly empty: number
  readonly halted: number
  readonly badTicks: number
}

/** Small generator of Park & Miller: series must come out of their recipe again. */
function generator(seed: number): () => number {
  let state = (seed % 2147483646) + 1
  return () => (state = (state * 48271) % 2147483647) / 2147483647
}

function series(recipe: Recipe): CandleColumns {
  const random = generator(recipe.seed)
  const { length, tick } = recipe
  const columns = missingColumns('csv:hostile' as MarketId, '1m', 0, length, false)
  const onTick = (price: number) => Math.max(tick, Math.round(price / tick) * tick)
  let price = recipe.price
  let halt = 0
  for (let i = 0; i < length; i++) {
    if (halt === 0 && random() < recipe.halted / 20) halt = 20
    const still = halt > 0
    if (still) halt--
    const walk = () => (still ? price : price * (1 + recipe.step * (random() + random() - 1)))
    const open = onTick(walk())
    price = walk()
    let close = onTick(price)
    if (random() < recipe.badTicks / length) close *= 1e4
    const high = Math.max(open, close, onTick(walk()))
    const low = Math.min(open, close, onTick(walk()))
    const absent = random()
    if (absent < recipe.missing) columns.states[i] = random() < 0.5 ? State.missing : State.outage
    else if (absent < recipe.missing + recipe.empty) columns.states[i] = State.empty
    else {
      columns.states[i] = State.present
      columns.open[i] = open
      columns.high[i] = high
      columns.low[i] = low
      columns.close[i] = close
    }
  }
  return columns
}

const share = fc.constantFrom(0, 0, 0.02, 0.3)

const recipes: fc.Arbitrary<Recipe> = fc.record({
  seed: fc.nat(),
  length: fc.integer({ min: 1, max: 160 }),
  price: fc.constantFrom(1, 0.98, 3e-6, 1e9, 27123.45),
  step: fc.constantFrom(0, 1e-6, 1e-3, 0.05, 0.9),
  tick: fc.constantFrom(1e-9, 0.01, 1e-8),
  missing: share,
  empty: share,
  halted: share,
  badTicks: fc.constantFrom(0, 1),
})

const requests: fc.Arbitrary<VolatilityRequest> = fc.record({
  estimator: fc.constantFrom(...ESTIMATORS),
  window: fc.integer({ min: 2, max: 60 }),
  mean: fc.constantFrom<Mean>('sample', 'zero'),
  barsPerYear: fc.constantFrom(null, 525_600, 365),
  minCoverage: fc.constantFrom(0, 0.25, 0.5, 0.75, 1),
})

describe('σ of a hostile series', () => {
  it.each(ESTIMATORS)('%s agrees with its plain twin at every place', (estimator) => {
    fc.assert(
      fc.property(recipes, requests, (recipe, drawn) => {
        const columns = series(recipe)
        const request = { ...drawn, estimator }
        const fast = volatility(columns, request)
        for (let place = 0; place < columns.length; place++) {
          const plain = plainPoint(columns, request, place)
          const sigma = fast.sigma[place]!
          if (plain === null || Number.isNaN(plain.sigma)) {
            expect(sigma).toBeNaN()
            continue
          }
          expect(fast.bars[place]).toBe(plain.bars)
          expect(fast.flat[place]).toBe(plain.flat)
          expect(sigma).toBeGreaterThanOrEqual(0)
          expect(Math.abs(sigma - plain.sigma)).toBeLessThanOrEqual(1e-12 * plain.sigma + 1e-15 * plain.size)
        }
      }),
      { numRuns: 300 },
    )
  })
})
