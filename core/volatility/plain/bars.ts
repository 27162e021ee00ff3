/**
 * Plain twins of the estimators of bars: each σ computed for itself, straight from its formula, in two passes and with
 * compensated sums. Slow; for tests and golden vectors only.
 */
import { State, type CandleColumns } from '../../candle/columns.ts'
import type { BarEstimator, VolatilityRequest } from '../types.ts'
import { ln, mean, sampleVariance } from './sums.ts'

/** One σ of a plain twin. */
export interface PlainPoint {
  readonly sigma: number
  readonly bars: number
  readonly flat: number
  /** Root mean square of all logarithms that went in: rounding of these is not the estimator's fault. */
  readonly size: number
}

/** A request for an estimator of bars. */
export type BarRequest = VolatilityRequest & { readonly estimator: BarEstimator }

interface Bar {
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  /** Close before; null without one. */
  readonly before: number | null
  readonly empty: boolean
}

/**
 * A point for each place of the grid, null where there is none.
 *
 * @param from places before this one are left out
 */
export function plainSeries(
  columns: CandleColumns,
  request: BarRequest,
  from = 0,
): readonly (PlainPoint | null)[] {
  const bars = barsOf(columns)
  const paired = ['close', 'gk-yz', 'yang-zhang', 'ewma'].includes(request.estimator)
  const first = bars.findIndex((bar) => bar !== null)
  const last = bars.findLastIndex((bar) => bar !== null)
  const points: (PlainPoint | null)[] = bars.map(() => null)
  if (first < 0) return points
  const windowAt = (place: number) =>
    bars
      .slice(place - request.window + 1, place + 1)
      .filter((bar) => bar !== null && (!paired || bar.before !== null)) as Bar[]
  const enough = Math.max(2, request.minCoverage * request.window)
  let weighted = NaN
  for (let place = first + request.window - (paired ? 0 : 1); place <= last; place++) {
    if (place < from && (request.estimator !== 'ewma' || !Number.isNaN(weighted))) {
      weighted = nextWeighted(weighted, bars[place]!)
      continue
    }
    const entered = windowAt(place)
    let variance = NaN
    if (request.estimator !== 'ewma') {
      if (entered.length >= enough)
        variance = formulas[request.estimator](entered.map(priced), request.mean === 'zero')
    } else {
      if (!Number.isNaN(weighted)) weighted = nextWeighted(weighted, bars[place]!)
      else if (entered.length >= enough)
        weighted = mean(entered.map((bar) => ln(bar.close, bar.before!) ** 2))
      if (entered.length >= enough) variance = weighted
    }
    const year = request.barsPerYear ?? 1
    points[place] = {
      sigma: Math.sqrt(variance * year),
      bars: entered.length,
      flat: entered.filter(({ empty }) => empty).length,
      size: sizeOf(entered.map(priced), paired) * Math.sqrt(year),
    }
  }
  return points
}

/** λσ² + (1 − λ)r², λ = 0.94; what it was where the return is missing, and 0 below the least normal double. */
function nextWeighted(variance: number, bar: Bar | null): number {
  if (!bar || bar.before === null) return variance
  const next = 0.94 * variance + 0.06 * ln(bar.close, bar.before) ** 2
  return next < 2.2250738585072014e-308 ? 0 : next
}

/** Variance per bar straight from the formula. */
const formulas: Readonly<
  Record<Exclude<BarEstimator, 'ewma'>, (bars: readonly Bar[], zeroMean: boolean) => number>
> = {
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

/** The bars as the rules say; null where nothing is known. */
function barsOf({ states, open, high, low, close, length }: CandleColumns): readonly (Bar | null)[] {
  const bars: (Bar | null)[] = []
  for (let place = 0; place < length; place++) {
    const previous = bars[place - 1]?.close ?? NaN
    const before = Number.isNaN(previous) ? null : previous
    if (states[place] === State.present)
      bars.push({
        open: open[place]!,
        high: high[place]!,
        low: low[place]!,
        close: close[place]!,
        before,
        empty: false,
      })
    else if (states[place] === State.empty) {
      const flat = before ?? NaN
      bars.push({ open: flat, high: flat, low: flat, close: flat, before, empty: true })
    } else bars.push(null)
  }
  return bars
}

/** Without a close before, the price of a flat bar is unknown; its range is zero whatever it was. */
function priced(bar: Bar): Bar {
  return Number.isNaN(bar.close) ? { ...bar, open: 1, high: 1, low: 1, close: 1 } : bar
}

function sizeOf(bars: readonly Bar[], paired: boolean): number {
  const squares = bars.map(
    ({ open, high, low, close, before }) =>
      ln(high, low) ** 2 + (paired ? ln(close, before!) ** 2 + ln(open, before!) ** 2 : 0),
  )
  return Math.sqrt(mean(squares))
}
