/**
 * A market that was renamed continues an older one. Read together, the older one's candles end where the newer one's
 * begin: at the seam. None of the older one counts after it, whatever else it traded.
 */
import { sql } from 'drizzle-orm'
import type { CandleRow } from '../../core/candle/row.ts'
import type { MarketId } from '../../core/market.ts'
import {
  DAY_MS,
  INTERVAL_MS,
  STORED_UNDER,
  type Interval,
  type StoredInterval,
} from '../../core/time/interval.ts'
import { rows, type Transaction } from '../db/database.ts'
import { readCandleRows } from './candles.ts'
import { codeOf, minuteOf, msOf } from './grid.ts'
import { findMarket, UnknownMarketError, type KeyedMarket } from './markets.ts'
import { readSpan, type Span } from './span.ts'
import type { JoinedCandles } from './types.ts'

/** A part of a joined series: the market's own candles from the end of the part before up to `toMs`. */
export interface Leg {
  readonly market: KeyedMarket
  /** Infinity for the newest market. */
  readonly toMs: number
}

/**
 * The market and those that it continues, the oldest first.
 *
 * @throws UnknownMarketError
 */
export async function legsOf(tx: Transaction, id: MarketId, interval: StoredInterval): Promise<Leg[]> {
  const legs: Leg[] = []
  let market: KeyedMarket | null = await findMarket(tx, id)
  for (let toMs = Infinity; market !== null;) {
    legs.unshift({ market, toMs })
    toMs = Math.min(toMs, await seamOf(tx, market.key, interval))
    market = await before(tx, market)
    if (legs.some((leg) => leg.market.key === market?.key)) break
  }
  return legs
}

/** null where it continues none, or one that was purged. */
async function before(tx: Transaction, { continues }: KeyedMarket): Promise<KeyedMarket | null> {
  if (continues === undefined) return null
  try {
    return await findMarket(tx, continues)
  } catch (error) {
    if (error instanceof UnknownMarketError) return null
    throw error
  }
}

/**
 * Where the market's own candles begin; Infinity while none is known. What is shorter than a day begins on its first day at
 * the latest, even where that is not fetched yet.
 */
async function seamOf(tx: Transaction, market: number, interval: StoredInterval): Promise<number> {
  const found = await rows<{ interval: number; first: number }>(
    tx,
    sql`SELECT interval, least(first_minute, dropped_from) AS first FROM series
      WHERE market = ${market} AND interval IN (${codeOf(interval)}, ${codeOf('1d')})`,
  )
  const firstMs = (name: StoredInterval) =>
    msOf(found.find((one) => one.interval === codeOf(name))?.first ?? Infinity)
  return interval === '1d' ? firstMs('1d') : Math.min(firstMs(interval), firstMs('1d') + DAY_MS)
}

/** Candles through the seams, each market's rolled up by itself. @throws UnknownMarketError */
export async function readJoinedCandles(
  tx: Transaction,
  id: MarketId,
  interval: Interval,
  fromMs: number,
  toMs: number,
  limit: number,
): Promise<JoinedCandles> {
  const step = INTERVAL_MS[interval]
  const found: CandleRow[] = []
  const seams: { atMs: number; market: MarketId }[] = []
  let at = fromMs
  for (const { market, toMs: seamMs } of await legsOf(tx, id, STORED_UNDER[interval])) {
    // A bar that the seam cuts is nobody's.
    const end = Math.min(toMs, Math.floor(seamMs / step) * step)
    if (at < end && found.length < limit)
      found.push(...(await readCandleRows(tx, market.id, interval, at, end, limit - found.length)))
    if (seamMs > fromMs && seamMs < toMs) seams.push({ atMs: seamMs, market: market.id })
    at = Math.max(at, end)
  }
  return { rows: found, seams }
}

/**
 * A span through the seams. The place before a seam reads as missing, so that no return crosses it: a new name may have
 * come with a new unit.
 */
export async function readJoinedSpan(
  tx: Transaction,
  legs: readonly Leg[],
  interval: StoredInterval,
  fromMinute: number,
  toMinute: number,
): Promise<Span> {
  const joined: Span = { interval, fromMinute, toMinute, candles: [], places: [] }
  let at = fromMinute
  for (const { market, toMs } of legs) {
    const seam = toMs === Infinity ? Infinity : minuteOf(toMs)
    const end = Math.min(toMinute, seam)
    if (at >= end) continue
    const span = await readSpan(tx, { market: market.key, interval }, at, end)
    joined.candles.push(...span.candles)
    joined.places.push(...span.places)
    if (end === seam)
      joined.candles[joined.candles.length - 1] = joined.places[joined.places.length - 1] = undefined
    at = end
  }
  return joined
}
