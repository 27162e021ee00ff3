/** Lets go of what was kept long enough, and gives the space back. */
import { sql, type SQL } from 'drizzle-orm'
import { DAY_MS } from '../../core/time/interval.ts'
import { rows, type Database } from '../db/database.ts'
import type { Context } from './context.ts'
import { dropOld } from './drop.ts'
import { HOT_MS, minuteOf } from './grid.ts'
import { SAMPLES_MS } from './samples.ts'

/** A device that was told of a chunk may still fetch it a week later. */
const REPLACED_MS = 7 * DAY_MS
const RAW_DAYS = 30

/**
 * Drops raw answers, samples, replaced chunks, rows and periods whose time is over, and packs the embedded
 * database's tables that are mostly holes.
 *
 * @returns whether anything was done
 */
export async function retain(context: Context, nowMs: number): Promise<boolean> {
  const { database } = context
  const rawMs = (context.rawDays ?? RAW_DAYS) * DAY_MS
  const dropped =
    (await drop(database, 'raw', sql`at < ${nowMs - rawMs}`)) +
    (await drop(database, 'quarantine', sql`coalesce(reviewed_at, at) < ${nowMs - rawMs}`)) +
    (await drop(database, 'sample', sql`at < ${nowMs - SAMPLES_MS}`)) +
    (await drop(database, 'chunk_body', sql`replaced_at < ${nowMs - REPLACED_MS}`)) +
    (await dropSealed(database, 'candle', nowMs)) +
    (await dropSealed(database, 'place', nowMs))
  const isOld = await dropOld(context, nowMs)
  const loose = database.kind === 'embedded' ? await looseTables(database) : []
  if (loose.length > 0) await database.pack(loose)
  return dropped > 0 || isOld || loose.length > 0
}

/** Drops rows of long ago that a chunk holds as they are. */
async function dropSealed(database: Database, table: 'candle' | 'place', nowMs: number): Promise<number> {
  const hot = minuteOf(nowMs - HOT_MS)
  const own = sql.identifier(table)
  return database.write(async (tx) => {
    // Chunk by chunk over the primary key: looking at each row instead would hold everybody up for a second.
    for (const way of ['seqscan', 'hashjoin', 'mergejoin'])
      await rows(tx, sql`SET LOCAL ${sql.raw(`enable_${way}`)} = off`)
    const [found] = await rows<{ count: number }>(
      tx,
      sql`WITH gone AS (DELETE FROM ${own} USING chunk c WHERE c.part = 1 AND NOT c.removed AND NOT c.dirty
          AND ${own}.market = c.market AND ${own}.interval = c.interval
          AND ${own}.minute >= c.from_minute AND ${own}.minute < least(c.to_minute, ${hot}::int) RETURNING 1)
        SELECT count(*)::int AS count FROM gone`,
    )
    return found!.count
  })
}

async function drop(database: Database, table: string, where: SQL): Promise<number> {
  const [found] = await database.write((tx) =>
    rows<{ count: number }>(
      tx,
      sql`WITH gone AS (DELETE FROM ${sql.identifier(table)} WHERE ${where} RETURNING 1)
        SELECT count(*)::int AS count FROM gone`,
    ),
  )
  return found!.count
}

/** What the rows of a table take, with indexes, in bytes; generously. */
const NEEDED: Readonly<Record<string, SQL>> = {
  candle: sql`(SELECT count(*) * 170 FROM candle)`,
  place: sql`(SELECT count(*) * 200 FROM place)`,
  sample: sql`(SELECT count(*) * 150 FROM sample)`,
  coverage: sql`(SELECT count(*) * 200 FROM coverage)`,
  pulse: sql`(SELECT count(*) * 250 FROM pulse)`,
  raw: sql`(SELECT coalesce(sum(pg_column_size(body) + 400), 0) FROM raw)`,
  chunk_body: sql`(SELECT coalesce(sum(brotli_bytes + 400), 0) FROM chunk_body)`,
}

/** A table with so few bytes to spare is left alone. */
const WORTH_BYTES = 2 ** 20

/** Tables that take more than twice the bytes that their rows need. */
async function looseTables(database: Database): Promise<string[]> {
  const sizes = Object.entries(NEEDED).map(
    ([table, needed]) =>
      sql`SELECT ${table} AS name, pg_total_relation_size(${table}::regclass) - 2 * ${needed} AS spare`,
  )
  const found = await database.readInTurn((tx) =>
    rows<{ name: string; spare: string | number }>(tx, sql.join(sizes, sql` UNION ALL `)),
  )
  return found.filter(({ spare }) => Number(spare) > WORTH_BYTES).map(({ name }) => name)
}
