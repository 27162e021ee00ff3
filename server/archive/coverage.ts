/** The coverage index: what was read of each series, slice by slice. Ingest's only memory. */
import { sql } from 'drizzle-orm'
import type { MarketId } from '../../core/market.ts'
import { State } from '../../core/candle/columns.ts'
import { DAY_MS, INTERVAL_MS, STORED_INTERVALS, type StoredInterval } from '../../core/time/interval.ts'
import type { BackfillProgress } from '../../core/wire/api.ts'
import { rows, type Transaction } from '../db/database.ts'
import { commit, type ArchiveOptions, type Context } from './context.ts'
import { codeOf, intervalFrom, minuteOf, msOf, SLICE_PLACES, stepOf } from './grid.ts'
import { keptFromMs } from './kept.ts'
import { listMarkets, lockMarket, type KeyedMarket } from './markets.ts'
import { isConfirmed } from './place.ts'
import { readSpan, type SeriesKey } from './span.ts'
import type { CoverageSlice, Market } from './types.ts'
import { markDirty, writePlaces, type PlaceChange } from './write.ts'

const MINUTE_DAYS = 365

interface CoverageRecord {
  id: MarketId
  interval: number
  from_minute: number
  to_minute: number
  read_to: number
  settled_to: number
  readings: number
  silences: number
  last_read: string | number
  open: number
}

/** All slices ever read or marked, of one source or of all, by market, interval and time. */
export async function listCoverage(tx: Transaction, source?: string): Promise<CoverageSlice[]> {
  const found = await rows<CoverageRecord>(
    tx,
    sql`SELECT m.id, c.* FROM coverage c JOIN market m ON m.key = c.market WHERE NOT m.removed
        AND m.source = coalesce(${source ?? null}::text, m.source)
      ORDER BY c.market, c.interval, c.from_minute`,
  )
  return found.map((record) => ({
    market: record.id,
    interval: intervalFrom(record.interval),
    fromMs: msOf(record.from_minute),
    toMs: msOf(record.to_minute),
    readToMs: msOf(record.read_to),
    readings: record.readings,
    silences: record.silences,
    lastReadMs: Number(record.last_read),
    open: record.open,
    settled: record.settled_to >= record.to_minute,
  }))
}

/** Places marked in one transaction, so that nobody waits long for the embedded database. */
const MARKED_AT_ONCE = 100 * SLICE_PLACES

/** Marks every place without a reason in [fromMs, toMs) that no chunk holds as beyond, and its slices as read. */
export async function markBeyond(
  context: Context,
  id: MarketId,
  interval: StoredInterval,
  fromMs: number,
  toMs: number,
): Promise<void> {
  const length = MARKED_AT_ONCE * INTERVAL_MS[interval]
  for (let to = toMs; to > fromMs;) {
    // Cut where slices end, so that each slice lies in one piece.
    const from = Math.max(fromMs, Math.ceil(to / length - 1) * length)
    await markSpanBeyond(context, id, interval, from, to)
    to = from
  }
}

function markSpanBeyond(
  context: Context,
  id: MarketId,
  interval: StoredInterval,
  fromMs: number,
  toMs: number,
): Promise<void> {
  return commit(context, async (tx, takeRevision) => {
    const { key } = await lockMarket(tx, id)
    const [from, to, step, code] = [minuteOf(fromMs), minuteOf(toMs), stepOf(interval), codeOf(interval)]
    await coverBeyond(tx, key, interval, from, to)
    const revision = await takeRevision()
    await rows(
      tx,
      sql`INSERT INTO place AS known (market, interval, minute, state, reason, readings, last_read, revision)
        SELECT ${key}::int, ${code}::smallint, minute, ${State.beyond}::smallint, 'beyond', 0,
          ${context.clock.now()}::bigint, ${revision}::bigint
        FROM generate_series(${from}::int, ${to - step}::int, ${step}::int) AS grid (minute)
        WHERE NOT EXISTS (SELECT 1 FROM candle c WHERE c.market = ${key} AND c.interval = ${code} AND c.minute = grid.minute)
          AND NOT EXISTS (SELECT 1 FROM chunk h WHERE h.market = ${key} AND h.interval = ${code} AND NOT h.removed
            AND grid.minute >= h.from_minute AND grid.minute < h.to_minute)
        ON CONFLICT (market, interval, minute) DO UPDATE SET state = excluded.state, reason = excluded.reason,
          revision = excluded.revision
          WHERE known.reason IS NULL OR known.reason = 'silent'`,
    )
    await markUpToFirst(tx, { market: key, interval }, from, to, revision)
    await rows(
      tx,
      sql`UPDATE coverage c SET open = (SELECT count(*) FROM place p WHERE p.market = c.market AND p.interval = c.interval
          AND p.minute >= c.from_minute AND p.minute < c.read_to
          AND (p.reason IS NULL OR (p.reason = 'refused' AND p.readings < 2)))
        WHERE market = ${key} AND interval = ${code} AND from_minute < ${to} AND to_minute > ${from}`,
    )
    return { result: undefined, events: [] }
  })
}

