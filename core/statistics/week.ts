/**
 * Volatility by hour of the day and day of the week: when a market moves.
 * The intraday pattern is that of Andersen & Bollerslev (1997), "Intraday periodicity and volatility persistence in financial
 * markets", Journal of Empirical Finance 4.
 */
import { HOUR_MS } from '../time/interval.ts'
import { zoneParts, type Zone } from '../time/zone.ts'
import type { Returns } from './returns.ts'

export const WEEK_CELLS = 7 * 24
/** A cell of fewer returns has no value. */
export const FEWEST_IN_CELL = 4

export interface WeekOfHours {
  /** √(mean r² × 8,760) of each cell, a fraction per year; NaN where too few returns are in it. Cell = day × 24 + hour. */
  readonly sigma: Float64Array
  readonly counts: Uint32Array
}

/** Where an instant lies in the week, 0 to 167; its zone is the caller's affair. */
export type CellOf = (ms: number) => number

/** The cells of a zone, Sunday's first hour 0; an hour that the clocks repeat counts twice in its cell. */
export function cellIn(zone: Zone): CellOf {
  return (ms) => {
    const { year, month, day, hour } = zoneParts(ms, zone)
    return new Date(Date.UTC(year, month, day)).getUTCDay() * 24 + hour
  }
}

/**
 * Realised σ of each hour of the week: the root of its mean squared return, annualised. Mean zero, since a cell holds few
 * returns and the mean of an hour's return is far below its deviation.
 *
 * @param returns hourly
 * @param cellOf  asked with the start of each bar
 * @throws RangeError when the returns are not hourly
 */
export function weekOfHours(returns: Returns, cellOf: CellOf): WeekOfHours {
  if (returns.interval !== '1h')
    throw new RangeError(`returns of ${returns.interval} have no hour of their own: hourly ones are needed`)
  const squares = new Float64Array(WEEK_CELLS)
  const counts = new Uint32Array(WEEK_CELLS)
  for (let i = 0; i < returns.values.length; i++) {
    const value = returns.values[i]!
    if (Number.isNaN(value)) continue
    const cell = cellOf(returns.startMs + i * HOUR_MS)
    squares[cell]! += value * value
    counts[cell]!++
  }
  const sigma = squares.map((sum, cell) =>
    counts[cell]! < FEWEST_IN_CELL ? NaN : Math.sqrt((sum / counts[cell]!) * 365 * 24),
  )
  return { sigma, counts }
}
