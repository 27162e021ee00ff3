/**
 * Which period is to be sealed next. A period is ready when it is closed, all of it was read after settling, and none of
 * its places is open. Imported series have no coverage: whatever is there is sealed once the period is closed.
 */
import { sql } from 'drizzle-orm'
import type { MarketId } from '../../core/market.ts'
import { MINUTE_MS, STORED_INTERVALS, type StoredInterval } from '../../core/time/interval.ts'
import {
  LONGEST_PERIOD,
  nextPeriod,
  periodAt,
  PERIOD_LENGTHS,
  type Period,
  type PeriodLength,
} from '../../core/time/period.ts'
import { list } from '../db/arrays.ts'
import { rows, type Transaction } from '../db/database.ts'
import type { ArchiveOptions } from './context.ts'
import { minutesFromMs } from './coverage.ts'
import { codeOf, minuteOf, msOf, SLICE_PLACES, stepOf } from './grid.ts'
import { listMarkets, type KeyedMarket } from './markets.ts'

/** A period that is closed and not sealed, or to be sealed anew. */
export interface Candidate {
  readonly market: KeyedMarket
  readonly interval: StoredInterval
  readonly period: Period
  /** It must have been read from here on: minutes are asked for from a certain instant on only. */
  readonly wantedMinute: number
}

/** What of a series there is to seal. */
interface Extent {
  readonly market: number
  readonly interval: number
  readonly from: number
  readonly to: number
}

/** So many periods are taken from one look at all series; what has become more urgent meanwhile waits no longer. */
const MOST_AT_ONCE = 200

/** Periods that were found ready, so that not every series is looked at again for each of them. */
export class ReadyPeriods {
  #found: Candidate[] = []

  /** The next one, of one market or any: days before hours before minutes, the newest first. */
  async next(
    tx: Transaction,
    options: Pick<ArchiveOptions, 'minuteDays'>,
    nowMs: number,
    only?: MarketId,
  ): Promise<Candidate | null> {
    if (only) return (await allReady(tx, options, nowMs, only))[0] ?? null
    for (;;) {
      const candidate = this.#found.shift()
      if (!candidate) break
      if (await isReadyStill(tx, candidate)) return candidate
    }
    this.#found = (await allReady(tx, options, nowMs)).slice(0, MOST_AT_ONCE)
    return this.#found.shift() ?? null
  }
}

async function allReady(
  tx: Transaction,
  options: Pick<ArchiveOptions, 'minuteDays'>,
  nowMs: number,
  only?: MarketId,
): Promise<Candidate[]> {
  const all = await listCandidates(tx, options, nowMs)
  const candidates = only ? all.filter(({ market }) => market.id === only) : all
  const covered = candidates.filter(({ market }) => market.source !== 'csv')
  const ready = new Set(await readyOnes(tx, covered))
  for (const candidate of candidates) if (candidate.market.source === 'csv') ready.add(candidate)
  return candidates.filter((candidate) => ready.has(candidate))
}

/** Neither sealed by somebody else, nor marked to be read again, nor purged since it was found. */
async function isReadyStill(tx: Transaction, candidate: Candidate): Promise<boolean> {
  const { market, interval, period } = candidate
  const [open] = await rows(
    tx,
    sql`SELECT 1 FROM market m WHERE m.key = ${market.key} AND NOT m.removed AND NOT EXISTS (SELECT 1 FROM chunk
      WHERE market = m.key AND interval = ${codeOf(interval)} AND part = 1 AND NOT removed AND NOT dirty
        AND from_minute <= ${minuteOf(period.fromMs)} AND to_minute >= ${minuteOf(period.toMs)})`,
  )
  if (!open) return false
  return market.source === 'csv' || (await readyOnes(tx, [candidate])).length > 0
}

async function listCandidates(
  tx: Transaction,
  options: Pick<ArchiveOptions, 'minuteDays'>,
  nowMs: number,
): Promise<Candidate[]> {
  const markets = await listMarkets(tx)
  const extents = new Map((await seriesExtents(tx)).map((one) => [`${one.market}/${one.interval}`, one]))
  const sealed = await sealedPeriods(tx)
  const found: Candidate[] = []
  for (const interval of STORED_INTERVALS)
    for (const market of markets) {
      const extent = extents.get(`${market.key}/${codeOf(interval)}`)
      if (!extent) continue
      const dirty = (period: Period) => sealed.get(`${market.key}/${codeOf(interval)}/${period.text}`)
      // A short period within a sealed long one is done, whatever the clock says by now.
      const isOpen = (period: Period) =>
        dirty(period) !== false &&
        (period.length === LONGEST_PERIOD[interval] ||
          dirty(periodAt(LONGEST_PERIOD[interval], period.fromMs)) === undefined)
      const wantedMs = interval === '1m' ? minutesFromMs(market, options, nowMs) : -Infinity
      for (const period of closedPeriods(interval, extent, nowMs)) {
        if (!isOpen(period)) continue
        const wantedMinute = Math.ceil(Math.max(period.fromMs, wantedMs) / MINUTE_MS)
        found.push({ market, interval, period, wantedMinute })
      }
    }
  const rank = ({ interval }: Candidate) => -STORED_INTERVALS.indexOf(interval)
  return found.sort((a, b) => rank(a) - rank(b) || b.period.fromMs - a.period.fromMs)
}

