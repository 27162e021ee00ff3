/** Where moves of a price begin, by what is stored: the close by then, and σ of the days before, so that no move measures itself. */
import { State } from '../../core/candle/columns.ts'
import type { MarketId } from '../../core/market.ts'
import {
  DAY_MS,
  floorTo,
  HOUR_MS,
  INTERVAL_MS,
  MINUTE_MS,
  STORED_INTERVALS,
  type StoredInterval,
} from '../../core/time/interval.ts'
import type { Close, MoveStart } from '../../core/volatility/move.ts'
import type { Estimator, Receipt } from '../../core/volatility/types.ts'
import type { SeriesCache } from './columns.ts'
import { summaryOf } from './sigma.ts'

/** How old the newest bar of each interval may be to stand for an instant. */
const OLDEST_MS: Readonly<Record<StoredInterval, number>> = {
  '1m': 2 * HOUR_MS,
  '1h': 12 * HOUR_MS,
  '1d': 3 * DAY_MS,
}

/** A move of a day that began earlier would not be one of a day. */
const MOST_BEFORE_MS = 2 * HOUR_MS

/**
 * @param receiptOf σ of the days that ended by an instant
 */
export async function moveStart(
  cache: SeriesCache,
  market: MarketId,
  atMs: number,
  receiptOf: (beforeMs: number) => Promise<Receipt>,
): Promise<MoveStart> {
  const newest = await closeAt(cache, market, atMs)
  const from = newest && newest.atMs >= atMs - MOST_BEFORE_MS ? newest : null
  return { from, receipt: await receiptOf(from?.atMs ?? atMs) }
}

/** The newest close at or before an instant, of the finest interval where several are as new; null without any. */
export async function closeAt(cache: SeriesCache, market: MarketId, atMs: number): Promise<Close | null> {
  let newest: Close | null = null
  for (const interval of STORED_INTERVALS) {
    const columns = await cache.read(market, interval, atMs - OLDEST_MS[interval], atMs)
    const place = columns.states.lastIndexOf(State.present)
    const closeMs = columns.startMs + (place + 1) * INTERVAL_MS[interval]
    if (place >= 0 && closeMs > (newest?.atMs ?? -Infinity))
      newest = { price: columns.close[place]!, atMs: closeMs }
    // None of longer bars can be newer.
    if (newest && newest.atMs > atMs - MINUTE_MS) break
  }
  return newest
}

/** The newest σ of the days that ended by then. */
export async function receiptBefore(
  cache: SeriesCache,
  market: MarketId,
  beforeMs: number,
  estimator: Estimator,
  window: number,
): Promise<Receipt> {
  const endMs = floorTo('1d', beforeMs)
  // The window, the close before it, and as many days again for those that are missing.
  const days = await cache.read(market, '1d', endMs - (2 * window + 2) * DAY_MS, endMs)
  return withoutHistory(summaryOf(days, estimator, window).receipt)
}

/** No more of it is read than the window needs, and where σ stands in its history is not asked. */
export function withoutHistory(receipt: Receipt): Receipt {
  return { ...receipt, warnings: receipt.warnings.filter(({ what }) => what !== 'short history') }
}
