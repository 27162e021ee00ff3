/** A stretch of one series as a price frame, out of chunks and rows alike: what a computation outside the archive reads. */
import { sql } from 'drizzle-orm'
import { encodeChunk } from '../../core/chunk/encode.ts'
import { placesLimit } from '../../core/chunk/layout.ts'
import { partsFromRows } from '../../core/chunk/rows.ts'
import type { MarketId } from '../../core/market.ts'
import { floorTo, type StoredInterval } from '../../core/time/interval.ts'
import { rows, type Transaction } from '../db/database.ts'
import { codeOf, minuteOf, msOf, stepOf } from './grid.ts'
import { findMarket } from './markets.ts'
import { presentRows, readSpan, statesOf } from './span.ts'

/**
 * Prices and states from an instant on (null: from the first candle), as many places as a frame holds, up to the newest
 * candle at most.
 *
 * @returns null when no candle is there or later
 * @throws UnknownMarketError
 */
export async function priceFrame(
  tx: Transaction,
  id: MarketId,
  interval: StoredInterval,
  fromMs: number | null,
): Promise<Uint8Array | null> {
  const { key: market } = await findMarket(tx, id)
  const [known] = await rows<{ first_minute: number; last_minute: number }>(
    tx,
    sql`SELECT first_minute, last_minute FROM series WHERE market = ${market} AND interval = ${codeOf(interval)}`,
  )
  if (!known) return null
  const step = stepOf(interval)
  const from = fromMs === null ? known.first_minute : minuteOf(floorTo(interval, fromMs))
  const to = Math.min(known.last_minute + step, from + placesLimit(interval, true) * step)
  if (from >= to) return null
  const span = await readSpan(tx, { market, interval }, from, to)
  const { price } = partsFromRows({
    market: id,
    interval,
    startMs: msOf(from),
    states: statesOf(span),
    rows: presentRows(span),
    derived: false,
    frame: true,
  })
  return encodeChunk(price)
}
