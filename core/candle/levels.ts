/**
 * The min/max pyramid: a series at ever coarser steps, so that any stretch of it can be drawn with a few
 * columns a pixel. Built once when a series is decoded, asked at every frame.
 */

import type { CandleColumns } from './columns.ts'

/** One level: `factor` places in each column. Level 0 has factor 1. NaN where no place of the column is present. */
export interface Level {
  readonly factor: number
  readonly open: Float64Array
  readonly high: Float64Array
  readonly low: Float64Array
  readonly close: Float64Array
}

const FACTOR = 4
/** A level this short is drawn as it is, whatever the screen. */
const SHORTEST = 512

/**
 * Builds the pyramid, finest first: level 0 is the series itself (its arrays are shared, not copied), each further
 * level has a quarter of the columns: first open, highest high, lowest low, last close of the present places.
 */
export function buildLevels(columns: CandleColumns): Level[] {
  const { open, high, low, close } = columns
  let level: Level = { factor: 1, open, high, low, close }
  const levels = [level]
  while (level.close.length > SHORTEST) {
    level = coarser(level)
    levels.push(level)
  }
  return levels
}

function coarser(fine: Level): Level {
  const fineLength = fine.close.length
  const length = Math.ceil(fineLength / FACTOR)
  const open = new Float64Array(length).fill(NaN)
  const high = new Float64Array(length).fill(NaN)
  const low = new Float64Array(length).fill(NaN)
  const close = new Float64Array(length).fill(NaN)
  for (let column = 0; column < length; column++) {
    const end = Math.min((column + 1) * FACTOR, fineLength)
    let top = -Infinity
    let bottom = Infinity
    let last = NaN
    for (let i = column * FACTOR; i < end; i++) {
      const value = fine.close[i]!
      if (Number.isNaN(value)) continue
      if (Number.isNaN(last)) open[column] = fine.open[i]!
      last = value
      if (fine.high[i]! > top) top = fine.high[i]!
      if (fine.low[i]! < bottom) bottom = fine.low[i]!
    }
    if (Number.isNaN(last)) continue
    high[column] = top
    low[column] = bottom
    close[column] = last
  }
  return { factor: fine.factor * FACTOR, open, high, low, close }
}

/**
 * Sums of a value by the columns of each level, such as volume: NaN where it is unknown for a present place of the column, and
 * where no place is present.
 *
 * @param values one a place, NaN where unknown
 * @param levels the pyramid of the same series, finest first
 */
export function sumLevels(values: Float64Array, levels: readonly Level[]): Float64Array[] {
  const present = levels[0]!.close
  return levels.map(({ factor, close }) => {
    const sums = new Float64Array(close.length)
    for (let column = 0; column < close.length; column++) {
      const end = Math.min((column + 1) * factor, values.length)
      let known = false
      let sum = 0
      for (let i = column * factor; i < end; i++) {
        if (Number.isNaN(present[i]!)) continue
        known = true
        sum += values[i]!
      }
      sums[column] = known ? sum : NaN
    }
    return sums
  })
}
