/**
 * Squared deviations from a sliding window's own mean: Σx² − (Σx)²/n from two rolling sums where windows are full, and by
 * Welford's recursion where they are not, or where that difference would lose digits.
 */
import { reciprocals, welfordOfBlock } from './welford.ts'
import { isFullBlock, weightsOf, type Factor, type Part, type Windows } from './windows.ts'

/**
 * The least share of Σx² that may be left as squared deviations: below it the sums' own rounding, 64 times as large,
 * would come near 1e-12. Returns keep more than that unless nearly all of a window go the same way by the same amount.
 */
const LEAST_SHARE = 1 / 64

/** factor × the sum of squared deviations of the values of the last `window` bars that could enter. */
export class RollingDeviations implements Part {
  readonly #values: Float64Array
  readonly #windows: Windows
  readonly #factor: Factor
  /** Weights and reciprocals by n; made where windows are not full. */
  #tables: { readonly weights: Float64Array; readonly inverse: Float64Array } | null = null
  #before: Suffixes
  #next: Suffixes

  /**
   * @param values one a place of the grid
   */
  constructor(values: Float64Array, windows: Windows, factor: Factor) {
    this.#values = values
    this.#windows = windows
    this.#factor = factor
    this.#before = noSuffixes(windows.window)
    this.#next = noSuffixes(windows.window)
  }

  addStretch(from: number, to: number, variance: Float64Array, last: boolean): void {
    const values = this.#values
    const { window, barsPerYear } = this.#windows
    const weight = this.#factor(window) * barsPerYear
    for (let start = from; start < to; start += window) {
      const end = Math.min(start + window, to)
      suffixesOfBlock(values, start, end, this.#next)
      const done = isFullBlock(this.#windows, start, end)
        ? addFullBlock(values, start, end, this.#before, 1 / window, weight, variance, last)
        : start
      // Of the places before the first full window nobody asks.
      if (done < end && end > this.#windows.firstPlace) this.#addByWelford(start, done, end, variance, last)
      ;[this.#before, this.#next] = [this.#next, this.#before]
    }
  }

  /** The rest of a block, from its place `from` on. */
  #addByWelford(start: number, from: number, end: number, variance: Float64Array, last: boolean): void {
    const { window, enters, bars } = this.#windows
    this.#tables ??= { weights: weightsOf(this.#windows, this.#factor), inverse: reciprocals(window) }
    const { weights, inverse } = this.#tables
    const deviations = welfordOfBlock(this.#values, enters, start, end, window, inverse)
    for (let i = from; i < end; i++) {
      const sum = variance[i]! + deviations[i - start]! * weights[bars[i]!]!
      variance[i] = last ? Math.sqrt(sum) : sum
    }
  }
}

/** Sums of x and of x² from each place of a block to its end. */
interface Suffixes {
  readonly sums: Float64Array
  readonly squares: Float64Array
}

function noSuffixes(window: number): Suffixes {
  return { sums: new Float64Array(window + 1), squares: new Float64Array(window + 1) }
}

function suffixesOfBlock(
  values: Float64Array,
  start: number,
  end: number,
  { sums, squares }: Suffixes,
): void {
  let sum = 0
  let sumOfSquares = 0
  for (let i = end - 1; i >= start; i--) {
    const x = values[i]!
    sum += x
    sumOfSquares += x * x
    sums[i - start] = sum
    squares[i - start] = sumOfSquares
  }
}

/**
 * Neither counts nor weights differ from place to place here: a loop over few arrays is a fast one.
 *
 * @returns the first place that would lose digits, at which it stops; `end` without one
 */
function addFullBlock(
  values: Float64Array,
  start: number,
  end: number,
  { sums, squares }: Suffixes,
  inverse: number,
  weight: number,
  variance: Float64Array,
  last: boolean,
): number {
  let sum = 0
  let sumOfSquares = 0
  for (let i = start; i < end; i++) {
    const x = values[i]!
    sum += x
    sumOfSquares += x * x
    const all = sums[i - start + 1]! + sum
    const allSquares = squares[i - start + 1]! + sumOfSquares
    const deviations = allSquares - all * all * inverse
    if (deviations < LEAST_SHARE * allSquares) return i
    const total = variance[i]! + deviations * weight
    variance[i] = last ? Math.sqrt(total) : total
  }
  return end
}
