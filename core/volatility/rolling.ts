/**
 * Sums and squared deviations over a sliding window in O(n), by block pivots: the grid is cut into blocks of one
 * window, and each window is the end of one block and the beginning of the next. Its value is a suffix joined with a
 * prefix; nothing that has left the window is ever subtracted, so a bad tick leaves no trace behind it, a flat stretch
 * gives exactly 0, and a sum of squares cannot become negative.
 *
 * Work on a series is done a stretch at a time, here and in the files around: a stretch stays in the processor's cache
 * between one step and the next, and a function that is called a few times a series is compiled during the first one,
 * where one that is called once would begin each series interpreted.
 */

/** Places in a stretch. Large enough for the loops over stretches not to be worth compiling, with all that they call. */
export const STRETCH = 65_536

/** Places in a stretch of whole windows. */
export function stretchOf(window: number): number {
  return window * Math.max(1, Math.floor(STRETCH / window))
}

/** The sum of the last `window` terms at each place. */
export class RollingSum {
  readonly #window: number
  /** `#before[j]`: terms of the block before, from its place j to its end; `#next`: those of the block itself. */
  #before: Float64Array
  #next: Float64Array

  constructor(window: number) {
    this.#window = window
    this.#before = new Float64Array(window + 1)
    this.#next = new Float64Array(window + 1)
  }

  /**
   * The next stretch of whole blocks, in order: its terms are overwritten with the sums.
   *
   * @param terms one a place, 0 where a bar cannot enter
   */
  ofStretch(terms: Float64Array, from: number, to: number): void {
    const window = this.#window
    let before = this.#before
    let next = this.#next
    for (let start = from; start < to; start += window) {
      const end = Math.min(start + window, to)
      let suffix = 0
      for (let i = end - 1; i >= start; i--) {
        suffix += terms[i]!
        next[i - start] = suffix
      }
      let prefix = 0
      for (let i = start; i < end; i++) {
        prefix += terms[i]!
        terms[i] = before[i - start + 1]! + prefix
      }
      const done = before
      before = next
      next = done
    }
    this.#before = before
    this.#next = next
  }
}

/** Count, mean and squared deviations of the values of a block, from each of its places to its end. */
interface Suffixes {
  readonly count: Uint32Array
  readonly mean: Float64Array
  readonly squares: Float64Array
}

/**
 * The sum of squared deviations from the window's own mean, over the bars of the last `window` places that could
 * enter. Inside a block by Welford (1962), suffix and prefix joined by Chan, Golub & LeVeque (1983).
 */
export class RollingSquares {
  readonly #window: number
  #before: Suffixes
  #next: Suffixes
  /** Reciprocals of 0 (as 0), 1, … window. */
  readonly #inverse: Float64Array

  constructor(window: number) {
    this.#window = window
    this.#before = noSuffixes(window)
    this.#next = noSuffixes(window)
    this.#inverse = new Float64Array(window + 1)
    for (let n = 1; n <= window; n++) this.#inverse[n] = 1 / n
  }

  /**
   * The next stretch of whole blocks, in order.
   *
   * @param values one a place
   * @param enters not 0 where the value counts
   * @param out gets the sums, from its place `at` on; 0 where fewer than two values count
   */
  ofStretch(
    values: Float64Array,
    enters: Uint8Array,
    from: number,
    to: number,
    out: Float64Array,
    at: number,
  ): void {
    for (let start = from; start < to; start += this.#window) {
      const end = Math.min(start + this.#window, to)
      squaresOfBlock(
        values,
        enters,
        start,
        end,
        this.#before,
        this.#next,
        this.#inverse,
        out,
        at + start - from,
      )
      ;[this.#before, this.#next] = [this.#next, this.#before]
    }
  }
}

function noSuffixes(window: number): Suffixes {
  return {
    count: new Uint32Array(window + 1),
    mean: new Float64Array(window + 1),
    squares: new Float64Array(window + 1),
  }
}

/**
 * From the block's beginning on, each prefix joined with the suffix of the block before; from its end back, the
 * suffixes for the block after it. Each step waits for the one before it, so both ways are gone in one loop.
 */
function squaresOfBlock(
  values: Float64Array,
  enters: Uint8Array,
  start: number,
  end: number,
  before: Suffixes,
  next: Suffixes,
  inverse: Float64Array,
  out: Float64Array,
  at: number,
): void {
  const { count: beforeCount, mean: beforeMean, squares: beforeSquares } = before
  const { count: nextCount, mean: nextMean, squares: nextSquares } = next
  const size = end - start
  let count = 0
  let mean = 0
  let squares = 0
  let backCount = 0
  let backMean = 0
  let backSquares = 0
  for (let k = 0; k < size; k++) {
    if (enters[start + k] !== 0) {
      const x = values[start + k]!
      const deviation = x - mean
      mean += deviation * inverse[++count]!
      squares += deviation * (x - mean)
    }
    const suffix = beforeCount[k + 1]!
    const apart = mean - beforeMean[k + 1]!
    const between = apart * apart * (suffix * count * inverse[suffix + count]!)
    out[at + k] = beforeSquares[k + 1]! + squares + between
    const back = size - 1 - k
    if (enters[start + back] !== 0) {
      const x = values[start + back]!
      const deviation = x - backMean
      backMean += deviation * inverse[++backCount]!
      backSquares += deviation * (x - backMean)
    }
    nextCount[back] = backCount
    nextMean[back] = backMean
    nextSquares[back] = backSquares
  }
}
