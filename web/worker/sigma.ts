/** σ of one series of bars, for any window and estimator. Asked by the worker, and by the page itself while a window is dragged. */
import type { CandleColumns } from '../../core/candle/columns.ts'
import { barsPerYear, INTERVAL_MS, type Interval } from '../../core/time/interval.ts'
import { LogColumns } from '../../core/volatility/logs.ts'
import { misprints, type Misprint } from '../../core/volatility/mistakes.ts'
import { Memory } from '../../core/volatility/memory.ts'
import {
  newestReceipt,
  percentile,
  volatility,
  volatilityOrCloses,
} from '../../core/volatility/volatility.ts'
import type {
  Estimator,
  Mean,
  RealisedEstimator,
  Receipt,
  VolatilitySeries,
} from '../../core/volatility/types.ts'
import {
  MIN_COVERAGE,
  type MistakesView,
  type SigmaRequest,
  type SigmaSummary,
  type SigmaView,
} from './api.ts'

/** The longest window on screen, in bars. */
const WINDOW_LEAD = 366

/**
 * How long before its first place σ needs bars: the window before it, and the close before that. Of the longest window that people
 * choose, so that all windows are of the same columns.
 *
 * @returns milliseconds
 */
export function leadMs(interval: Interval, window: number): number {
  return (Math.max(window, WINDOW_LEAD) + 1) * INTERVAL_MS[interval]
}

/** Bars whose logarithms are taken once, whatever σ is asked of them. */
export class SigmaSeries {
  readonly columns: CandleColumns
  readonly logs: LogColumns
  readonly #memory: Memory

  constructor(columns: CandleColumns, memory: Memory = new Memory()) {
    this.columns = columns
    this.#memory = memory
    this.logs = new LogColumns(columns, memory)
  }

  /** σ from the request's first instant on. Its arrays belong to whoever asked. */
  view({ fromMs, estimator, window, mean }: Omit<SigmaRequest, 'toMs'>): SigmaView {
    const series = sigmaOf(this.logs, estimator, window, mean)
    const view = viewOf(series, receiptOf(series, this.columns, estimator), fromMs)
    this.#memory.giveBack(series.sigma)
    return view
  }

  /** The newest σ as other tools print it. */
  mistakes({ estimator, window, mean }: Pick<SigmaRequest, 'estimator' | 'window' | 'mean'>): MistakesView {
    const series = sigmaOf(this.logs, estimator, window, mean)
    return {
      receipt: receiptOf(series, this.columns, estimator),
      rows: misprints(this.logs, series),
    }
  }

  /** Gives its memory back; nothing may be asked of it any more. */
  release(): void {
    this.logs.release()
  }
}

/** The newest σ of the realised family as other tools print it, from the minutes of its days. */
export function misprintsOfMinutes(
  minutes: CandleColumns,
  estimator: RealisedEstimator,
  window: number,
): readonly Misprint[] {
  const logs = new LogColumns(minutes)
  const annual = barsPerYear('1d')
  const request = { estimator, window, mean: 'zero', barsPerYear: annual, minCoverage: MIN_COVERAGE } as const
  return misprints(logs, volatility(minutes, request, logs))
}

/** A series from an instant on, in arrays of its own. */
export function viewOf(series: VolatilitySeries, receipt: Receipt, fromMs: number): SigmaView {
  const { interval, startMs } = series
  const step = INTERVAL_MS[interval]
  const skip = Math.max(0, Math.ceil((fromMs - startMs) / step))
  const sigma = series.sigma.slice(skip)
  return {
    market: receipt.market,
    interval,
    startMs: startMs + skip * step,
    sigma,
    bars: series.bars.slice(skip),
    flat: series.flat.slice(skip),
    receipt,
    percentile: percentile({ ...series, sigma, endPlace: series.endPlace - skip }),
  }
}

/** The newest σ of a series, and where it stands in all of it. */
export function summaryOf(columns: CandleColumns, estimator: Estimator, window: number): SigmaSummary {
  const series = sigmaOf(new LogColumns(columns), estimator, window, 'sample')
  return { receipt: receiptOf(series, columns, estimator), percentile: percentile(series) }
}

function sigmaOf(logs: LogColumns, estimator: Estimator, window: number, mean: Mean): VolatilitySeries {
  const { columns } = logs
  const annual = barsPerYear(columns.interval)
  const request = { estimator, window, mean, barsPerYear: annual, minCoverage: MIN_COVERAGE }
  return volatilityOrCloses(columns, request, logs)
}

/** The receipt of the newest σ, which tells where another estimator was taken than was asked for. */
function receiptOf(series: VolatilitySeries, columns: CandleColumns, asked: Estimator): Receipt {
  const receipt = newestReceipt(series, columns)
  return receipt.estimator === asked ? receipt : { ...receipt, insteadOf: asked }
}
