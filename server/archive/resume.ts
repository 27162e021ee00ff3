/** What a listener of live events missed. */
import { sql } from 'drizzle-orm'
import type { MarketId } from '../../core/market.ts'
import { rows, type Transaction } from '../db/database.ts'
import { headRevision } from './context.ts'
import { HOT_MS, intervalFrom, minuteOf, msOf } from './grid.ts'
import type { ArchiveEvent } from './types.ts'

interface Missed {
  id: MarketId
  interval: number
  minute: number
  open: string
  high: string
  low: string
  close: string
  volume: string | null
  samples: number
  flags: number
  revision: string | number
}

/** @returns null when there is too much of it, or `since` is none of this archive's revisions: sync instead */
export async function eventsSince(
  tx: Transaction,
  since: number,
  limit: number,
  nowMs: number,
): Promise<ArchiveEvent[] | null> {
  const head = await headRevision(tx)
  if (since > head || head - since > limit) return null
  // The index by revision is right however little the planner knows of the table.
  await rows(tx, sql`SET LOCAL enable_seqscan = off`)
  const missed = await rows<Missed>(
    tx,
    sql`SELECT m.id, c.interval, c.minute, c.open, c.high, c.low, c.close, c.volume, c.samples, c.flags, c.revision
      FROM candle c JOIN market m ON m.key = c.market
      WHERE c.revision > ${since} AND c.minute >= ${minuteOf(nowMs - HOT_MS)} ORDER BY c.revision, m.key, c.interval, c.minute LIMIT ${limit + 1}`,
  )
  if (missed.length > limit) return null
  const events: ArchiveEvent[] = []
  let at = 0
  for (let revision = since + 1; revision <= head; revision++) {
    for (; at < missed.length && Number(missed[at]!.revision) === revision; at++)
      events.push(candleEvent(missed[at]!, revision))
    events.push({ kind: 'revision', revision })
  }
  return events
}

function candleEvent(row: Missed, revision: number): ArchiveEvent {
  const { id, interval, minute, open, high, low, close, volume, samples, flags } = row
  return {
    kind: 'candle',
    market: id,
    interval: intervalFrom(interval),
    row: {
      startMs: msOf(minute),
      open,
      high,
      low,
      close,
      volume,
      ...(samples > 0 && { samples }),
      ...(flags > 0 && { flags }),
    },
    revision,
  }
}
