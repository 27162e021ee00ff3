/** Which interval shows a range best, among what lies on the device. */
import { DAY_MS, STORED_UNDER, type Interval, type StoredInterval } from '../../core/time/interval.ts'
import type { Range } from './api.ts'
import { coveredMs } from './spans.ts'

/** Length of each range; `All` reaches back to the beginning. */
export const RANGE_MS: Readonly<Record<Range, number>> = {
  '24h': DAY_MS,
  '7d': 7 * DAY_MS,
  '1M': 30 * DAY_MS,
  '3M': 90 * DAY_MS,
  '1Y': 365 * DAY_MS,
  All: Infinity,
}

/** Intervals for each range, the one that suits best first. */
const INTERVALS_FOR: Readonly<Record<Range, readonly Interval[]>> = {
  '24h': ['1m', '1h', '1d'],
  '7d': ['5m', '1h', '1d'],
  '1M': ['1h', '1d', '5m'],
  '3M': ['1h', '1d', '15m'],
  '1Y': ['1m', '1h', '1d'],
  All: ['1d', '1h', '1m'],
}

/**
 * How far back a view reaches beyond its range at most: what decodes in a few milliseconds on a phone, since it is done
 * again with every minute that closes.
 */
export const REACH_MS: Readonly<Record<Interval, number>> = {
  '1m': 31 * DAY_MS,
  '5m': 92 * DAY_MS,
  '15m': 183 * DAY_MS,
  '1h': Infinity,
  '4h': Infinity,
  '1d': Infinity,
}

/** An interval that reaches less far than another by more than this share is passed over. */
const ENOUGH = 0.9

type Spans = Readonly<Record<StoredInterval, readonly { readonly fromMs: number; readonly toMs: number }[]>>

/** The first interval that covers (nearly) as much of [fromMs, toMs) as the best one does. */
export function chooseInterval(range: Range, spans: Spans, fromMs: number, toMs: number): Interval {
  const candidates = INTERVALS_FOR[range].map((interval) => ({
    interval,
    covered: coveredMs(spans[STORED_UNDER[interval]], fromMs, toMs),
  }))
  const best = Math.max(...candidates.map((candidate) => candidate.covered))
  return candidates.find((candidate) => candidate.covered >= ENOUGH * best)!.interval
}
