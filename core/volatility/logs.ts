/**
 * The logarithms that estimators share, one column each, made once for a series and kept while it is asked about.
 * Empty places read as flat bars at the previous close here and nowhere else; nothing stored is ever filled.
 */
import { State, type CandleColumns } from '../candle/columns.ts'

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
  if (q < FAR && sum < Infinity)
    return (
      s *
      (2 + q * (2 / 3 + q * (2 / 5 + q * (2 / 7 + q * (2 / 9 + q * (2 / 11 + q * (2 / 13 + q * (2 / 15))))))))
    )
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
  #previous: Float64Array | null = null
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
    return (this.#jumps ??= againstPrevious(this.columns, this.columns.open, this.#previousCloses()))
  }

  /** close − close before; 0 where there is none. */
  returns(): Float64Array {
    return (this.#returns ??= againstPrevious(this.columns, this.columns.close, this.#previousCloses()))
  }

  /** Bars that count where no close before is needed: every known place. */
  single(): Entering {
    return (this.#single ??= entering(this.columns, null))
  }

  /** Bars that count where the close before is needed: known places right after a known close. */
  paired(): Entering {
    return (this.#paired ??= entering(this.columns, this.#previousCloses()))
  }

  #previousCloses(): Float64Array {
    return (this.#previous ??= previousCloses(this.columns))
  }
}

/**
 * The close before each place: that of the previous place, carried over empty places, never over a missing one.
 * NaN where there is none.
 */
function previousCloses({ length, states, close }: CandleColumns): Float64Array {
  const previous = new Float64Array(length)
  let carried = NaN
  for (let i = 0; i < length; i++) {
    previous[i] = carried
    const state = states[i]
    if (state === State.present) carried = close[i]!
    else if (state !== State.empty) carried = NaN
  }
  return previous
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
    const rises = c >= o
    const top = rises ? c : o
    const bottom = rises ? o : c
    const inner = logRatio(top, bottom)
    const upper = logRatio(high[i]!, top)
    const lower = logRatio(bottom, low[i]!)
    range[i] = upper + inner + lower
    body[i] = rises ? inner : -inner
    // (h − c)(h − o) + (l − c)(l − o): one factor of each product is the shadow, the other the shadow and the body.
    rogersSatchell[i] = upper * (upper + inner) + lower * (lower + inner)
  }
  return { range, body, rogersSatchell }
}

function againstPrevious(
  { length, states }: CandleColumns,
  price: Float64Array,
  previous: Float64Array,
): Float64Array {
  const out = new Float64Array(length)
  for (let i = 0; i < length; i++) {
    const before = previous[i]!
    if (states[i] === State.present && before > 0) out[i] = logRatio(price[i]!, before)
  }
  return out
}

function entering({ length, states }: CandleColumns, previous: Float64Array | null): Entering {
  const enters = new Uint8Array(length)
  const before = new Uint32Array(length + 1)
  const flatBefore = new Uint32Array(length + 1)
  let bars = 0
  let flat = 0
  for (let i = 0; i < length; i++) {
    const state = states[i]
    if ((state === State.present || state === State.empty) && (previous === null || previous[i]! > 0)) {
      enters[i] = 1
      bars++
      if (state === State.empty) flat++
    }
    before[i + 1] = bars
    flatBefore[i + 1] = flat
  }
  return { enters, before, flatBefore }
}
