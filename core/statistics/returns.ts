/**
 * Log returns of a series, one a place of its grid, and how many places could give one: what the panels below the price
 * rest on.
 */
import { State, type CandleColumns } from '../candle/columns.ts'
import { INTERVAL_MS, type Interval } from '../time/interval.ts'
import { LogColumns } from '../volatility/logs.ts'

export interface Returns {
  readonly interval: Interval
  /** Start of the bar of the first return. */
  readonly startMs: number
  /** ln(C_t / C_t−1); NaN where there is none, since a bar or the close before it is missing. */
  readonly values: Float64Array
  /** Places that have a return. */
  readonly used: number
  /** Empty places among those, read as flat bars: a return of 0. */
  readonly flat: number
}

/**
 * The log returns of the places from `first` on; the places before lend the close before.
 * No return crosses a missing place; an empty one has a return of 0 where a close is known before it.
 *
 * @param first place of the columns, 0 to their length
 */
export function logReturns(columns: CandleColumns, first = 0): Returns {
  const logs = new LogColumns(columns)
  const enters = logs.entering(true, false).codes()
  const values = logs.links().return.slice(first)
  let used = 0
  let flat = 0
  for (let i = 0; i < values.length; i++) {
    if (enters[first + i] === 0) values[i] = NaN
    else {
      used++
      if (columns.states[first + i] === State.empty) flat++
    }
  }
  const { interval } = columns
  return { interval, startMs: columns.startMs + first * INTERVAL_MS[interval], values, used, flat }
}
