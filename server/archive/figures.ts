/** Figures of the archive for those who watch over it: one look at each table, nothing of single candles. */
import { sql } from 'drizzle-orm'
import { rows, type Transaction } from '../db/database.ts'
import { intervalFrom, msOf } from './grid.ts'
import type { ArchiveFigures } from './types.ts'

export async function figures(tx: Transaction): Promise<ArchiveFigures> {
  const chunks = await rows<{ interval: number; chunks: string | number; dirty: string | number }>(
    tx,
    sql`SELECT interval, count(*) AS chunks, count(*) FILTER (WHERE dirty) AS dirty
      FROM chunk WHERE NOT removed AND rows > 0 GROUP BY interval`,
  )
  const quarantined = await rows<{ source: string; rows: string | number }>(
    tx,
    sql`SELECT source, count(*) AS rows FROM quarantine GROUP BY source`,
  )
  const unconfirmed = await rows<{ interval: number; places: string | number }>(
    tx,
    sql`SELECT interval, sum(open) AS places FROM coverage GROUP BY interval`,
  )
  return {
    unconfirmed: unconfirmed.map(({ interval, places }) => ({
      interval: intervalFrom(interval),
      places: Number(places),
    })),
    chunks: chunks.map((record) => ({
      interval: intervalFrom(record.interval),
      chunks: Number(record.chunks),
      dirty: Number(record.dirty),
    })),
    reached: await reached(tx),
    quarantined: quarantined.map((record) => ({ source: record.source, rows: Number(record.rows) })),
  }
}

/** By source and interval; markets of which nothing was read yet are history to come, not behind. */
async function reached(tx: Transaction): Promise<ArchiveFigures['reached']> {
  interface Record {
    source: string
    interval: number
    read_to: number | null
    sealed_to: number | null
  }
  const found = await rows<Record>(
    tx,
    sql`SELECT m.source, i.interval, min(c.read_to) AS read_to, min(s.sealed_to) AS sealed_to
      FROM market m CROSS JOIN generate_series(1, 3) AS i (interval)
      LEFT JOIN LATERAL (SELECT read_to FROM coverage WHERE market = m.key AND interval = i.interval
        ORDER BY from_minute DESC LIMIT 1) c ON true
      LEFT JOIN LATERAL (SELECT max(to_minute) AS sealed_to FROM chunk
        WHERE market = m.key AND interval = i.interval AND NOT removed) s ON true
      WHERE m.status = 'live' AND NOT m.removed GROUP BY m.source, i.interval ORDER BY m.source, i.interval`,
  )
  const ms = (minute: number | null) => (minute === null ? null : msOf(minute))
  return found.map(({ source, interval, read_to, sealed_to }) => ({
    source,
    interval: intervalFrom(interval),
    readToMs: ms(read_to),
    sealedToMs: ms(sealed_to),
  }))
}
