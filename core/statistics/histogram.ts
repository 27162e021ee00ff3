/**
 * A histogram with round bins around zero, and what lies beyond its ends: counted, never dropped without a word.
 */
import type { Moments } from './moments.ts'

export interface Histogram {
  /** Lower edge of the first bin; edges are whole multiples of the width. */
  readonly from: number
  readonly width: number
  readonly counts: Uint32Array
  /** Values below the first and above the last bin. */
  readonly below: number
  readonly above: number
}

/** Values further from zero than so many deviations lie beyond the ends. */
const ENDS = 6
const MOST_BINS = 61

/**
 * Counts values in bins of the width of Freedman & Diaconis (1981), "On the histogram as a density estimator", 2 · IQR ·
 * n^(−1/3), rounded up to 1, 2 or 5 times a power of ten; of Scott (1979), 3.49 s n^(−1/3), where half of the values are
 * equal. A bin holds its lower edge.
 *
 * @param values NaN are left out
 * @param shape  the moments of the same values
 * @returns null without a value
 */
export function histogram(values: Float64Array, shape: Moments): Histogram | null {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort()
  if (sorted.length === 0) return null
  const largest = Math.max(-sorted[0]!, sorted.at(-1)!)
  const end = Math.min(largest, ENDS * shape.deviation || largest)
  const root = Math.cbrt(sorted.length)
  const quartiles = quantile(sorted, 0.75) - quantile(sorted, 0.25)
  const wanted = (2 * quartiles) / root || (3.49 * shape.deviation) / root || largest || 0.001
  const width = roundUp(Math.max(wanted, (2 * end) / (MOST_BINS - 1)))
  const first = Math.floor(-end / width)
  const bins = Math.floor(end / width) - first + 1
  const counts = new Uint32Array(bins)
  let below = 0
  let above = 0
  for (const value of sorted) {
    const bin = binAt(value, width) - first
    if (bin < 0) below++
    else if (bin >= bins) above++
    else counts[bin]!++
  }
  return { from: first * width, width, counts, below, above }
}

/** The bin of a value, counted from that which begins at 0. */
function binAt(value: number, width: number): number {
  return Math.floor(value / width)
}

/** The bin in which a value is counted; −1 below the first, the number of bins above the last. */
export function binOf({ from, width, counts }: Histogram, value: number): number {
  const bin = binAt(value, width) - Math.round(from / width)
  return Math.min(counts.length, Math.max(-1, bin))
}

/** Linear between the order statistics (Hyndman & Fan 1996, type 7). */
function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1)
  const low = Math.floor(at)
  const [a, b] = [sorted[low]!, sorted[Math.min(low + 1, sorted.length - 1)]!]
  return a + (at - low) * (b - a)
}

function roundUp(width: number): number {
  const power = Math.floor(Math.log10(width))
  // By text, so that the step is the double that its decimal means.
  const steps = [1, 2, 5, 10].map((digit) => Number(`${digit}e${power}`))
  return steps.find((step) => step >= width * (1 - 1e-9)) ?? steps.at(-1)!
}
