/**
 * How sure a variance is: a studentised block bootstrap of its logarithm, from what each bar of the window contributed.
 * What coverage it has was measured, not hoped for: `docs/volatility.md` has the table, and how it was made.
 */
import { draws, MOST_BLOCKS, REPLICATES } from './draws.ts'
import type { Contributions } from './contributions.ts'

/** Between these factors times σ the truth is looked for: `low` ≤ 1 ≤ `high`. */
export interface Factors {
  readonly low: number
  readonly high: number
}

/** Bars in a block: neighbours stay together. */
const SHORTEST_BLOCK = 2

/** Fewer bars than this are too few blocks to draw from. */
export const FEWEST_BARS = 14

/**
 * Misses that are put up with, as shares of the replicates: below the band, and above it for each bar of the window. With fat tails
 * nearly all misses are above, since most windows lack the rare large bar that the truth knows of: so the upper tail is the thinner
 * one, and the more so the shorter the window. All three were chosen by simulation (`docs/volatility.md`).
 */
const LOWER_TAIL = 0.045
const UPPER_TAIL_A_BAR = 0.0001
const MOST_UPPER_TAIL = 0.011

/** Bars in a block of a window of so many. */
export function blockLength(bars: number): number {
  return Math.max(SHORTEST_BLOCK, Math.ceil(bars / MOST_BLOCKS))
}

/**
 * Bootstrap-t on ln V (Efron 1979; Hall 1988; blocks in a circle: Politis & Romano 1992). The standard error is that of the
 * differences between neighbouring blocks (von Neumann 1941): how σ itself moved within the window is no error of σ.
 *
 * @param contributions whose weighted mean is the variance V
 * @returns null where too few bars contribute, or too few of them anything but 0
 */
export function bootstrapFactors(contributions: Contributions): Factors | null {
  const { values, weights, effective } = contributions
  const bars = values.length
  if (bars < FEWEST_BARS || effective < FEWEST_BARS) return null
  const length = blockLength(effective)
  const count = Math.ceil(effective / length)
  const means = blockMeans(values, length)
  const level = weights ? weightedMean(means, weights) : meanOf(means)
  if (level === 0) return { low: 1, high: 1 }
  const error = standardError(means, weights, length, effective) / level
  const tails = replicates(means, weights ? blocksBy(weights) : null, count, level)
  const high = Math.exp(
    -0.5 * error * quantile(tails, Math.min(MOST_UPPER_TAIL, UPPER_TAIL_A_BAR * effective)),
  )
  if (!(high < Infinity)) return null
  return {
    low: Math.min(1, Math.exp(-0.5 * error * quantile(tails, 1 - LOWER_TAIL))),
    high: Math.max(1, high),
  }
}

/** Mean of each block of so many neighbours, in a circle: one ends at every bar. */
function blockMeans(values: Float64Array, length: number): Float64Array {
  const bars = values.length
  const means = new Float64Array(bars)
  for (let i = 0; i < bars; i++) {
    let sum = 0
    for (let j = 0; j < length; j++) sum += values[(i - j + bars) % bars]!
    means[i] = sum / length
  }
  return means
}

function standardError(
  means: Float64Array,
  weights: Float64Array | null,
  length: number,
  effective: number,
): number {
  let sum = 0
  let weight = 0
  for (let i = 2 * length - 1; i < means.length; i++) {
    const difference = means[i]! - means[i - length]!
    const share = weights ? weights[i]! : 1
    sum += share * difference * difference
    weight += share
  }
  return Math.sqrt(((sum / weight) * length) / (2 * effective))
}

/** (ln V* − ln V) over its own standard error, for each replicate. */
function replicates(
  means: Float64Array,
  blocks: Uint16Array | null,
  count: number,
  level: number,
): Float64Array {
  const table = draws()
  const bars = means.length
  const found = new Float64Array(REPLICATES)
  for (let i = 0; i < REPLICATES; i++) {
    const row = i * MOST_BLOCKS
    let sum = 0
    let squares = 0
    for (let j = 0; j < count; j++) {
      const draw = table[row + j]!
      const mean = means[blocks ? blocks[draw]! : Math.floor((draw * bars) / 65_536)]!
      sum += mean
      squares += mean * mean
    }
    const mean = sum / count
    const variance = Math.max(0, squares / count - mean * mean) / (count - 1)
    const away = Math.log(mean / level)
    found[i] = away === 0 ? 0 : (away * mean) / Math.sqrt(variance)
    // Nothing but flat blocks: the logarithm is −∞, and so is the replicate.
    if (mean === 0) found[i] = -Infinity
  }
  return found
}

/** Which block a draw means, where blocks weigh differently. */
function blocksBy(weights: Float64Array): Uint16Array {
  const blocks = new Uint16Array(65_536)
  let reached = 0
  let next = 0
  weights.forEach((weight, i) => {
    reached += weight
    const end = i === weights.length - 1 ? blocks.length : Math.round(reached * blocks.length)
    blocks.fill(i, next, end)
    next = end
  })
  return blocks
}

function meanOf(values: Float64Array): number {
  let sum = 0
  for (const value of values) sum += value
  return sum / values.length
}

/** @param weights which add up to 1 */
function weightedMean(values: Float64Array, weights: Float64Array): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += weights[i]! * values[i]!
  return sum
}

/** Between the two values beside it. Reorders the values. */
function quantile(values: Float64Array, share: number): number {
  const at = Math.min(values.length - 1, Math.max(0, share * (values.length + 1) - 1))
  const rank = Math.floor(at)
  const below = select(values, rank)
  if (rank + 1 === values.length) return below
  let above = Infinity
  for (let i = rank + 1; i < values.length; i++) above = Math.min(above, values[i]!)
  return below === above ? below : below + (above - below) * (at - rank)
}

/**
 * The value of a rank, by Hoare's quickselect: two of them are wanted, and sorting all took half of the time. Larger ones stand
 * after it then.
 */
function select(values: Float64Array, rank: number): number {
  let [from, to] = [0, values.length - 1]
  while (from < to) {
    const pivot = values[(from + to) >> 1]!
    let [i, j] = [from, to]
    while (i <= j) {
      while (values[i]! < pivot) i++
      while (values[j]! > pivot) j--
      if (i > j) break
      const swapped = values[i]!
      values[i++] = values[j]!
      values[j--] = swapped
    }
    if (rank <= j) to = j
    else if (rank >= i) from = i
    else break
  }
  return values[rank]!
}
