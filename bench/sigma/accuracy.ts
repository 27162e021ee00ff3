/**
 * How far σ is from a compensated two-pass computation of the same formula, over series that break others: a tick that is
 * large beside the price, a peg that breaks, a market that stands still, one bad tick, and an ordinary one. No figure may
 * be missing either.
 */
import { missingColumns, State, type CandleColumns } from '../../core/candle/columns.ts'
import { randomFrom } from '../../core/chunk/testing/random.ts'
import type { MarketId } from '../../core/market.ts'
import { LogColumns } from '../../core/volatility/logs.ts'
import { BAR_ESTIMATORS, type BarEstimator } from '../../core/volatility/types.ts'
import { volatility } from '../../core/volatility/volatility.ts'
import { YEAR_MINUTES } from '../data.ts'
import type { Measurement } from '../measurement.ts'

const WINDOWS = [60, 1440]
/** Every such place is held against the two passes; a prime, so that all places of a block have their turn. */
const STRIDE = 97

export async function accuracy(): Promise<Measurement[]> {
  return Object.entries(hostileSeries()).flatMap(([label, columns]) => {
    const logs = new LogColumns(columns)
    return BAR_ESTIMATORS.map((estimator) => worstOf(label, columns, logs, estimator))
  })
}

function worstOf(
  label: string,
  columns: CandleColumns,
  logs: LogColumns,
  estimator: BarEstimator,
): Measurement {
  let worst = 0
  let n = 0
  for (const window of WINDOWS) {
    const request = { estimator, window, mean: 'sample', barsPerYear: null, minCoverage: 1 } as const
    const { sigma, firstPlace } = volatility(columns, request, logs)
    for (let place = firstPlace; place < columns.length; place++) {
      if (Number.isNaN(sigma[place])) throw new Error(`${label}, ${estimator}: no σ at place ${place}`)
      if ((place - firstPlace) % STRIDE !== 0) continue
      const exact = twoPasses[estimator](columns, place - window + 1, place + 1)
      const error = exact === 0 ? Math.abs(sigma[place]!) : Math.abs(sigma[place]! / exact - 1)
      worst = Math.max(worst, error)
      n++
    }
  }
  return {
    name: 'accuracy',
    subject: `${label}: ${estimator}`,
    value: worst,
    unit: 'relative error, worst',
    ratio_to: 'bound of 1e-12',
    ratio: worst / 1e-12,
    n,
  }
}

/** σ per bar of the places from `from` until before `to`, each window for itself. */
type TwoPasses = (columns: CandleColumns, from: number, to: number) => number

const twoPasses: Readonly<Record<BarEstimator, TwoPasses>> = {
  close: ({ close }, from, to) => Math.sqrt(sampleVariance(from, to, (i) => ln(close[i]!, close[i - 1]!))),
  parkinson: ({ high, low }, from, to) =>
    Math.sqrt(mean(from, to, (i) => ln(high[i]!, low[i]!) ** 2) / (4 * Math.LN2)),
  'garman-klass': (columns, from, to) => Math.sqrt(mean(from, to, (i) => garmanKlass(columns, i))),
  'rogers-satchell': (columns, from, to) => Math.sqrt(mean(from, to, (i) => rogersSatchell(columns, i))),
  'gk-yz': (columns, from, to) =>
    Math.sqrt(
      mean(from, to, (i) => ln(columns.open[i]!, columns.close[i - 1]!) ** 2 + garmanKlass(columns, i)),
    ),
  'yang-zhang': (columns, from, to) => {
    const n = to - from
    const k = 0.34 / (1.34 + (n + 1) / (n - 1))
    const { open, close } = columns
    const jumps = sampleVariance(from, to, (i) => ln(open[i]!, close[i - 1]!))
    const moves = sampleVariance(from, to, (i) => ln(close[i]!, open[i]!))
    return Math.sqrt(jumps + k * moves + (1 - k) * mean(from, to, (i) => rogersSatchell(columns, i)))
  },
  // The weight of what lies before the last 2,000 bars is below 1e-53.
  ewma: ({ close }, from, to) => {
    const square = (i: number) => ln(close[i]!, close[i - 1]!) ** 2
    const window = to - from
    let variance = mean(1, window + 1, square)
    for (let i = Math.max(window + 1, to - 2000); i < to; i++) variance = 0.94 * variance + 0.06 * square(i)
    return Math.sqrt(variance)
  },
}

