/**
 * Intervals: the lengths of candles, aligned to the Unix epoch in UTC. Three are stored, each the source's own;
 * the others are made from them on reading.
 */

export const STORED_INTERVALS = ['1m', '1h', '1d'] as const
export const INTERVALS = ['1m', '5m', '15m', '1h', '4h', '1d'] as const

export type StoredInterval = (typeof STORED_INTERVALS)[number]
export type Interval = (typeof INTERVALS)[number]

export const MINUTE_MS = 60_000
export const HOUR_MS = 3_600_000
export const DAY_MS = 86_400_000

/** Length of one candle in milliseconds. */
export const INTERVAL_MS: Readonly<Record<Interval, number>> = {
  '1m': MINUTE_MS,
  '5m': 5 * MINUTE_MS,
  '15m': 15 * MINUTE_MS,
  '1h': HOUR_MS,
  '4h': 4 * HOUR_MS,
  '1d': DAY_MS,
}

/** The stored interval that an interval is made of. */
export const STORED_UNDER: Readonly<Record<Interval, StoredInterval>> = {
  '1m': '1m',
  '5m': '1m',
  '15m': '1m',
  '1h': '1h',
  '4h': '1h',
  '1d': '1d',
}

/** Bars in a year of 365 days, the factor under the root of an annualised σ: crypto trades all year. */
export function barsPerYear(interval: Interval): number {
  return (365 * DAY_MS) / INTERVAL_MS[interval]
}

/** Whether the text is one of the six intervals. */
export function isInterval(text: string): text is Interval {
  return (INTERVALS as readonly string[]).includes(text)
}

/** Whether the text is a stored interval. */
export function isStoredInterval(text: string): text is StoredInterval {
  return (STORED_INTERVALS as readonly string[]).includes(text)
}

/** Start of the candle of this interval in which the instant lies. */
export function floorTo(interval: Interval, ms: number): number {
  const step = INTERVAL_MS[interval]
  return Math.floor(ms / step) * step
}