/**
 * Where the span ends at the slice of the first candle of all, or within it, what was read as absent there before that
 * candle is beyond as well, sealed or not: no market yet, or no more of it at the source.
 */
async function markUpToFirst(
  tx: Transaction,
  key: SeriesKey,
  from: number,
  to: number,
  revision: number,
): Promise<void> {
  const step = stepOf(key.interval)
  const length = SLICE_PLACES * step
  const [found] = await rows<{ first: number }>(
    tx,
    sql`SELECT first_minute AS first FROM series s JOIN coverage c USING (market, interval)
      WHERE market = ${key.market} AND interval = ${codeOf(key.interval)} AND readings > 0
        AND from_minute = first_minute / ${length}::int * ${length}::int`,
  )
  const slice = found && Math.floor(found.first / length) * length
  if (!found || slice === undefined || to < slice || to > found.first) return
  const start = Math.max(from, slice)
  const { places } = await readSpan(tx, key, start, found.first)
  const changes = places.flatMap((place, i): PlaceChange[] => {
    // Open ones are called so when they are confirmed. Of which nothing is known, a chunk holds as missing.
    if (place && !isConfirmed(place)) return []
    const { readings, lastReadMs } = place ?? { readings: 2, lastReadMs: 0 }
    return [{ minute: start + i * step, place: { reason: 'beyond', readings, lastReadMs }, isVisible: true }]
  })
  await writePlaces(tx, key, changes, revision)
  await markDirty(
    tx,
    key,
    changes.map(({ minute }) => minute),
  )
}

/** Slices that lie wholly in the span count as read and settled. */
async function coverBeyond(
  tx: Transaction,
  key: number,
  interval: StoredInterval,
  from: number,
  to: number,
): Promise<void> {
  const length = SLICE_PLACES * stepOf(interval)
  const first = Math.ceil(from / length) * length
  if (first + length > to) return
  await rows(
    tx,
    sql`INSERT INTO coverage (market, interval, from_minute, to_minute, read_to, settled_to, readings, silences, last_read, open)
      SELECT ${key}::int, ${codeOf(interval)}::smallint, slice, slice + ${length}::int, slice + ${length}::int,
        slice + ${length}::int, 1, 0, 0, 0
      FROM generate_series(${first}::int, ${to - length}::int, ${length}::int) AS slices (slice)
      ON CONFLICT (market, interval, from_minute) DO UPDATE SET read_to = excluded.read_to,
        settled_to = excluded.settled_to, readings = greatest(coverage.readings, 1)`,
  )
}

/** Marks what was read since as unread, so that it is read again, sealed or not. Nothing known is forgotten. */
export function markUnread(context: Context, id: MarketId, sinceMs: number): Promise<void> {
  return commit(context, async (tx) => {
    const { key } = await lockMarket(tx, id)
    await rows(
      tx,
      sql`UPDATE coverage SET read_to = from_minute, settled_to = from_minute, readings = 0, silences = 0,
          last_read = 0, open = 0
        WHERE market = ${key} AND to_minute > ${minuteOf(sinceMs)}`,
    )
    return { result: undefined, events: [] }
  })
}

/** Minutes are wanted from here on. */
export function minutesFromMs(
  market: Market,
  { minuteDays = MINUTE_DAYS }: Pick<ArchiveOptions, 'minuteDays'>,
  nowMs: number,
): number {
  return market.minutesFromMs ?? nowMs - minuteDays * DAY_MS
}

/**
 * How far each followed series is. Minutes have a known depth; of days and hours the history counts from the oldest slice
 * of the market's days, since how far a source reaches back shows only by asking.
 */
export async function listProgress(
  tx: Transaction,
  options: Pick<ArchiveOptions, 'minuteDays' | 'retention'>,
  nowMs: number,
): Promise<BackfillProgress[]> {
  const markets = (await listMarkets(tx)).filter((market) => market.status === 'live')
  const done = await rows<{ market: number; interval: number; oldest: number; done: number }>(
    tx,
    sql`SELECT market, interval, min(from_minute) AS oldest,
        count(*) FILTER (WHERE readings > 0 OR read_to >= to_minute)::int AS done
      FROM coverage GROUP BY market, interval`,
  )
  const bySeries = new Map(done.map((entry) => [`${entry.market}/${entry.interval}`, entry]))
  const of = (market: KeyedMarket, interval: StoredInterval) =>
    bySeries.get(`${market.key}/${codeOf(interval)}`)
  return markets.flatMap((market) =>
    STORED_INTERVALS.map((interval) => {
      const found = of(market, interval)
      const wantedFrom =
        interval === '1m' ? minuteOf(minutesFromMs(market, options, nowMs)) : of(market, '1d')?.oldest
      const kept = Math.max(0, minuteOf(keptFromMs(options.retention, interval, nowMs)))
      const oldest = wantedFrom && Math.max(wantedFrom, kept)
      const length = SLICE_PLACES * stepOf(interval)
      const from = Math.floor((oldest ?? minuteOf(nowMs)) / length)
      const wanted = Math.max(Math.floor(minuteOf(nowMs) / length) - from + 1, found?.done ?? 0)
      return { market: market.id, interval, wanted, done: found?.done ?? 0 }
    }),
  )
}
