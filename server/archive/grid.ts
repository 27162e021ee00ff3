/**
 * The archive's numbers for things of the grid: a place is named by the minute at which it starts, an interval by its
 * code on the wire, slices and how long rows stay.
 */
import { INTERVAL_CODE, intervalOf } from '../../core/chunk/layout.ts'
import { DAY_MS, INTERVAL_MS, MINUTE_MS, type StoredInterval } from '../../core/time/interval.ts'

/** Places of a slice, the span of one question to a source. */
export const SLICE_PLACES = 300

/** Rows of the last 8 days stay beside their chunks: a device that was away for a week needs no chunk of them. */
export const HOT_MS = 8 * DAY_MS

export function minuteOf(ms: number): number {
  return Math.floor(ms / MINUTE_MS)
}

export function msOf(minute: number): number {
  return minute * MINUTE_MS
}

/** Minutes from one place to the next. */
export function stepOf(interval: StoredInterval): number {
  return INTERVAL_MS[interval] / MINUTE_MS
}

export function codeOf(interval: StoredInterval): number {
  return INTERVAL_CODE[interval]
}

/**
 * @throws RangeError when the code is none of an interval
 */
export function intervalFrom(code: number): StoredInterval {
  const interval = intervalOf(code)
  if (!interval) throw new RangeError(`${code} is no code of an interval: the database is damaged`)
  return interval
}
