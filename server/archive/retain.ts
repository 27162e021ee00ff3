/** Lets go of what was kept long enough, and gives the space back. */
import { sql, type SQL } from 'drizzle-orm'
import { DAY_MS, HOUR_MS } from '../../core/time/interval.ts'
import { rows } from '../db/database.ts'
import type { Context } from './context.ts'
import { HOT_MS, minuteOf } from './grid.ts'

const SAMPLES_MS = 48 * HOUR_MS
/** A device that was told of a chunk may still fetch it a week later. */
export const REPLACED_MS = 7 * DAY_MS
const RAW_DAYS = 30

/** Dropped rows of one table. */
interface Dropped {
  readonly table: string
  readonly count: number
}

/**
 * @returns whether anything was dropped
 */
export async function retain(context: Context, nowMs: number): Promise<boolean> {
  const rawMs = (context.rawDays ?? RAW_DAYS) * DAY_MS
  const dropped = [
    await drop(context, 'raw', sql`at < ${nowMs - rawMs}`),
    await drop(context, 'quarantine', sql`at < ${nowMs - rawMs}`),
    await drop(context, 'sample', sql`at < ${nowMs - SAMPLES_MS}`),
    await drop(context, 'chunk_body', sql`replaced_at < ${nowMs - REPLACED_MS}`),
    await drop(context, 'candle', isSealed('candle', nowMs)),
    await drop(context, 'place', isSealed('place', nowMs)),
  ]
  return dropped.some(({ count }) => count > 0)
}

/** Rows of long ago that a chunk holds as they are. */
function isSealed(table: string, nowMs: number): SQL {
  const own = sql.identifier(table)
  return sql`minute < ${minuteOf(nowMs - HOT_MS)} AND EXISTS (SELECT 1 FROM chunk c WHERE c.market = ${own}.market
    AND c.interval = ${own}.interval AND c.part = 1 AND NOT c.removed AND NOT c.dirty
    AND ${own}.minute >= c.from_minute AND ${own}.minute < c.to_minute)`
}

async function drop({ database }: Context, table: string, where: SQL): Promise<Dropped> {
  const [found] = await database.write((tx) =>
    rows<{ count: number }>(
      tx,
      sql`WITH gone AS (DELETE FROM ${sql.identifier(table)} WHERE ${where} RETURNING 1)
        SELECT count(*)::int AS count FROM gone`,
    ),
  )
  return { table, count: found!.count }
}
