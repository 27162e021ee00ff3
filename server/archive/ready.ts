/**
 * Which period is to be sealed next. A period is ready when it is closed, all of it was read after settling, and none of
 * its places is open. Imported series have no coverage: whatever is there is sealed once the period is closed.
 */
import { sql } from 'drizzle-orm'
import { STORED_INTERVALS, type StoredInterval } from '../../core/time/interval.ts'
import {
  nextPeriod,
  periodAt,
  PERIOD_LENGTHS,
  type Period,
  type PeriodLength,
} from '../../core/time/period.ts'
import { list } from '../db/arrays.ts'
import { rows, type Transaction } from '../db/database.ts'
import { minutesFromMs } from './coverage.ts'
import { codeOf, minuteOf, msOf, SLICE_PLACES, stepOf } from './grid.ts'
import { listMarkets, type KeyedMarket } from './markets.ts'

/** A period that is closed and not sealed, or to be sealed anew. */
export interface Candidate {
  readonly market: KeyedMarket
  readonly interval: StoredInterval
  readonly period: Period
  /** It must have been read from here on. */
  readonly wantedMinute: number
}

/** What of a series there is to seal. */
interface Extent {
  readonly market: number
  readonly interval: number
  readonly from: number
  readonly to: number
}

/** The next period that is ready: days before hours before minutes, the newest first. */
export async function nextReady(tx: Transaction, nowMs: number): Promise<Candidate | null> {
  const candidates = await listCandidates(tx, nowMs)
  const covered = candidates.filter(({ market }) => market.source !== 'csv')
  const ready = new Set(await readyOnes(tx, covered))
  for (const candidate of candidates) if (candidate.market.source === 'csv') ready.add(candidate)
  return candidates.find((candidate) => ready.has(candidate)) ?? null
}

async function listCandidates(tx: Transaction, nowMs: number): Promise<Candidate[]> {
  const markets = await listMarkets(tx)
  const extents = await seriesExtents(tx)
  const sealed = await sealedPeriods(tx)
  const found: Candidate[] = []
  for (const interval of STORED_INTERVALS)
    for (const market of markets) {
      const extent = extents.find((one) => one.market === market.key && one.interval === codeOf(interval))
      if (!extent) continue
      const isOpen = (period: Period) =>
        sealed.get(`${market.key}/${codeOf(interval)}/${period.text}`) !== false
      for (const period of closedPeriods(interval, extent, nowMs))
        if (isOpen(period))
          found.push({
            market,
            interval,
            period,
            wantedMinute: wantedMinute(market, interval, period, nowMs),
          })
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

/** Minutes are asked for from a certain instant on only; the period in which it lies is whole without the part before. */
function wantedMinute(market: KeyedMarket, interval: StoredInterval, period: Period, nowMs: number): number {
  const wantedMs = interval === '1m' ? minutesFromMs(market, nowMs) : period.fromMs
  return Math.max(minuteOf(period.fromMs), Math.ceil(wantedMs / 60_000))
}

/** From the first slice of each series to its last settled place; of imported series from the first row to the last. */
function seriesExtents(tx: Transaction): Promise<Extent[]> {
  return rows<Extent>(
    tx,
    sql`SELECT market, interval, min(from_minute) AS from, max(settled_to) AS to FROM coverage GROUP BY market, interval
      UNION ALL
      SELECT c.market, c.interval, min(c.minute) AS from, max(c.minute) + 1 AS to FROM candle c
        JOIN market m ON m.key = c.market WHERE m.source = 'csv' GROUP BY c.market, c.interval`,
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
      WHERE (SELECT sum(greatest(0, least(c.settled_to, p.to_minute) - greatest(c.from_minute, p.wanted))) FROM coverage c
          WHERE c.market = p.market AND c.interval = p.interval
            AND c.from_minute > p.from_minute - p.slice AND c.from_minute < p.to_minute) >= p.to_minute - p.wanted
        AND NOT EXISTS (SELECT 1 FROM place a WHERE a.market = p.market AND a.interval = p.interval
          AND a.minute >= p.from_minute AND a.minute < p.to_minute
          AND (a.reason IS NULL OR (a.reason = 'refused' AND a.readings < 2)))`,
  )
  return found.map(({ n }) => candidates[Number(n) - 1]!)
}
