/**
 * The logarithms that estimators share, one column each, made once for a series and kept while it is asked about.
 * Empty places read as flat bars at the previous close here and nowhere else; nothing stored is ever filled.
 */
import { State, type CandleColumns } from '../candle/columns.ts'

/** Squares of (a − b)/(a + b) up to which the series, cut where its next term is below 2^-56, is exact. */
const NEAR = 1e-5
const FAR = 0.05 ** 2
const VERY_FAR = 0.5 ** 2

/**
 * ln(a / b) with full relative precision for neighbouring prices: 2 artanh((a − b)/(a + b)), where a − b is exact.
 * The difference of two logarithms loses as many digits as the prices have in common.
 *
 * @param a above 0
 * @param b above 0
 */
export function logRatio(a: number, b: number): number {
  const sum = a + b
  const s = (a - b) / sum
  const q = s * s
  // Short enough to be inlined, without a branch that prices decide: that is what makes it fast.
  if (q < NEAR && sum < Infinity) return s * (2 + q * (2 / 3 + q * (2 / 5 + q * (2 / 7))))
  return farLogRatio(a, b, s, q)
}

function farLogRatio(a: number, b: number, s: number, q: number): number {
  if (q >= NEAR && q < FAR) {
    const near = 2 / 5 + q * (2 / 7 + q * (2 / 9))
    const far = 2 / 11 + q * (2 / 13)
    return s * (2 + q * (2 / 3 + q * (near + q * q * q * far)))
  }
  if (q < VERY_FAR) return Math.log(a / b)
  return Math.log(a) - Math.log(b)
}

/** Of single bars: high − low, close − open and Rogers-Satchell's product, in logarithms. 0 at flat and missing places. */
export interface BarLogs {
  readonly range: Float64Array
  readonly body: Float64Array
  readonly rogersSatchell: Float64Array
}

/** Which bars could enter a window, and how many of them and of their flat ones lie before each place. */
export interface Entering {
  /** 1 where the bar could enter. */
  readonly enters: Uint8Array
  /** Length of the grid + 1. */
  readonly before: Uint32Array
  /** Length of the grid + 1. */
  readonly flatBefore: Uint32Array
}

/** The logarithms of one series. Each column is computed when it is first asked for. */
export class LogColumns {
  readonly columns: CandleColumns
  #bars: BarLogs | null = null
  #jumps: Float64Array | null = null
  #returns: Float64Array | null = null
  #single: Entering | null = null
  #paired: Entering | null = null

  constructor(columns: CandleColumns) {
    this.columns = columns
  }

  /** Logs of single bars. */
  bars(): BarLogs {
    return (this.#bars ??= barLogs(this.columns))
  }

  /** open − close before; 0 where there is none. */
  jumps(): Float64Array {
    return (this.#jumps ??= againstPrevious(this.columns, this.columns.open))
  }

  /** close − close before; 0 where there is none. */
  returns(): Float64Array {
    return (this.#returns ??= againstPrevious(this.columns, this.columns.close))
  }

  /** Bars that count where no close before is needed: every known place. */
  single(): Entering {
    return (this.#single ??= entering(this.columns, false))
  }

  /** Bars that count where the close before is needed: known places right after a known close. */
  paired(): Entering {
    return (this.#paired ??= entering(this.columns, true))
  }
}

/**
 * Three logarithms a bar give all six distances, each as a sum of terms of one sign: nothing is subtracted.
 */
function barLogs({ length, states, open, high, low, close }: CandleColumns): BarLogs {
  const range = new Float64Array(length)
  const body = new Float64Array(length)
  const rogersSatchell = new Float64Array(length)
  for (let i = 0; i < length; i++) {
    if (states[i] !== State.present) continue
    const o = open[i]!
    const c = close[i]!
    const top = Math.max(o, c)
    const bottom = Math.min(o, c)
    const move = logRatio(c, o)
    const inner = Math.abs(move)
    const upper = logRatio(high[i]!, top)
    const lower = logRatio(bottom, low[i]!)
    range[i] = upper + inner + lower
    body[i] = move
    // (h − c)(h − o) + (l − c)(l − o): one factor of each product is the shadow, the other the shadow and the body.
    rogersSatchell[i] = upper * (upper + inner) + lower * (lower + inner)
  }
  return { range, body, rogersSatchell }
}

/** Logarithms of prices against the close before, which is carried over empty places and never over a missing one. */
function againstPrevious({ length, states, close }: CandleColumns, price: Float64Array): Float64Array {
  const out = new Float64Array(length)
  let before = NaN
  for (let i = 0; i < length; i++) {
    const state = states[i]!
    if (state === State.present) {
      if (before > 0) out[i] = logRatio(price[i]!, before)
      before = close[i]!
    } else if (state !== State.empty) before = NaN
  }
  return out
}

/** Counts bars: every known place, or only those with a close before. */
function entering({ length, states }: CandleColumns, paired: boolean): Entering {
  const enters = new Uint8Array(length)
  const before = new Uint32Array(length + 1)
  const flatBefore = new Uint32Array(length + 1)
  let bars = 0
  let flat = 0
  // 1 where the place before has a close, be it carried over empty places.
  let linked = 0
  for (let i = 0; i < length; i++) {
    const state = states[i]!
    const present = state === State.present ? 1 : 0
    const empty = state === State.empty ? 1 : 0
    const enter = paired ? (present | empty) & linked : present | empty
    enters[i] = enter
    bars += enter
    flat += enter & empty
    before[i + 1] = bars
    flatBefore[i + 1] = flat
    linked = present | (empty & linked)
  }
  return { enters, before, flatBefore }
}
