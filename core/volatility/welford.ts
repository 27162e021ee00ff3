/**
 * Squared deviations from a sliding window's mean without a difference of large sums, for the blocks that need it:
 * inside a block by Welford (1962), suffix and prefix joined by Chan, Golub & LeVeque (1983).
 */

/** 0 for 0, then 1, 1/2, … 1/window. */
export function reciprocals(window: number): Float64Array {
  const inverse = new Float64Array(window + 1)
  for (let n = 1; n <= window; n++) inverse[n] = 1 / n
  return inverse
}

/**
 * The sums of squared deviations of the windows that end in one block, 0 where fewer than two values count.
 *
 * @param start first place of the block, a whole number of windows after place 0
 * @param inverse reciprocals up to the window
 * @returns one for each place of the block
 */
export function welfordOfBlock(
  values: Float64Array,
  enters: Uint8Array,
  start: number,
  end: number,
  window: number,
  inverse: Float64Array,
): Float64Array {
  const out = new Float64Array(end - start)
  const before = suffixes(values, enters, start - window, start, inverse)
  let count = 0
  let mean = 0
  let squares = 0
  for (let k = 0; k < end - start; k++) {
    if (enters[start + k] !== 0) {
      const x = values[start + k]!
      const deviation = x - mean
      mean += deviation * inverse[++count]!
      squares += deviation * (x - mean)
    }
    const suffix = before.count[k + 1]!
    const apart = mean - before.mean[k + 1]!
    const between = apart * apart * (suffix * count * inverse[suffix + count]!)
    out[k] = before.squares[k + 1]! + squares + between
  }
  return out
}

/** Count, mean and squared deviations of the values of a block, from each of its places to its end. */
interface Suffixes {
  readonly count: Uint32Array
  readonly mean: Float64Array
  readonly squares: Float64Array
}

/** Those of the block before place 0 are empty. */
function suffixes(
  values: Float64Array,
  enters: Uint8Array,
  start: number,
  end: number,
  inverse: Float64Array,
): Suffixes {
  const size = end - start + 1
  const suffixes = {
    count: new Uint32Array(size),
    mean: new Float64Array(size),
    squares: new Float64Array(size),
  }
  let count = 0
  let mean = 0
  let squares = 0
  for (let i = end - 1; i >= Math.max(0, start); i--) {
    if (enters[i] !== 0) {
      const x = values[i]!
      const deviation = x - mean
      mean += deviation * inverse[++count]!
      squares += deviation * (x - mean)
    }
    suffixes.count[i - start] = count
    suffixes.mean[i - start] = mean
    suffixes.squares[i - start] = squares
  }
  return suffixes
}
