/**
 * Sums over a sliding window in O(n), by block pivots: the grid is cut into blocks of one window, and each window is
 * the end of one block and the beginning of the next. Its sum is a suffix plus a prefix; nothing that has left the
 * window is ever subtracted, so a bad tick leaves no trace behind it and a flat stretch gives exactly 0.
 */
import type { TermsOfStretch } from './terms.ts'
import { isFullBlock, stretchOf, weightsOf, type Factor, type Part, type Windows } from './windows.ts'

/** factor × the sum of the last `window` terms, for estimators that add up one term a bar. */
export class RollingSum implements Part {
  readonly #termsOfStretch: TermsOfStretch
  readonly #windows: Windows
  readonly #factor: Factor
  /** By n; made where windows are not full. */
  #weights: Float64Array | null = null
  readonly #terms: Float64Array
  /** `#before[j]`: terms of the block before, from its place j to its end; `#next`: those of the block itself. */
  #before: Float64Array
  #next: Float64Array

  constructor(termsOfStretch: TermsOfStretch, windows: Windows, factor: Factor) {
    this.#termsOfStretch = termsOfStretch
    this.#windows = windows
    this.#factor = factor
    this.#terms = new Float64Array(stretchOf(windows))
    this.#before = new Float64Array(windows.window + 1)
    this.#next = new Float64Array(windows.window + 1)
  }

  addStretch(from: number, to: number, variance: Float64Array, last: boolean): void {
    const { window, bars, barsPerYear } = this.#windows
    const terms = this.#terms
    const weight = this.#factor(window) * barsPerYear
    this.#termsOfStretch(from, to, terms)
    for (let start = from; start < to; start += window) {
      const size = Math.min(window, to - start)
      suffixesOfBlock(terms, start - from, size, this.#next)
      if (isFullBlock(this.#windows, start, start + size))
        addFullBlock(terms, start - from, size, this.#before, weight, variance, start, last)
      else {
        this.#weights ??= weightsOf(this.#windows, this.#factor)
        addBlock(terms, start - from, size, this.#before, bars, this.#weights, variance, start, last)
      }
      ;[this.#before, this.#next] = [this.#next, this.#before]
    }
  }
}

function suffixesOfBlock(terms: Float64Array, first: number, size: number, suffixes: Float64Array): void {
  let suffix = 0
  for (let k = size - 1; k >= 0; k--) {
    suffix += terms[first + k]!
    suffixes[k] = suffix
  }
}

function addBlock(
  terms: Float64Array,
  first: number,
  size: number,
  suffixes: Float64Array,
  bars: Uint32Array,
  weights: Float64Array,
  variance: Float64Array,
  start: number,
  last: boolean,
): void {
  let prefix = 0
  for (let k = 0; k < size; k++) {
    prefix += terms[first + k]!
    const sum = variance[start + k]! + (suffixes[k + 1]! + prefix) * weights[bars[start + k]!]!
    variance[start + k] = last ? Math.sqrt(sum) : sum
  }
}

/** Neither counts nor weights differ from place to place here: a loop over few arrays is a fast one. */
function addFullBlock(
  terms: Float64Array,
  first: number,
  size: number,
  suffixes: Float64Array,
  weight: number,
  variance: Float64Array,
  start: number,
  last: boolean,
): void {
  let prefix = 0
  for (let k = 0; k < size; k++) {
    prefix += terms[first + k]!
    const sum = variance[start + k]! + (suffixes[k + 1]! + prefix) * weight
    variance[start + k] = last ? Math.sqrt(sum) : sum
  }
}
