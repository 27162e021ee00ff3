/**
 * What of a series is missing, sealed or not, and of which class: from the first place that was or is to be read to the
 * newest one that has closed.
 */
import { sql } from 'drizzle-orm'
import { isMissing, State } from '../../core/candle/columns.ts'
import { ChunkError } from '../../core/chunk/chunk.ts'
import type { MarketId } from '../../core/market.ts'
import { floorTo, INTERVAL_MS, STORED_INTERVALS, type StoredInterval } from '../../core/time/interval.ts'
import { rows, type Transaction } from '../db/database.ts'
import type { Context } from './context.ts'
import { minutesFromMs } from './coverage.ts'
import { GapCollector } from './gaps.ts'
import { codeOf, minuteOf, msOf } from './grid.ts'
import { findMarket, listMarkets, type KeyedMarket } from './markets.ts'
import { readSpan, statesOf, type SeriesKey } from './span.ts'
import type { GapClass } from '../../core/wire/owner.ts'
import type { Gap, SourceLimits } from './types.ts'

/** Places read at a time. */
const STRETCH = 14_400

/** What is known of a source that is not asked. */
const NO_LIMITS: SourceLimits = { foundedMs: null, isLimited: false, limitedUntilMs: null }

interface Entry {
  readonly period: string
  readonly from_minute: number
  readonly to_minute: number
  readonly dirty: boolean
}

interface Slice {
  readonly from_minute: number
  readonly to_minute: number
  readonly read_to: number
}

/** One series as far as its gaps hang on it. */
interface Outline {
  readonly firstMs: number
  readonly lastMs: number
  /** Dropped by retention, unless it was read anew since; both 0 where nothing was. */
  readonly droppedFromMs: number
  readonly droppedToMs: number
  readonly coverage: readonly Slice[]
  readonly entries: readonly Entry[]
}

/**
 * @param sealed states of chunks by period, where they were read already
 * @throws ChunkError when a chunk is damaged
 */
export async function seriesGaps(
  context: Context,
  market: KeyedMarket,
  interval: StoredInterval,
  limits: SourceLimits = NO_LIMITS,
  sealed?: ReadonlyMap<string, Uint8Array | null>,
): Promise<Gap[]> {
  const { database, clock } = context
  const key: SeriesKey = { market: market.key, interval }
  const own = await database.readInTurn((tx) => outline(tx, key))
  const days = interval === '1d' ? null : await readDays(context, market)
  const wantedMs = interval === '1m' ? minutesFromMs(market, context, clock.now()) : -Infinity
  const [fromMs, toMs] = extent(market, interval, own, days, wantedMs, limits, clock.now())
  const kindOf = classifier(market, interval, own, days, wantedMs, limits)
  const collector = new GapCollector(market.id, interval, limits.limitedUntilMs)
  const step = INTERVAL_MS[interval]
  const take = (startMs: number, states: Uint8Array) =>
    collector.take(
      startMs,
      Array.from(states, (state, i) => (isMissing(state) ? kindOf(state, startMs + i * step) : null)),
    )
  const loose = async (from: number, to: number) => {
    for (let at = from; at < to; at += STRETCH * step) {
      const end = Math.min(to, at + STRETCH * step)
      take(
        at,
        await database.readInTurn(async (tx) =>
          statesOf(await readSpan(tx, key, minuteOf(at), minuteOf(end))),
        ),
      )
    }
  }
  let at = fromMs
  for (const { period, from_minute, to_minute, dirty } of own.entries) {
    await loose(at, msOf(from_minute))
    const states = dirty ? undefined : sealed?.get(period)
    if (states) take(msOf(from_minute), states)
    // What cannot be read is a fault, told as such.
    else if (states === undefined) await loose(msOf(from_minute), msOf(to_minute))
    at = msOf(to_minute)
  }
  await loose(at, toMs)
  return collector.end()
}

/** @throws UnknownMarketError, ChunkError */
export async function listGaps(
  context: Context,
  id: MarketId | null,
  only: StoredInterval | null,
  limits: Readonly<Record<string, SourceLimits>>,
): Promise<readonly Gap[]> {
  const markets = await context.database.read(async (tx) =>
    id === null ? listMarkets(tx) : [await findMarket(tx, id)],
  )
  const gaps: Gap[] = []
  for (const market of markets)
    for (const interval of only === null ? STORED_INTERVALS : [only])
      gaps.push(...(await seriesGaps(context, market, interval, limits[market.source])))
  return gaps
}

async function outline(tx: Transaction, { market, interval }: SeriesKey): Promise<Outline> {
  const code = codeOf(interval)
  const [ends] = await rows<{
    first_minute: number
    last_minute: number
    dropped_from: number | null
    dropped_to: number | null
  }>(
    tx,
    sql`SELECT first_minute, last_minute, dropped_from, dropped_to FROM series WHERE market = ${market} AND interval = ${code}`,
  )
  return {
    firstMs: ends ? msOf(ends.first_minute) : Infinity,
    lastMs: ends ? msOf(ends.last_minute) : -Infinity,
    ...droppedOf(ends),
    coverage: await rows<Slice>(
      tx,
      sql`SELECT from_minute, to_minute, read_to FROM coverage WHERE market = ${market} AND interval = ${code}
        ORDER BY from_minute`,
    ),
    entries: await rows<Entry>(
      tx,
      sql`SELECT period, from_minute, to_minute, dirty FROM chunk
        WHERE market = ${market} AND interval = ${code} AND part = 1 AND NOT removed ORDER BY from_minute`,
    ),
  }
}

