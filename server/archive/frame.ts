/** A stretch of one series as a price frame, out of chunks and rows alike: what a computation outside the archive reads. */
import { sql } from 'drizzle-orm'
import { encodeChunk } from '../../core/chunk/encode.ts'
import { placesLimit } from '../../core/chunk/layout.ts'
import { partsFromRows } from '../../core/chunk/rows.ts'
import type { MarketId } from '../../core/market.ts'
import { floorTo, type StoredInterval } from '../../core/time/interval.ts'
import { list } from '../db/arrays.ts'
import { rows, type Transaction } from '../db/database.ts'
import { codeOf, minuteOf, msOf, stepOf } from './grid.ts'
import { legsOf, readJoinedSpan } from './seams.ts'
import { presentRows, statesOf } from './span.ts'

/**
 * Prices and states from an instant on, but from the first candle at the earliest (null: from there), as many places as a
 * frame holds, up to the newest candle at most.
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
  const legs = await legsOf(tx, id, interval)
  const [known] = await rows<{ first_minute: number | null; last_minute: number }>(
    tx,
    sql`SELECT min(first_minute) AS first_minute, max(last_minute) AS last_minute FROM series
      WHERE market = ANY(${list(legs.map(({ market }) => market.key))}::text::int[]) AND interval = ${codeOf(interval)}`,
  )
  if (!known || known.first_minute === null) return null
  const step = stepOf(interval)
  const from = Math.max(known.first_minute, minuteOf(floorTo(interval, fromMs ?? 0)))
  const to = Math.min(known.last_minute + step, from + placesLimit(interval, true) * step)
  if (from >= to) return null
  const span = await readJoinedSpan(tx, legs, interval, from, to)
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
