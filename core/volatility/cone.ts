/**
 * The volatility cone: where σ of windows of several lengths stands in its own history, up to any place and without a look at
 * what came after. Burghardt & Lane (1990), "How to tell if options are cheap", Journal of Portfolio Management 16.
 */
import type { CandleColumns } from '../candle/columns.ts'
import { INTERVAL_MS } from '../time/interval.ts'
import { LogColumns } from './logs.ts'
import { newestReceipt, receiptAt } from './receipt.ts'
import type { Receipt, VolatilityRequest, VolatilitySeries } from './types.ts'
import { volatility } from './volatility.ts'

/** Of the values at or below which 10 %, 25 %, … of the windows lie. Fractions per year, or per bar. */
export interface ConeQuantiles {
  readonly min: number
  readonly p10: number
  readonly p25: number
  readonly p50: number
  readonly p75: number
  readonly p90: number
  readonly max: number
}

/** One window of a cone. */
export interface ConeWindow {
  /** Of the σ that ends at the place; what it is, or why there is none. */
  readonly receipt: Receipt
  /** Not corrected for overlap, which leaves the level of a variance unbiased; null where no window has a σ. */
  readonly quantiles: ConeQuantiles | null
  /** Windows that they rest on: all up to the place that have a σ. */
  readonly windows: number
  /** Share of those at or below the σ of the place, 0 to 1; null without it. */
  readonly percentile: number | null
  /** Bars from the first window's first to the place. */
  readonly bars: number
  /** How many windows without overlap fit into them, T/h: how much the quantiles really know. */
  readonly independent: number
  /**
   * By what the variance of the windows' variances is too small because they overlap. It belongs to nothing else: σ must not be
   * multiplied by it. null where the bars are fewer than three windows.
   */
  readonly spreadFactor: number | null
}

export type ConeRequest = Omit<VolatilityRequest, 'window'>

/** The histories of σ that a cone is made of, computed once, for any number of places. */
export class Cone {
  readonly #columns: CandleColumns
  readonly #histories: readonly VolatilitySeries[]
  /** Room for the values of one window. */
  readonly #values: Float64Array

  /**
   * @param windows bars, or days for the realised family, each at least 2
   * @throws RangeError when the request cannot be computed
   */
  constructor(
    columns: CandleColumns,
    request: ConeRequest,
    windows: readonly number[],
    logs = new LogColumns(columns),
  ) {
    this.#columns = columns
    this.#histories = windows.map((window) => volatility(columns, { ...request, window }, logs))
    this.#values = new Float64Array(Math.max(0, ...this.#histories.map(({ endPlace }) => endPlace)))
  }

  /** Of the last place that begins before an instant (null: the newest). */
  at(beforeMs: number | null = null): ConeWindow[] {
    return this.#histories.map((history) => this.#windowAt(history, placeBefore(history, beforeMs)))
  }

  #windowAt(history: VolatilitySeries, place: number): ConeWindow {
    const { sigma, firstPlace, request } = history
    const places = Math.max(0, place - firstPlace + 1)
    const bars = places === 0 ? 0 : places + request.window - 1
    const values = available(sigma, firstPlace, place, this.#values)
    const receipt =
      history.endPlace === 0
        ? newestReceipt(history, this.#columns)
        : receiptAt(history, this.#columns, place)
    const isKnown = !Number.isNaN(receipt.sigma)
    return {
      receipt,
      percentile: isKnown ? shareUpTo(values, receipt.sigma) : null,
      // Sorts what the percentile was counted in.
      quantiles: values.length === 0 ? null : quantilesOf(values),
      windows: values.length,
      bars,
      independent: bars / request.window,
      spreadFactor: bars >= 3 * request.window ? overlapFactor(request.window, bars) : null,
    }
  }
}

function placeBefore({ startMs, interval, endPlace }: VolatilitySeries, beforeMs: number | null): number {
  const newest = endPlace - 1
  const asked = beforeMs === null ? newest : Math.ceil((beforeMs - startMs) / INTERVAL_MS[interval]) - 1
  return Math.max(0, Math.min(newest, asked))
}

/** The values that are there from a place to another, both included, in the memory given. */
function available(sigma: Float64Array, first: number, last: number, memory: Float64Array): Float64Array {
  let count = 0
  for (let place = first; place <= last; place++) {
    const value = sigma[place]!
    // NaN alone is not itself.
    if (value === value) memory[count++] = value
  }
  return memory.subarray(0, count)
}

function shareUpTo(values: Float64Array, sigma: number): number {
  let below = 0
  for (let i = 0; i < values.length; i++) if (values[i]! <= sigma) below++
  return below / values.length
}

/** Type 7 of Hyndman & Fan (1996), "Sample quantiles in statistical packages", as R and numpy take it by default. */
function quantilesOf(values: Float64Array): ConeQuantiles {
  values.sort()
  const at = (share: number): number => {
    const place = (values.length - 1) * share
    const below = Math.floor(place)
    const low = values[below]!
    const high = values[Math.min(below + 1, values.length - 1)]!
    return low + (place - below) * (high - low)
  }
  return { min: at(0), p10: at(0.1), p25: at(0.25), p50: at(0.5), p75: at(0.75), p90: at(0.9), max: at(1) }
}

/**
 * 1 / (1 − h/N + (h² − 1)/(3 N²)), N = T − h + 1 windows of h of T bars.
 * Hodges & Tompkins (2002), "Volatility cones and their sampling properties", Journal of Derivatives 10.
 */
export function overlapFactor(window: number, bars: number): number {
  const windows = bars - window + 1
  return 1 / (1 - window / windows + (window * window - 1) / (3 * windows * windows))
}