/** Closed periods of the extent: long ones, and the short ones of the long period that is still open. */
function closedPeriods(interval: StoredInterval, { from, to }: Extent, nowMs: number): Period[] {
  const lengths = PERIOD_LENGTHS[interval]
  const long = lengths.at(-1)!
  const end = msOf(to)
  const closed = between(long, msOf(from), end).filter((period) => period.toMs <= nowMs)
  if (lengths.length === 1) return closed
  const open = periodAt(long, nowMs)
  const short = between(lengths[0]!, Math.max(msOf(from), open.fromMs), end)
  return [...closed, ...short.filter((period) => period.toMs <= nowMs)]
}

function between(length: PeriodLength, fromMs: number, toMs: number): Period[] {
  const periods: Period[] = []
  for (let period = periodAt(length, fromMs); period.fromMs < toMs; period = nextPeriod(period))
    periods.push(period)
  return periods
}

/** From the first candle of each series to the last slice or row. What was before the first one has nothing to seal. */
function seriesExtents(tx: Transaction): Promise<Extent[]> {
  const slice = sql`CASE s.interval WHEN 1 THEN 1 WHEN 2 THEN 60 ELSE 1440 END * ${SLICE_PLACES}::int`
  return rows<Extent>(
    tx,
    sql`SELECT s.market, s.interval, s.first_minute AS from, greatest(s.last_minute + 1, (SELECT max(from_minute) + ${slice}
        FROM coverage WHERE market = s.market AND interval = s.interval)) AS to
      FROM series s JOIN market m ON m.key = s.market WHERE NOT m.removed`,
  )
}

/** Sealed periods, and whether each is to be made anew. */
async function sealedPeriods(tx: Transaction): Promise<Map<string, boolean>> {
  const found = await rows<{ market: number; interval: number; period: string; dirty: boolean }>(
    tx,
    sql`SELECT market, interval, period, dirty FROM chunk WHERE part = 1 AND NOT removed`,
  )
  return new Map(found.map((row) => [`${row.market}/${row.interval}/${row.period}`, row.dirty]))
}

async function readyOnes(tx: Transaction, candidates: readonly Candidate[]): Promise<Candidate[]> {
  if (candidates.length === 0) return []
  const column = (pick: (candidate: Candidate) => number) => list(candidates.map(pick))
  const found = await rows<{ n: string | number }>(
    tx,
    sql`SELECT n FROM unnest(
        ${column(({ market }) => market.key)}::text::int[],
        ${column(({ interval }) => codeOf(interval))}::text::int[],
        ${column(({ period }) => minuteOf(period.fromMs))}::text::int[],
        ${column(({ period }) => minuteOf(period.toMs))}::text::int[],
        ${column(({ wantedMinute: minute }) => minute)}::text::int[],
        ${column(({ interval }) => SLICE_PLACES * stepOf(interval))}::text::int[]
      ) WITH ORDINALITY AS p (market, interval, from_minute, to_minute, wanted, slice, n)
      WHERE (SELECT coalesce(sum(greatest(0, least(c.settled_to, p.to_minute) - greatest(c.from_minute, p.wanted))), 0) FROM coverage c
          WHERE c.market = p.market AND c.interval = p.interval
            AND c.from_minute > p.from_minute - p.slice AND c.from_minute < p.to_minute) >= p.to_minute - p.wanted
        AND NOT EXISTS (SELECT 1 FROM coverage c WHERE c.market = p.market AND c.interval = p.interval
          AND c.from_minute > p.from_minute - p.slice AND c.from_minute < p.to_minute
          AND c.settled_to < least(c.to_minute, p.to_minute))
        AND NOT EXISTS (SELECT 1 FROM place a WHERE a.market = p.market AND a.interval = p.interval
          AND a.minute >= p.from_minute AND a.minute < p.to_minute
          AND (a.reason IS NULL OR (a.reason = 'refused' AND a.readings < 2)))`,
  )
  return found.map(({ n }) => candidates[Number(n) - 1]!)
}
