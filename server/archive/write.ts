/** Writes rows, absent places and what goes with them; each a statement whatever the number of rows. */
import { sql } from 'drizzle-orm'
import type { CandleRow } from '../../core/candle/row.ts'
import type { StoredInterval } from '../../core/time/interval.ts'
import { list, textList } from '../db/arrays.ts'
import { rows, type Transaction } from '../db/database.ts'
import { codeOf, minuteOf } from './grid.ts'
import type { AbsentPlace } from './place.ts'
import { stateOf } from './place.ts'
import type { SeriesKey } from './span.ts'
import type { RefusedRow } from './types.ts'

/**
 * Inserts or replaces candles, and takes note where the series begins and ends.
 *
 * @param candles ascending
 */
export async function writeCandles(
  tx: Transaction,
  { market, interval }: SeriesKey,
  candles: readonly CandleRow[],
  revision: number,
): Promise<void> {
  if (candles.length === 0) return
  const code = codeOf(interval)
  const [first, last] = [candles[0]!, candles.at(-1)!]
  await rows(
    tx,
    sql`WITH written AS (INSERT INTO candle (revision, market, interval, minute, open, high, low, close, volume, samples, flags)
      SELECT ${revision}::bigint, ${market}::int, ${code}::smallint, * FROM unnest(
        ${list(candles.map((row) => minuteOf(row.startMs)))}::text::int[],
        ${list(candles.map((row) => row.open))}::text::numeric[],
        ${list(candles.map((row) => row.high))}::text::numeric[],
        ${list(candles.map((row) => row.low))}::text::numeric[],
        ${list(candles.map((row) => row.close))}::text::numeric[],
        ${list(candles.map((row) => row.volume))}::text::numeric[],
        ${list(candles.map((row) => row.samples ?? 0))}::text::int[],
        ${list(candles.map((row) => row.flags ?? 0))}::text::smallint[])
      ON CONFLICT (market, interval, minute) DO UPDATE SET open = excluded.open, high = excluded.high,
        low = excluded.low, close = excluded.close, volume = excluded.volume, samples = excluded.samples,
        flags = excluded.flags, revision = excluded.revision)
      INSERT INTO series AS known (market, interval, first_minute, last_minute, last_close)
      VALUES (${market}, ${code}, ${minuteOf(first.startMs)}, ${minuteOf(last.startMs)}, ${last.close}::text::numeric)
      ON CONFLICT (market, interval) DO UPDATE SET first_minute = least(known.first_minute, excluded.first_minute),
        last_close = CASE WHEN excluded.last_minute >= known.last_minute THEN excluded.last_close
          ELSE known.last_close END,
        last_minute = greatest(known.last_minute, excluded.last_minute)`,
  )
}

/** A place whose knowledge changed, and whether devices see another state for it. */
export interface PlaceChange {
  readonly minute: number
  readonly place: AbsentPlace
  readonly isVisible: boolean
}

/** Inserts or replaces absent places. `revision` is stamped on those whose state devices see change. */
export async function writePlaces(
  tx: Transaction,
  { market, interval }: SeriesKey,
  changes: readonly PlaceChange[],
  revision: number,
): Promise<void> {
  if (changes.length === 0) return
  await rows(
    tx,
    sql`INSERT INTO place AS known (market, interval, minute, state, reason, readings, last_read, revision)
      SELECT ${market}::int, ${codeOf(interval)}::smallint, * FROM unnest(
        ${list(changes.map(({ minute }) => minute))}::text::int[],
        ${list(changes.map(({ place }) => stateOf(place)))}::text::smallint[],
        ${textList(changes.map(({ place }) => place.reason))}::text::text[],
        ${list(changes.map(({ place }) => place.readings))}::text::smallint[],
        ${list(changes.map(({ place }) => place.lastReadMs))}::text::bigint[],
        ${list(changes.map(({ isVisible }) => (isVisible ? revision : 0)))}::text::bigint[])
      ON CONFLICT (market, interval, minute) DO UPDATE SET state = excluded.state, reason = excluded.reason,
        readings = excluded.readings, last_read = excluded.last_read,
        revision = greatest(known.revision, excluded.revision)`,
  )
}

/** Forgets absences at which there is a candle now. */
export async function clearPlaces(
  tx: Transaction,
  { market, interval }: SeriesKey,
  minutes: readonly number[],
): Promise<void> {
  if (minutes.length === 0) return
  await rows(
    tx,
    sql`DELETE FROM place WHERE market = ${market} AND interval = ${codeOf(interval)}
      AND minute = ANY(${list(minutes)}::text::int[])`,
  )
}

/** Marks the chunks that hold any of these minutes as to be made anew. */
export async function markDirty(
  tx: Transaction,
  { market, interval }: SeriesKey,
  minutes: readonly number[],
): Promise<void> {
  if (minutes.length === 0) return
  await rows(
    tx,
    sql`UPDATE chunk SET dirty = true WHERE market = ${market} AND interval = ${codeOf(interval)} AND NOT removed
      AND EXISTS (SELECT 1 FROM unnest(${list(minutes)}::text::int[]) AS changed (minute)
        WHERE changed.minute >= chunk.from_minute AND changed.minute < chunk.to_minute)`,
  )
}

/** Keeps refused rows as they came; each once, however often the source repeats it. */
export async function writeRefused(
  tx: Transaction,
  source: string,
  market: string | null,
  atMs: number,
  refused: readonly RefusedRow[],
  interval: StoredInterval | null = null,
): Promise<void> {
  if (refused.length === 0) return
  await rows(
    tx,
    sql`INSERT INTO quarantine (at, source, market, interval, start, reason, raw, candle, second_market, basis_points)
      SELECT ${atMs}::bigint, ${source}::text, ${market}::text, ${interval && codeOf(interval)}::smallint, r.* FROM unnest(
        ${list(refused.map((row) => row.startMs))}::text::bigint[],
        ${textList(refused.map((row) => row.reason))}::text::text[],
        ${textList(refused.map((row) => row.raw))}::text::text[],
        ${textList(refused.map(({ candle }) => (candle ? JSON.stringify(candle) : '')))}::text::text[],
        ${textList(refused.map(({ opinion }) => opinion?.market ?? null))}::text::text[],
        ${list(refused.map(({ opinion }) => opinion?.basisPoints ?? null))}::text::bigint[])
        AS r (start, reason, raw, candle, second_market, basis_points)
      WHERE NOT EXISTS (SELECT 1 FROM quarantine q WHERE q.source = ${source} AND q.market IS NOT DISTINCT FROM ${market}
        AND q.start IS NOT DISTINCT FROM r.start AND q.raw = r.raw)`,
  )
}
