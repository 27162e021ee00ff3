/**
 * The logarithms that estimators share, one column each, made once for a series and kept while it is asked about.
 * Empty places read as flat bars at the previous close here and nowhere else; nothing stored is ever filled.
 */
import { State, type CandleColumns } from '../candle/columns.ts'
import { EnteringBars } from './entering.ts'
import { logRatio } from './log-ratio.ts'
import { Memory } from './memory.ts'
import { isIntraday, realisedDays } from './realised/days.ts'
import type { RealisedDays } from './realised/types.ts'
import { eachSparse } from './sampled.ts'
import { STRETCH } from './windows.ts'

/**
 * Of single bars: high − low, close − open and Rogers-Satchell's product, in logarithms. 0 at flat and missing places, and
 * where a bar is made of too few samples.
 */
export interface BarLogs {
  readonly range: Float64Array<ArrayBuffer>
  readonly body: Float64Array<ArrayBuffer>
  readonly rogersSatchell: Float64Array<ArrayBuffer>
}

/** Against the close before, which is carried over empty places and never over a missing one; 0 where there is none. */
export interface LinkLogs {
  /** open − close before. */
  readonly jump: Float64Array<ArrayBuffer>
  /** close − close before. */
  readonly return: Float64Array<ArrayBuffer>
}

/** The logarithms of one series, and which of its bars count. Each column is computed when it is first asked for. */
export class LogColumns {
  readonly columns: CandleColumns
  readonly memory: Memory
  #bars: BarLogs | null = null
  #links: LinkLogs | null = null
  #days: RealisedDays | null
  readonly #single: EnteringBars
  readonly #paired: EnteringBars
  readonly #rangedSingle: EnteringBars
  readonly #rangedPaired: EnteringBars

  /**
   * @param memory where the columns and every σ made from them come from
   * @param days measures of its days, where those were made before
   */
  constructor(columns: CandleColumns, memory = new Memory(), days: RealisedDays | null = null) {
    this.columns = columns
    this.memory = memory
    this.#days = days
    this.#single = new EnteringBars(columns, false)
    this.#paired = new EnteringBars(columns, true)
    // Without sampled bars they are the same, and counted once.
    this.#rangedSingle = columns.samples ? new EnteringBars(columns, false, true) : this.#single
    this.#rangedPaired = columns.samples ? new EnteringBars(columns, true, true) : this.#paired
  }

  bars(): BarLogs {
    return (this.#bars ??= barLogs(this.columns, this.memory))
  }

  links(): LinkLogs {
    return (this.#links ??= linkLogs(this.columns, this.memory))
  }

  /** Measures of each UTC day; null where the bars are longer than 5 minutes. */
  days(): RealisedDays | null {
    const { interval } = this.columns
    return (this.#days ??= isIntraday(interval) ? realisedDays(this.columns, interval) : null)
  }

  /** Gives the columns back, for the next series. */
  release(): void {
    for (const column of [...Object.values(this.#bars ?? {}), ...Object.values(this.#links ?? {})])
      this.memory.giveBack(column)
    this.#bars = null
    this.#links = null
  }

  /** The bars that can enter a window: by whether the close before is needed, and whether high and low are read. */
  entering(paired: boolean, ranged: boolean): EnteringBars {
    if (ranged) return paired ? this.#rangedPaired : this.#rangedSingle
    return paired ? this.#paired : this.#single
  }
}

function barLogs(columns: CandleColumns, memory: Memory): BarLogs {
  const { length } = columns
  const column = () => memory.take(length)
  const logs = { range: column(), body: column(), rogersSatchell: column() }
  for (let start = 0; start < length; start += STRETCH)
    barLogsOfStretch(columns, start, Math.min(start + STRETCH, length), logs)
  eachSparse(columns, (place) => (logs.range[place] = logs.body[place] = logs.rogersSatchell[place] = 0))
  return logs
}

/**
 * Each distance from its own two prices, the range as the sum of two of them that are at least 0: nothing is
 * subtracted, and no branch depends on which of two prices is larger.
 */
export function barLogsOfStretch(
  { states, open, high, low, close }: CandleColumns,
  start: number,
  end: number,
  { range, body, rogersSatchell }: BarLogs,
): void {
  for (let i = start; i < end; i++) {
    if (states[i] !== State.present) {
      range[i] = body[i] = rogersSatchell[i] = 0
      continue
    }
    const o = open[i]!
    const h = high[i]!
    const l = low[i]!
    const c = close[i]!
    const highClose = logRatio(h, c)
    const closeLow = logRatio(c, l)
    range[i] = highClose + closeLow
    body[i] = logRatio(c, o)
    rogersSatchell[i] = highClose * logRatio(h, o) + closeLow * logRatio(o, l)
  }
}

function linkLogs(columns: CandleColumns, memory: Memory): LinkLogs {
  const { length } = columns
  const logs = { jump: memory.take(length), return: memory.take(length) }
  let before = NaN
  for (let start = 0; start < length; start += STRETCH)
    before = linkLogsOfStretch(columns, start, Math.min(start + STRETCH, length), before, logs)
  return logs
}

/** Gives the close that is carried on, NaN without one. */
export function linkLogsOfStretch(
  { states, open, close }: CandleColumns,
  start: number,
  end: number,
  carried: number,
  { jump, return: returns }: LinkLogs,
): number {
  // The sign says that it is a number: a loop that must expect anything else makes an object of each close.
  let before = +carried
  for (let i = start; i < end; i++) {
    const state = states[i]!
    if (state === State.present) {
      const c = close[i]!
      const linked = before > 0
      jump[i] = linked ? logRatio(open[i]!, before) : 0
      returns[i] = linked ? logRatio(c, before) : 0
      before = c
    } else {
      jump[i] = returns[i] = 0
      if (state !== State.empty) before = NaN
    }
  }
  return before
}
