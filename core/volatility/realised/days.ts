/**
 * Measures of each UTC day from its 5-minute returns. Minutes have five grids of them, and a measure is the mean over the
 * five; bars of 5 minutes have one.
 */
import { State, type CandleColumns } from '../../candle/columns.ts'
import { DAY_MS, INTERVAL_MS, type Interval } from '../../time/interval.ts'
import { knownSpan } from '../entering.ts'
import { logRatio } from '../log-ratio.ts'
import { emptyDays, gridsOf } from './columns.ts'
import { RETURNS_A_DAY, sumGrid, type GridSums } from './grid.ts'
import { jumpStatistic } from './jump.ts'
import { LEAST_SHARE_OF_DAY, type IntradayInterval, type RealisedDays } from './types.ts'

/** Whether 5-minute returns can be made of bars of this interval. */
export function isIntraday(interval: Interval): interval is IntradayInterval {
  return interval === '1m' || interval === '5m'
}

/**
 * Measures of every day from the first known bar to the last. A return needs the closes at both its ends and no missing
 * bar between; the first ones of a day begin at the last closes of the day before. Sampled bars are left out.
 *
 * Subsampled after Zhang, Mykland & Aït-Sahalia (2005), "A tale of two time scales", J. Am. Stat. Assoc. 100: the mean over
 * the five grids.
 */
export function realisedDays(columns: CandleColumns, interval: IntradayInterval): RealisedDays {
  const { first, end } = knownSpan(columns)
  const step = INTERVAL_MS[interval]
  const startMs = Math.floor((columns.startMs + first * step) / DAY_MS) * DAY_MS
  const length = Math.ceil((columns.startMs + end * step - startMs) / DAY_MS)
  const endMs = columns.startMs + end * step
  const days = emptyDays({ startMs, endMs, length: end === 0 ? 0 : length, interval })
  const day = new DayOfBars(interval)
  // Where the first day begins, which may lie before the columns do.
  const offset = (startMs - columns.startMs) / step
  for (let index = 0; index < days.length; index++) {
    day.read(columns, offset + index * day.bars)
    day.measure(days, index)
  }
  return days
}

/** The closes and returns of one day; the next one is read into the same memory. */
export class DayOfBars {
  /** Bars of a day. */
  readonly bars: number
  readonly #grids: number
  /** Those of the last 5 minutes of the day before, then the day's own. NaN where unknown. */
  readonly #closes: Float64Array
  readonly #returns: Float64Array
  readonly #sums: GridSums = { present: 0, realized: 0, bipower: 0, medRv: 0, down: 0, up: 0 }
  #empty = 0
  #sampled = 0

  constructor(interval: IntradayInterval) {
    this.#grids = gridsOf(interval)
    this.bars = RETURNS_A_DAY * this.#grids
    this.#closes = new Float64Array(this.#grids + this.bars).fill(NaN)
    this.#returns = new Float64Array(this.bars)
  }

  /**
   * The next day.
   *
   * @param from place of its first bar; places outside of the columns are missing
   */
  read(columns: CandleColumns, from: number): void {
    this.#closes.copyWithin(0, this.bars)
    this.#readCloses(columns, from)
    returnsBetween(this.#closes, this.#grids, this.#returns)
  }

  /** A close is carried over empty places and never over a missing one. */
  #readCloses({ states, close, samples, length }: CandleColumns, from: number): void {
    const closes = this.#closes
    const grids = this.#grids
    let carried = closes[grids - 1]!
    let empty = 0
    let sampled = 0
    for (let k = 0; k < this.bars; k++) {
      const place = from + k
      const state = place >= 0 && place < length ? states[place]! : State.missing
      if (state === State.present) {
        const isSampled = samples !== null && samples[place]! > 0
        carried = isSampled ? NaN : close[place]!
        if (isSampled) sampled++
      } else if (state === State.empty) empty++
      else carried = NaN
      closes[grids + k] = carried
    }
    this.#empty = empty
    this.#sampled = sampled
  }

  /** Writes what was read last. */
  measure(days: RealisedDays, index: number): void {
    const grids = this.#grids
    const sums = this.#sums
    let [present, realized, bipower, medRv, down, up] = [0, 0, 0, 0, 0, 0]
    for (let grid = 0; grid < grids; grid++) {
      sumGrid(this.#returns, grid, grids, sums)
      present += sums.present
      realized += sums.realized / grids
      bipower += sums.bipower / grids
      medRv += sums.medRv / grids
      down += sums.down / grids
      up += sums.up / grids
    }
    days.present[index] = present
    days.empty[index] = this.#empty
    days.sampled[index] = this.#sampled
    if (present < LEAST_SHARE_OF_DAY * days.expected) return
    days.variance.realized[index] = realized
    days.variance.bipower[index] = bipower
    days.variance['med-rv'][index] = medRv
    days.down[index] = down
    days.up[index] = up
    days.jumpShare[index] = realized > 0 ? Math.max(0, realized - bipower) / realized : 0
    // The last grid is that of 00:05, 00:10, … 24:00.
    days.jumpStatistic[index] = jumpStatistic(this.#returns, grids - 1, grids, sums)
  }
}

/** Logarithms over `step` bars by the bar in which they end, NaN where one of the closes is not known. */
function returnsBetween(closes: Float64Array, step: number, returns: Float64Array): void {
  let known = 0
  for (let i = 0; i < step; i++) known = Number.isNaN(closes[i]!) ? 0 : known + 1
  for (let i = 0; i < returns.length; i++) {
    const close = closes[step + i]!
    known = Number.isNaN(close) ? 0 : known + 1
    returns[i] = known > step ? logRatio(close, closes[i]!) : NaN
  }
}
