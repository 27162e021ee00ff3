/** All markets of the device ranked by what is stored of them, as the server ranks them by its archive. */
import type { CandleColumns } from '../../core/candle/columns.ts'
import type { MarketId } from '../../core/market.ts'
import { INTERVAL_MS, STORED_UNDER } from '../../core/time/interval.ts'
import { Memory } from '../../core/volatility/memory.ts'
import {
  isOfDays,
  leadOf,
  rankDays,
  rankedPlaces,
  rankMarket,
  sortRanking,
  type RankedMarket,
  type RankingRequest,
} from '../../core/volatility/ranking.ts'
import type { RealisedDays } from '../../core/volatility/realised/types.ts'
import type { Store } from '../lib/store/database.ts'
import { heldSpans } from '../lib/store/series.ts'
import type { SeriesCache } from './columns.ts'

/** Bars read before a window, for the close before it over empty places; more where these are all empty. */
const LEAD = 60

/** @param daysOf the last whole UTC days of a market, as many as asked for or as are here */
export async function rankingOf(
  store: Store,
  cache: SeriesCache,
  daysOf: (market: MarketId, count: number) => Promise<RealisedDays>,
  request: RankingRequest,
): Promise<RankedMarket[]> {
  const ranked: RankedMarket[] = []
  const memory = new Memory()
  // One after the other: decoded series are kept for a few at a time.
  for (const { market } of await store.markets.toArray())
    ranked.push(
      isOfDays(request.method)
        ? rankDays(market, await daysOf(market, request.places), request)
        : rankMarket(await barsOf(store, cache, market, request), request, memory),
    )
  return sortRanking(ranked)
}

async function barsOf(
  store: Store,
  cache: SeriesCache,
  market: MarketId,
  request: RankingRequest,
): Promise<CandleColumns> {
  const { interval } = request
  const held = await heldSpans(store, market, STORED_UNDER[interval])
  const firstMs = Math.min(...held.map(({ fromMs }) => fromMs))
  const endMs = Math.max(0, ...held.map(({ toMs }) => toMs))
  for (let places = rankedPlaces(request) + LEAD; ; places *= 2) {
    const fromMs = Math.max(held.length === 0 ? 0 : firstMs, endMs - places * INTERVAL_MS[interval])
    const columns = await cache.read(market, interval, fromMs, endMs)
    if (fromMs <= firstMs || leadOf(columns, request) !== null) return columns
  }
}
