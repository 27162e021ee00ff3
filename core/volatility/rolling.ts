/**
 * Sums and squared deviations over a sliding window in O(n), by block pivots: the grid is cut into blocks of one
 * window, and each window is the end of one block and the beginning of the next. Its value is a suffix joined with a
 * prefix; nothing that has left the window is ever subtracted, so a bad tick leaves no trace behind it, a flat stretch
 * gives exactly 0, and a sum of squares cannot become negative.
 */
import type { Entering } from './logs.ts'

/** Reciprocals of 0 (as 0), 1, … `count`. */
function reciprocals(count: number): Float64Array {
  const table = new Float64Array(count + 1)
  for (let k = 1; k <= count; k++) table[k] = 1 / k
  return table
}

/**
 * The mean of the last `window` terms at each place, over the bars that could enter. The result takes the place of the
 * terms: a year of minutes is large, and memory not touched is time won.
 *
 * @param terms one a place, 0 where a bar cannot enter; overwritten with the means
 * @param window places, at least 1
 * @param bars how many bars could enter each window; the mean of none is NaN
 * @returns `terms`
 */
export function rollingMean(terms: Float64Array, window: number, bars: Uint32Array): Float64Array {
  const length = terms.length
  // suffix[j] = terms of the block before from its place j to its end; next is that of the block itself.
  let suffix = new Float64Array(window + 1)
  let next = new Float64Array(window + 1)
  for (let start = 0; start < length; start += window) {
    const end = Math.min(start + window, length)
    let sum = 0
    for (let i = end - 1; i >= start; i--) {
      sum += terms[i]!
      next[i - start] = sum
    }
    let prefix = 0
    for (let i = start; i < end; i++) {
      prefix += terms[i]!
      terms[i] = (suffix[i - start + 1]! + prefix) / bars[i]!
    }
    ;[suffix, next] = [next, suffix]
  }
  return terms
}

/**
 * The sum of squared deviations from the window's own mean, over the bars of the last `window` places that could
 * enter. Inside a block by Welford (1962), suffix and prefix joined by Chan, Golub & LeVeque (1983).
 *
 * @param values one a place
 * @param entering which of them count
 * @param window places, at least 1
 * @returns length of `values`; 0 where fewer than two values count
 */
export function rollingSquaredDeviations(
  values: Float64Array,
  entering: Entering,
  window: number,
): Float64Array {
  const { enters, before } = entering
  const length = values.length
  const out = new Float64Array(length)
  const inverse = reciprocals(window)
  const suffixMean = new Float64Array(window + 1)
  const suffixSquares = new Float64Array(window + 1)
  for (let start = 0; start < length; start += window) {
    const end = Math.min(start + window, length)
    let count = 0
    let mean = 0
    let squares = 0
    for (let i = start; i < end; i++) {
      if (enters[i] === 1) {
        const x = values[i]!
        const deviation = x - mean
        mean += deviation * inverse[++count]!
        squares += deviation * (x - mean)
      }
      const from = i - start + 1
      const suffixCount = start === 0 ? 0 : before[start]! - before[start - window + from]!
      const apart = mean - suffixMean[from]!
      out[i] =
        suffixSquares[from]! + squares + apart * apart * (suffixCount * count * inverse[suffixCount + count]!)
    }
    if (end === length) break
    count = 0
    mean = 0
    squares = 0
    for (let j = window - 1; j >= 0; j--) {
      if (enters[start + j] === 1) {
        const x = values[start + j]!
        const deviation = x - mean
        mean += deviation * inverse[++count]!
        squares += deviation * (x - mean)
      }
      suffixMean[j] = mean
      suffixSquares[j] = squares
    }
  }
  return out
}
