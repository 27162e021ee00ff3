/**
 * Which bars of a series can enter a window, and how many did: what every σ rests on.
 */
import { isMissing, State, type CandleColumns } from '../candle/columns.ts'
import { eachSparse } from './sampled.ts'
import { STRETCH } from './windows.ts'

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
  readonly #ranged: boolean
  #codes: Uint8Array | null = null
  /** Of the window last asked for: estimators that are asked for together have one. */
  #counted: { readonly window: number; readonly bars: WindowBars } | null = null

  /**
   * @param paired whether only bars right after a known close can enter, or every known one
   * @param ranged whether a bar of too few samples cannot, since its high and low are read
   */
  constructor(columns: CandleColumns, paired: boolean, ranged = false) {
    this.#columns = columns
    this.#paired = paired
    this.#ranged = ranged
  }

  /** Not 0 where a bar can enter. Length of the grid. */
  codes(): Uint8Array {
    if (this.#codes) return this.#codes
    this.#codes = enteringCodes(this.#columns, this.#paired)
    if (this.#ranged) eachSparse(this.#columns, (place) => (this.#codes![place] = 0))
    return this.#codes
  }

  /** How many bars could enter each window. */
  counted(window: number): WindowBars {
    if (this.#counted?.window !== window) this.#counted = { window, bars: countBars(this.codes(), window) }
    return this.#counted.bars
  }
}

/** Where a series begins and ends: its first known place, and the one after its last. Both 0 where nothing is known. */
export function knownSpan({ length, states }: CandleColumns): { first: number; end: number } {
  let first = 0
  while (first < length && isMissing(states[first]!)) first++
  if (first === length) return { first: 0, end: 0 }
  let end = length
  while (isMissing(states[end - 1]!)) end--
  return { first, end }
}

function enteringCodes({ length, states }: CandleColumns, paired: boolean): Uint8Array {
  const codes = new Uint8Array(length)
  let linked = 0
  for (let start = 0; start < length; start += STRETCH) {
    const end = Math.min(start + STRETCH, length)
    if ((linked === 1 || !paired) && isAll(states, State.present, start, end)) {
      codes.fill(ENTERS, start, end)
      linked = 1
    } else linked = codesOfStretch(states, paired, start, end, linked, codes)
  }
  return codes
}

function isAll(codes: Uint8Array, code: number, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (codes[i] !== code) return false
  return true
}

/** Takes and gives 1 where the place before has a close, be it carried over empty places; else 0. */
export function codesOfStretch(
  states: Uint8Array,
  paired: boolean,
  start: number,
  end: number,
  linkedBefore: number,
  codes: Uint8Array,
): number {
  const always = paired ? 0 : 1
  let linked = linkedBefore | 0
  for (let i = start; i < end; i++) {
    const state = states[i]!
    const present = state === State.present ? 1 : 0
    const empty = state === State.empty ? 1 : 0
    codes[i] = (linked | always) * (present * ENTERS + empty * ENTERS_FLAT)
    linked = present | (empty & linked)
  }
  return linked
}

/** How many bars could enter the window that ends at each place. */
export function countBars(codes: Uint8Array, window: number): WindowBars {
  const { length } = codes
  const counts = { bars: new Uint32Array(length), flat: new Uint32Array(length) }
  for (let start = 0; start < length; start += STRETCH) {
    const end = Math.min(start + STRETCH, length)
    if (start >= window && isAll(codes, ENTERS, start - window, end)) counts.bars.fill(window, start, end)
    else countStretch(codes, window, start, end, counts)
  }
  return counts
}

function countStretch(
  codes: Uint8Array,
  window: number,
  start: number,
  end: number,
  { bars, flat }: WindowBars,
): void {
  let entered = start === 0 ? 0 : bars[start - 1]! | 0
  let empty = start === 0 ? 0 : flat[start - 1]! | 0
  for (let i = start; i < end; i++) {
    const code = codes[i]!
    const gone = i < window ? 0 : codes[i - window]!
    if (code !== gone) {
      entered = (entered + (code & 1) - (gone & 1)) | 0
      empty = (empty + (code >> 1) - (gone >> 1)) | 0
    }
    bars[i] = entered
    // Mostly none: memory that is not written costs nothing.
    if (empty > 0) flat[i] = empty
  }
}
