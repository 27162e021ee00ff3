/** Which series of an interval changed after a revision, and from where on: for whoever keeps the newest bars of all markets. */
import { sql } from 'drizzle-orm'
import type { MarketId } from '../../core/market.ts'
import type { StoredInterval } from '../../core/time/interval.ts'
import { rows, type Transaction } from '../db/database.ts'
import { headRevision } from './context.ts'
import { codeOf, HOT_MS, minuteOf, msOf } from './grid.ts'
import type { SeriesChanges } from './types.ts'

/**
 * @param since null = from the beginning
 * @param fromMs what changed before is of no interest
 */
export async function seriesChanges(
  tx: Transaction,
  nowMs: number,
  interval: StoredInterval,
  since: number | null,
  fromMs: number,
): Promise<SeriesChanges> {
  const revision = await headRevision(tx)
  const code = codeOf(interval)
  const markets = await rows<Found>(
    tx,
    sql`SELECT m.id, m.continues, m.revision, s.last_minute FROM market m
      LEFT JOIN series s ON s.market = m.key AND s.interval = ${code} WHERE NOT m.removed ORDER BY m.key`,
  )
  const changed = new Map<MarketId, number>()
  if (since !== null && revision > since) {
    const minute = minuteOf(Math.max(0, fromMs))
    // The indexes by revision are right however little the planner knows of the tables.
    await rows(tx, sql`SET LOCAL enable_seqscan = off`)
    const found = await rows<{ id: MarketId; minute: number }>(
      tx,
      sql`SELECT m.id, min(c.minute) AS minute FROM (
          SELECT market, minute FROM candle WHERE revision > ${since} AND interval = ${code} AND minute >= ${minute}
          UNION ALL
          SELECT market, minute FROM place WHERE revision > ${since} AND interval = ${code} AND minute >= ${minute}
          UNION ALL
          SELECT market, greatest(from_minute, ${minute}) FROM chunk
            WHERE revision > ${since} AND interval = ${code} AND to_minute > ${minute}
        ) c JOIN market m ON m.key = c.market GROUP BY m.id`,
    )
    for (const { id, minute: first } of found) changed.set(id, msOf(first))
  }
  const changedFrom = (market: Found): number | null => {
    // A market that was purged and followed anew, or renamed, is another one.
    if (since === null || Number(market.revision) > since) return -Infinity
    const own = changed.get(market.id) ?? null
    const older = market.continues === null ? null : (changed.get(market.continues) ?? null)
    return own === null || older === null ? (own ?? older) : Math.min(own, older)
  }
  return {
    revision,
    rowsFromMs: nowMs - HOT_MS,
    markets: markets.map((market) => ({
      id: market.id,
      lastMs: market.last_minute === null ? null : msOf(market.last_minute),
      isJoined: market.continues !== null,
      changedFromMs: changedFrom(market),
    })),
  }
}

interface Found {
  readonly id: MarketId
  /** What it was before it was renamed: its bars before the seam are that one's. */
  readonly continues: MarketId | null
  readonly last_minute: number | null
  readonly revision: string | number
}
