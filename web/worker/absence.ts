/** What happened to markets between two instants, by what is stored: how far each went in its own σ, and what is missing. */
import { isMissing, State, type CandleColumns } from '../../core/candle/columns.ts'
import type { MarketId } from '../../core/market.ts'
import {
  barsPerYear,
  DAY_MS,
  floorTo,
  HOUR_MS,
  INTERVAL_MS,
  MINUTE_MS,
  STORED_INTERVALS,
  type StoredInterval,
} from '../../core/time/interval.ts'
import { moveBetween, type Close, type Move } from '../../core/volatility/move.ts'
import type { Receipt } from '../../core/volatility/types.ts'
import { newestReceipt, volatility } from '../../core/volatility/volatility.ts'
import type { Store } from '../lib/store/database.ts'
import { heldSpans } from '../lib/store/series.ts'
import type { AbsenceView } from './api.ts'
import type { SeriesCache } from './columns.ts'
import { absentSpans } from './spans.ts'

/** How old the newest bar of each interval may be to stand for an instant. */
const OLDEST_MS: Readonly<Record<StoredInterval, number>> = {
  '1m': 2 * HOUR_MS,
  '1h': 12 * HOUR_MS,
  '1d': 3 * DAY_MS,
}
const WINDOW = 30
/** The window, the close before it, and room for days that are missing. */
const SIGMA_DAYS = 62
/** Bars that closed later may still come. */
const SETTLED_MS = 15 * MINUTE_MS
/** Of a longer absence what is missing is told by hours. */
const MOST_MINUTES_MS = 8 * DAY_MS

export async function absenceOf(
  store: Store,
  cache: SeriesCache,
  market: MarketId,
  fromMs: number,
  toMs: number,
): Promise<AbsenceView> {
  const [from, to, missing] = await Promise.all([
    closeAt(cache, market, fromMs),
    closeAt(cache, market, toMs),
    missingIn(store, cache, market, fromMs, toMs),
  ])
  const move = from && to && to.atMs > from.atMs ? await moveOf(cache, market, from, to) : null
  return { market, move, missing }
}

async function moveOf(cache: SeriesCache, market: MarketId, from: Close, to: Close): Promise<Move> {
  return moveBetween(from, to, await receiptBefore(cache, market, from.atMs))
}

/** The newest close at or before an instant, of the finest interval that has one; null without any. */
async function closeAt(cache: SeriesCache, market: MarketId, atMs: number): Promise<Close | null> {
  for (const interval of STORED_INTERVALS) {
    const columns = await cache.read(market, interval, atMs - OLDEST_MS[interval], atMs)
    const place = columns.states.lastIndexOf(State.present)
    if (place >= 0)
      return {
        price: columns.close[place]!,
        atMs: columns.startMs + (place + 1) * INTERVAL_MS[interval],
      }
  }
  return null
}

/** σ of the days before; by closes alone where high and low say nothing, as of sampled prices. */
async function receiptBefore(cache: SeriesCache, market: MarketId, beforeMs: number): Promise<Receipt> {
  const endMs = floorTo('1d', beforeMs)
  const days = await cache.read(market, '1d', endMs - SIGMA_DAYS * DAY_MS, endMs)
  const best = receiptOf(days, 'yang-zhang')
  if (Number.isFinite(best.sigma)) return best
  const plain = receiptOf(days, 'close')
  return Number.isFinite(plain.sigma) ? plain : best
}

function receiptOf(days: CandleColumns, estimator: 'yang-zhang' | 'close'): Receipt {
  const request = {
    estimator,
    window: WINDOW,
    mean: 'sample',
    barsPerYear: barsPerYear('1d'),
    minCoverage: 0.5,
  } as const
  return newestReceipt(volatility(days, request), days)
}

async function missingIn(
  store: Store,
  cache: SeriesCache,
  market: MarketId,
  fromMs: number,
  toMs: number,
): Promise<AbsenceView['missing']> {
  const interval = toMs - fromMs > MOST_MINUTES_MS ? '1h' : '1m'
  const held = await heldSpans(store, market, interval)
  if (held.length === 0) return []
  // What this device does not keep is not missing.
  const first = Math.max(fromMs, Math.min(...held.map((span) => span.fromMs)))
  const end = Math.min(toMs - SETTLED_MS, Math.max(...held.map((span) => span.toMs)))
  if (end <= first) return []
  const columns = await cache.read(market, interval, first, end)
  return absentSpans(columns).filter(({ state }) => isMissing(state))
}
