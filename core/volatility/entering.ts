/**
 * Which bars of a series can enter a window, and how many did: what every σ rests on.
 */
import { State, type CandleColumns } from '../candle/columns.ts'

/** How many bars could enter the window that ends at each place. */
export interface WindowBars {
  readonly bars: Uint32Array
  /** How many of those were empty places, read as flat bars. */
  readonly flat: Uint32Array
}

/** Codes of a place: a bar enters where the code is not 0. The first bit counts bars, the second flat ones. */
const ENTERS = 1
const ENTERS_FLAT = 3

/** The bars of one series that can enter. Each column is computed when it is first asked for. */
export class EnteringBars {
  readonly #columns: CandleColumns
  readonly #paired: boolean
  #codes: Uint8Array | null = null
  /** Of the window last asked for: estimators that are asked for together have one. */
  #counted: { readonly window: number; readonly bars: WindowBars } | null = null

  /**
   * @param paired whether only bars right after a known close can enter, or every known one
   */
  constructor(columns: CandleColumns, paired: boolean) {
    this.#columns = columns
    this.#paired = paired
  }

  /** Not 0 where a bar can enter. Length of the grid. */
  codes(): Uint8Array {
    return (this.#codes ??= enteringCodes(this.#columns, this.#paired))
  }

  /** How many bars could enter each window. */
  counted(window: number): WindowBars {
    if (this.#counted?.window !== window) this.#counted = { window, bars: countBars(this.codes(), window) }
    return this.#counted.bars
  }
}

function enteringCodes({ length, states }: CandleColumns, paired: boolean): Uint8Array {
  const codes = new Uint8Array(length)
  const always = paired ? 0 : 1
  // 1 where the place before has a close, be it carried over empty places.
  let linked = 0
  for (let i = 0; i < length; i++) {
    const state = states[i]!
    const present = state === State.present ? 1 : 0
    const empty = state === State.empty ? 1 : 0
    codes[i] = (linked | always) * (present * ENTERS + empty * ENTERS_FLAT)
    linked = present | (empty & linked)
  }
  return codes
}

function countBars(codes: Uint8Array, window: number): WindowBars {
  const bars = new Uint32Array(codes.length)
  const flat = new Uint32Array(codes.length)
  let entered = 0
  let empty = 0
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!
    const gone = i < window ? 0 : codes[i - window]!
    entered += (code & 1) - (gone & 1)
    empty += (code >> 1) - (gone >> 1)
    bars[i] = entered
    // Mostly none: memory that is not written costs nothing.
    if (empty > 0) flat[i] = empty
  }
  return { bars, flat }
}
