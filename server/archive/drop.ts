/**
 * Drops what is older than the retention of its interval: whole periods, which leave the manifest with a revision. Their
 * bodies go when those of replaced chunks do. What was imported into a series of its own is kept.
 */
import { sql } from 'drizzle-orm'
import { STORED_INTERVALS, type StoredInterval } from '../../core/time/interval.ts'
import { rows, type Transaction } from '../db/database.ts'
import { commit, type Context } from './context.ts'
import { codeOf, minuteOf, SLICE_PLACES, stepOf } from './grid.ts'
import { keptFromMs } from './kept.ts'
import { listMarkets, lockMarket } from './markets.ts'
import { presentRows, readSpan, type SeriesKey } from './span.ts'
import type { MarketId } from '../../core/market.ts'

/** Places looked through at a time for the first candle that is left. */
const STRETCH = 14_400

/** @returns whether anything was dropped */
export async function dropOld(context: Context, nowMs: number): Promise<boolean> {
  let dropped = false
  for (const interval of STORED_INTERVALS) {
    const fromMs = keptFromMs(context.retention, interval, nowMs)
    if (fromMs === -Infinity) continue
    const from = minuteOf(fromMs)
    const markets = await context.database.readInTurn((tx) => listMarkets(tx))
    const older = await context.database.readInTurn((tx) => beginBefore(tx, interval, from))
    for (const { id, key, source } of markets) {
      if (source === 'csv' || !older.has(key)) continue
      await dropSeries(context, id, interval, from, nowMs)
      dropped = true
    }
    await context.database.write((tx) =>
      rows(
        tx,
        sql`DELETE FROM pulse WHERE interval = ${codeOf(interval)} AND from_minute + ${SLICE_PLACES * stepOf(interval)}::int <= ${from}`,
      ),
    )
  }
  return dropped
}

async function beginBefore(tx: Transaction, interval: StoredInterval, from: number): Promise<Set<number>> {
  const found = await rows<{ market: number }>(
    tx,
    sql`SELECT market FROM series WHERE interval = ${codeOf(interval)} AND first_minute < ${from}`,
  )
  return new Set(found.map(({ market }) => market))
}

function dropSeries(
  context: Context,
  id: MarketId,
  interval: StoredInterval,
  from: number,
  nowMs: number,
): Promise<void> {
  return commit(context, async (tx, takeRevision) => {
    const { key: market } = await lockMarket(tx, id)
    const key: SeriesKey = { market, interval }
    const own = sql`market = ${market} AND interval = ${codeOf(interval)}`
    const first = await firstFrom(tx, key, from)
    const revision = await takeRevision()
    await rows(
      tx,
      sql`UPDATE chunk_body SET replaced_at = ${nowMs} WHERE sha256 IN
        (SELECT sha256 FROM chunk WHERE ${own} AND NOT removed AND to_minute <= ${from})`,
    )
    await rows(
      tx,
      sql`UPDATE chunk SET removed = true, dirty = false, revision = ${revision}
        WHERE ${own} AND NOT removed AND to_minute <= ${from}`,
    )
    for (const table of ['candle', 'place'])
      await rows(tx, sql`DELETE FROM ${sql.identifier(table)} WHERE ${own} AND minute < ${from}`)
    await rows(tx, sql`DELETE FROM coverage WHERE ${own} AND to_minute <= ${from}`)
    if (first === null) await rows(tx, sql`DELETE FROM series WHERE ${own}`)
    else
      await rows(
        tx,
        sql`UPDATE series SET dropped_from = least(dropped_from, first_minute), dropped_to = ${from}, first_minute = ${first}
          WHERE ${own}`,
      )
    return { result: undefined, events: [] }
  })
}

/** The first candle that is left. */
async function firstFrom(tx: Transaction, key: SeriesKey, from: number): Promise<number | null> {
  const [known] = await rows<{ last: number }>(
    tx,
    sql`SELECT last_minute AS last FROM series WHERE market = ${key.market} AND interval = ${codeOf(key.interval)}`,
  )
  const length = STRETCH * stepOf(key.interval)
  for (let at = from; at <= (known?.last ?? -1); at += length) {
    const [row] = presentRows(await readSpan(tx, key, at, at + length))
    if (row) return minuteOf(row.startMs)
  }
  return null
}
