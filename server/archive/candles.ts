/** Candles as rows, out of chunks and rows alike, rolled up where the interval is not a stored one. */
import { sql } from 'drizzle-orm'
import { rollUpRows } from '../../core/candle/rollup.ts'
import type { CandleRow } from '../../core/candle/row.ts'
import type { MarketId } from '../../core/market.ts'
import { INTERVAL_MS, STORED_UNDER, type Interval } from '../../core/time/interval.ts'
import { rows, type Transaction } from '../db/database.ts'
import { codeOf, minuteOf, msOf, stepOf } from './grid.ts'
import { findMarket } from './markets.ts'
import { presentRows, readSpan, statesOf, type SeriesKey } from './span.ts'

/** Places read at a time, so that a short page does not decode a long history. */
const STRETCH = 14_400

/**
 * @returns candles with `fromMs` ≤ start < `toMs`, ascending, at most `limit`; incomplete roll-ups are left out
 * @throws UnknownMarketError
 */
export async function readCandleRows(
  tx: Transaction,
  id: MarketId,
  interval: Interval,
  fromMs: number,
  toMs: number,
  limit: number,
): Promise<CandleRow[]> {
  const { key: market } = await findMarket(tx, id)
  const key: SeriesKey = { market, interval: STORED_UNDER[interval] }
  const [known] = await rows<{ first_minute: number; last_minute: number }>(
    tx,
    sql`SELECT first_minute, last_minute FROM series WHERE market = ${market} AND interval = ${codeOf(key.interval)}`,
  )
  if (!known) return []
  const stepMs = INTERVAL_MS[interval]
  const firstMs = Math.floor(msOf(known.first_minute) / stepMs) * stepMs
  const endMs = Math.min(toMs, msOf(known.last_minute + stepOf(key.interval)))
  const stretchMs = Math.max(stepMs, Math.floor((STRETCH * INTERVAL_MS[key.interval]) / stepMs) * stepMs)
  const found: CandleRow[] = []
  for (let at = Math.max(Math.ceil(fromMs / stepMs) * stepMs, firstMs); at < endMs && found.length < limit;) {
    const to = Math.min(at + stretchMs, Math.ceil(endMs / stepMs) * stepMs)
    const span = await readSpan(tx, key, minuteOf(at), minuteOf(to))
    const grid = { interval: key.interval, startMs: at, states: statesOf(span), rows: presentRows(span) }
    found.push(...rollUpRows(grid, interval).rows)
    at = to
  }
  return found.slice(0, limit)
}
