/**
 * Periods: the fixed spans that chunks hold. 1m: UTC day, then month; 1h: month, then year; 1d: year.
 * A period is written as its UTC date cut to its length: `2024-03-01`, `2024-03`, `2024`.
 */
import { DAY_MS, INTERVAL_MS, type StoredInterval } from './interval.ts'

export type PeriodLength = 'day' | 'month' | 'year'

export interface Period {
  /** `2024-03-01`, `2024-03` or `2024`. */
  readonly text: string
  readonly length: PeriodLength
  /** First instant. */
  readonly fromMs: number
  /** First instant after it. */
  readonly toMs: number
}

/** The lengths in which an interval is sealed, the short one first. */
export const PERIOD_LENGTHS: Readonly<Record<StoredInterval, readonly PeriodLength[]>> = {
  '1m': ['day', 'month'],
  '1h': ['month', 'year'],
  '1d': ['year'],
}

/** The longest period in which an interval is sealed. */
export const LONGEST_PERIOD: Readonly<Record<StoredInterval, PeriodLength>> = {
  '1m': 'month',
  '1h': 'year',
  '1d': 'year',
}

/** The period of this length in which the instant lies. */
export function periodAt(length: PeriodLength, ms: number): Period {
  const date = new Date(ms)
  const year = date.getUTCFullYear()
  const month = date.getUTCMonth()
  const iso = date.toISOString()
  if (length === 'day') {
    const fromMs = Math.floor(ms / DAY_MS) * DAY_MS
    return { text: iso.slice(0, 10), length, fromMs, toMs: fromMs + DAY_MS }
  }
  if (length === 'month') {
    return { text: iso.slice(0, 7), length, fromMs: Date.UTC(year, month), toMs: Date.UTC(year, month + 1) }
  }
  return { text: iso.slice(0, 4), length, fromMs: Date.UTC(year, 0), toMs: Date.UTC(year + 1, 0) }
}

/**
 * Reads `2024-03-01`, `2024-03` or `2024`.
 *
 * @throws RangeError when the text names no period
 */
export function parsePeriod(text: string): Period {
  const length = ({ 10: 'day', 7: 'month', 4: 'year' } as const)[text.length]
  const ms = /^\d{4}(-\d{2}){0,2}$/.test(text)
    ? Date.parse(`${text}T00:00:00Z`.replace(/^(\d{4})T/, '$1-01-01T').replace(/^(\d{4}-\d{2})T/, '$1-01T'))
    : NaN
  if (!length || Number.isNaN(ms))
    throw new RangeError(`"${text.slice(0, 40)}" is no period: write 2024-03-01, 2024-03 or 2024`)
  const period = periodAt(length, ms)
  if (period.text !== text) throw new RangeError(`"${text}" is no day of the calendar`)
  return period
}

/** Places of the grid in a period. */
export function placesIn(interval: StoredInterval, period: Period): number {
  return (period.toMs - period.fromMs) / INTERVAL_MS[interval]
}

/** The period that follows. */
export function nextPeriod(period: Period): Period {
  return periodAt(period.length, period.toMs)
}