/** ln(a / b); exact where a and b are close. */
const ln = (a: number, b: number) => Math.log1p((a - b) / b)

const garmanKlass = ({ open, high, low, close }: CandleColumns, i: number) =>
  0.5 * ln(high[i]!, low[i]!) ** 2 - (2 * Math.LN2 - 1) * ln(close[i]!, open[i]!) ** 2

const rogersSatchell = ({ open, high, low, close }: CandleColumns, i: number) =>
  ln(high[i]!, close[i]!) * ln(high[i]!, open[i]!) + ln(low[i]!, close[i]!) * ln(low[i]!, open[i]!)

/** Neumaier's compensated sum. */
function sum(from: number, to: number, term: (i: number) => number): number {
  let total = 0
  let lost = 0
  for (let i = from; i < to; i++) {
    const value = term(i)
    const next = total + value
    lost += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total
    total = next
  }
  return total + lost
}

const mean = (from: number, to: number, term: (i: number) => number) => sum(from, to, term) / (to - from)

/** n − 1; the second pass also takes out what the mean was rounded by. */
function sampleVariance(from: number, to: number, term: (i: number) => number): number {
  const middle = mean(from, to, term)
  const n = to - from
  const squares = sum(from, to, (i) => (term(i) - middle) ** 2)
  const rest = sum(from, to, (i) => term(i) - middle)
  return (squares - rest ** 2 / n) / (n - 1)
}

function hostileSeries(): Record<string, CandleColumns> {
  return {
    'ordinary, 60,000 with a tick of 0.01': walk({ price: 60_000, tick: 0.01, step: 5e-4 }),
    'tiny tick, 0.00001 with one of 0.00000001': walk({ price: 1e-5, tick: 1e-8, step: 5e-4 }),
    'depeg, 1 with a tick of 0.0001, then 12 % off': walk({
      price: 1,
      tick: 1e-4,
      step: 1e-5,
      change: (close, i) => (i >= 100_000 && i < 100_060 ? close * 0.88 : close),
    }),
    'halted for a year but a thousand minutes': walk({
      price: 100,
      tick: 0.01,
      step: 2e-3,
      still: (i) => i >= 1000 && i !== 200_000,
    }),
    'one bad tick, 10,000 times the price': walk({
      price: 60_000,
      tick: 0.01,
      step: 5e-4,
      change: (close, i) => (i === 250_000 ? close * 1e4 : close),
    }),
  }
}

interface Walk {
  readonly price: number
  readonly tick: number
  /** Size of a minute's move, as a fraction. */
  readonly step: number
  /** Whether nothing moves at a place. */
  readonly still?: (place: number) => boolean
  /** What is reported instead of the close. */
  readonly change?: (close: number, place: number) => number
}

/** A year of minutes, each price a whole number of ticks. */
function walk({ price, tick, step, still = () => false, change = (close) => close }: Walk): CandleColumns {
  const random = randomFrom(7)
  const columns = missingColumns('csv:hostile' as MarketId, '1m', 0, YEAR_MINUTES, false)
  columns.states.fill(State.present)
  const onTick = (value: number) => Math.max(tick, Math.round(value / tick) * tick)
  let middle = price
  for (let i = 0; i < YEAR_MINUTES; i++) {
    const move = () => (still(i) ? middle : middle * (1 + step * (random() + random() + random() - 1.5)))
    const open = onTick(move())
    // Drawn back to where it began, so that a year of large steps does not end at one tick.
    middle = still(i) ? middle : move() * (price / middle) ** 1e-4
    const close = change(onTick(middle), i)
    columns.open[i] = open
    columns.close[i] = close
    columns.high[i] = Math.max(open, close, onTick(move()))
    columns.low[i] = Math.min(open, close, onTick(move()))
  }
  return columns
}
