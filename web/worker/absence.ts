/** What happened to markets between two instants, by what is stored: how far each went in its own σ, and what is missing. */
import { isMissing } from '../../core/candle/columns.ts'
import type { MarketId } from '../../core/market.ts'
import { DAY_MS, MINUTE_MS } from '../../core/time/interval.ts'
import { moveBetween, type Close, type Move } from '../../core/volatility/move.ts'
import type { Store } from '../lib/store/database.ts'
import { heldSpans } from '../lib/store/series.ts'
import type { AbsenceView } from './api.ts'
import type { SeriesCache } from './columns.ts'
import { closeAt, receiptBefore } from './moves.ts'
import { absentSpans } from './spans.ts'

const WINDOW = 30
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
  return moveBetween(from, to, await receiptBefore(cache, market, from.atMs, 'yang-zhang', WINDOW))
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
