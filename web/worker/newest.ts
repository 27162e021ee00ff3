/** The newest stored candle of a market, as exact text where it is shown as a price. */
import { State } from '../../core/candle/columns.ts'
import { decodeChunk } from '../../core/chunk/decode.ts'
import { rowsFromParts } from '../../core/chunk/rows.ts'
import type { MarketId } from '../../core/market.ts'
import {
  DAY_MS,
  HOUR_MS,
  INTERVAL_MS,
  STORED_INTERVALS,
  type StoredInterval,
} from '../../core/time/interval.ts'
import type { Store } from '../lib/store/database.ts'
import { heldSpans, piecesOf } from '../lib/store/series.ts'
import type { NewestCandle } from './api.ts'
import type { SeriesCache } from './columns.ts'

interface Newest {
  readonly price: string
  readonly asOfMs: number
}

/** Close of the newest candle of any interval; null without any. */
export async function newestCloseMs(store: Store, market: MarketId): Promise<number | null> {
  return (await newestOf(store, market))?.asOfMs ?? null
}

export async function newestCandle(
  store: Store,
  cache: SeriesCache,
  market: MarketId,
): Promise<NewestCandle | null> {
  const newest = await newestOf(store, market)
  if (!newest) return null
  const { price, asOfMs } = newest
  const hours = await cache.read(market, '1h', asOfMs - DAY_MS - HOUR_MS, asOfMs)
  const closes = [...hours.close].filter((close) => !Number.isNaN(close))
  const dayBefore = hours.close[0]
  const known = dayBefore !== undefined && !Number.isNaN(dayBefore)
  return { price, asOfMs, change24h: known ? Number(price) / dayBefore - 1 : null, sparkline: closes }
}

/** A finer interval is newer, and wins where closes fall together. */
async function newestOf(store: Store, market: MarketId): Promise<Newest | null> {
  let newest: Newest | null = null
  for (const interval of STORED_INTERVALS) {
    const candle = await newestIn(store, market, interval)
    if (candle && candle.asOfMs > (newest?.asOfMs ?? -Infinity)) newest = candle
  }
  return newest
}

async function newestIn(store: Store, market: MarketId, interval: StoredInterval): Promise<Newest | null> {
  const spans = (await heldSpans(store, market, interval)).sort((a, b) => b.toMs - a.toMs)
  for (const span of spans) {
    const pieces = await piecesOf(store, market, interval, 'price', span)
    const found = pieces.map((piece) => lastRow(piece.bytes)).filter((row) => row !== null)
    // Among pieces of one span the last one laid over wins.
    const best = found.reduce<Newest | null>((a, b) => (a && a.asOfMs > b.asOfMs ? a : b), null)
    if (best) return best
  }
  return null
}

function lastRow(bytes: Uint8Array): Newest | null {
  const chunk = decodeChunk(bytes)
  if (chunk.part !== 'price' || !chunk.states.includes(State.present)) return null
  const row = rowsFromParts(chunk, null).at(-1)!
  return { price: row.close, asOfMs: row.startMs + INTERVAL_MS[chunk.interval] }
}
