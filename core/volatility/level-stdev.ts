/**
 * The ranking of the older service: how far a price's levels spread over a window. It hangs on the scale of the price, so it
 * compares nothing with anything but its own past; kept for whoever is used to it.
 */
import { State, type CandleColumns } from '../candle/columns.ts'

export interface LevelSpread {
  /** Standard deviation (n − 1) of the closes, in the price's own unit. NaN where fewer than `fewest` could enter. */
  readonly sigma: number
  /** Closes that could enter; an empty place has the close before it. */
  readonly bars: number
  /** How many of those places were empty. */
  readonly empty: number
}

/**
 * Two passes, so that closes with many digits in common lose none.
 *
 * @param window places at the end of the columns
 * @param fewest at least 2
 */
export function levelSpread(columns: CandleColumns, window: number, fewest: number): LevelSpread {
  const levels: number[] = []
  let before = NaN
  let empty = 0
  const first = columns.length - window
  for (let place = 0; place < columns.length; place++) {
    const state = columns.states[place]!
    if (state === State.present) before = columns.close[place]!
    else if (state !== State.empty) before = NaN
    if (place < first || Number.isNaN(before)) continue
    levels.push(before)
    if (state === State.empty) empty++
  }
  const bars = levels.length
  if (bars < fewest) return { sigma: NaN, bars, empty }
  // From the first one on: a flat window gives exactly 0.
  const start = levels[0]!
  const mean = levels.reduce((sum, level) => sum + (level - start), 0) / bars
  const squares = levels.reduce((sum, level) => sum + (level - start - mean) ** 2, 0)
  return { sigma: Math.sqrt(squares / (bars - 1)), bars, empty }
}