function droppedOf(ends?: { first_minute: number; dropped_from: number | null; dropped_to: number | null }) {
  const { first_minute: first = 0, dropped_from: from = null, dropped_to: to = null } = ends ?? {}
  const isGone = from !== null && to !== null && first >= to
  return { droppedFromMs: isGone ? msOf(from) : 0, droppedToMs: isGone ? msOf(to) : 0 }
}

/** What the days say: where the market begins, and of each day whether anything is to be had there. */
interface Days {
  readonly firstMs: number
  stateAt(ms: number): number | undefined
}

async function readDays({ database, clock }: Context, { key: market }: KeyedMarket): Promise<Days> {
  const key: SeriesKey = { market, interval: '1d' }
  const { firstMs, coverage } = await database.readInTurn((tx) => outline(tx, key))
  if (firstMs === Infinity) return { firstMs, stateAt: () => undefined }
  const to = Math.max(minuteOf(floorTo('1d', clock.now())), minuteOf(firstMs))
  const states = await database
    .readInTurn(async (tx) => statesOf(await readSpan(tx, key, minuteOf(firstMs), to)))
    .catch((error: unknown) => {
      // Told as a fault of the days; of what is shorter it tells nothing.
      if (error instanceof ChunkError) return new Uint8Array(0)
      throw error
    })
  const isRead = reader(coverage)
  return {
    firstMs,
    stateAt: (ms) => {
      const day = floorTo('1d', ms)
      if (day < firstMs) return isRead(day) ? State.beyond : undefined
      const state = states[(day - firstMs) / INTERVAL_MS['1d']]
      return state === State.missing && !isRead(day) ? undefined : state
    },
  }
}

/** Which places are spoken of. */
function extent(
  market: KeyedMarket,
  interval: StoredInterval,
  { firstMs, lastMs, droppedFromMs, droppedToMs, coverage, entries }: Outline,
  days: Days | null,
  wantedMs: number,
  { foundedMs }: SourceLimits,
  nowMs: number,
): [fromMs: number, toMs: number] {
  const step = INTERVAL_MS[interval]
  const isFollowed = market.status === 'live' || market.status === 'ended'
  const known = [
    firstMs,
    ...[...coverage.slice(0, 1), ...entries.slice(0, 1)].map((one) => msOf(one.from_minute)),
  ]
  // Days are asked for from the source's founding on, what is shorter where there are days.
  const unknown = foundedMs ?? (interval === '1m' ? wantedMs : Infinity)
  const begin = days && days.firstMs < Infinity ? days.firstMs : unknown
  if (droppedToMs > 0) known.push(droppedFromMs)
  const wanted = isFollowed ? Math.max(begin, wantedMs) : Infinity
  const fromMs = Math.min(...known, Number.isFinite(begin) ? floorTo(interval, wanted) : Infinity)
  const read = coverage.map(({ read_to }) => msOf(read_to))
  const toMs = market.status === 'live' ? floorTo(interval, nowMs) : Math.max(lastMs + step, ...read)
  return Number.isFinite(fromMs) ? [fromMs, Math.min(toMs, floorTo(interval, nowMs))] : [0, 0]
}

/** Of which class a missing place is; null for one that nobody misses. */
function classifier(
  market: KeyedMarket,
  interval: StoredInterval,
  { firstMs, lastMs, droppedToMs, coverage }: Outline,
  days: Days | null,
  wantedMs: number,
  { isLimited, limitedUntilMs, sampled }: SourceLimits,
) {
  const isRead = reader(coverage)
  const beyond = (startMs: number): GapClass =>
    !isLimited && (days === null || startMs < days.firstMs) ? 'not-listed' : 'limit'
  const byState = (state: number, startMs: number): GapClass => {
    if (state === State.outage) return 'outage'
    if (state === State.refused) return 'refused'
    if (state === State.beyond) return beyond(startMs)
    return sampled?.includes(interval) ? 'unsampled' : 'unconfirmed'
  }
  return (state: number, startMs: number): GapClass | null => {
    // Before and behind what was imported nothing is expected.
    if (market.source === 'csv') return startMs < firstMs || startMs > lastMs ? null : 'not-imported'
    if (startMs < droppedToMs) return 'dropped'
    // In the slice of the first candle what was read as absent before the first day is no hole of the market.
    if (state === State.missing && days?.stateAt(startMs) === State.beyond) return beyond(startMs)
    if (state !== State.missing || isRead(startMs)) return byState(state, startMs)
    if (startMs < wantedMs) return 'unwanted'
    // Where no day has a candle, nothing shorter is asked for.
    const day = days?.stateAt(startMs)
    if (day !== undefined && day !== State.present) return byState(day, startMs)
    return limitedUntilMs === null ? 'unread' : 'rate-limited'
  }
}

/** Whether a place was read, as often as places are asked for in their order. */
function reader(coverage: readonly Slice[]): (startMs: number) => boolean {
  let i = 0
  return (startMs) => {
    const minute = minuteOf(startMs)
    if ((coverage[i]?.from_minute ?? Infinity) > minute) i = 0
    while (i < coverage.length && coverage[i]!.to_minute <= minute) i++
    const slice = coverage[i]
    return slice !== undefined && slice.from_minute <= minute && minute < slice.read_to
  }
}
