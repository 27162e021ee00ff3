/**
 * The tail: places of each series that changed after a revision, for the last 8 days and for whatever lies behind the
 * newest chunk. History that is still being fetched before the newest chunk reaches devices as chunks only.
 */
import { setImmediate } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import type { Part } from '../../core/chunk/chunk.ts'
import { placesLimit } from '../../core/chunk/layout.ts'
import type { MarketId } from '../../core/market.ts'
import { floorTo, STORED_INTERVALS, type StoredInterval } from '../../core/time/interval.ts'
import { periodAt, PERIOD_LENGTHS } from '../../core/time/period.ts'
import { encodeTail, type TailSeries } from '../../core/wire/tail.ts'
import { rows, type Transaction } from '../db/database.ts'
import { headRevision, type Context } from './context.ts'
import { codeOf, HOT_MS, minuteOf, msOf, stepOf } from './grid.ts'
import { listMarkets } from './markets.ts'
import type { Standing } from './standing.ts'
import { changesSince } from './tail-changes.ts'
import { framesAfter, type ChangesText, type Frames, type TailSpan } from './tail-frames.ts'

/**
 * @param markets null = all
 * @param intervals null = all three
 * @param parts null = both
 */
export async function tail(
  context: Context,
  since: number,
  markets: readonly MarketId[] | null,
  intervals: readonly StoredInterval[] | null,
  nowMs: number,
  parts: readonly Part[] | null = null,
): Promise<Uint8Array> {
  const { revision, found } = await context.database.read(async (tx) => {
    const head = await headRevision(tx)
    const wanted = await wantedSeries(tx, markets, intervals ?? STORED_INTERVALS, nowMs)
    return { revision: head, found: await newsSince(tx, wanted, since, head, context) }
  })
  const sent = (part: Part, frames: Frames | null) =>
    parts === null || parts.includes(part) ? (frames?.[part].bytes ?? null) : null
  const series: TailSeries[] = []
  for (const { one, before, text } of found) {
    // Eight days of ten markets are most of a second of work: others get their turn in between.
    if (text) await setImmediate()
    const frames = framesAfter(before, one, text)
    if (since === 0) context.standing.keep(one, revision, frames)
    const { market, interval, firstUncoveredMs } = one
    series.push({
      market: market.id,
      interval,
      firstUncoveredMs,
      price: sent('price', frames),
      volume: sent('volume', frames),
    })
  }
  return encodeTail({ archive: context.archiveId, revision, series })
}

interface WantedSeries extends TailSpan {
  readonly firstUncoveredMs: number
}

/** What is new in a series since it stood as `before`. */
interface News {
  readonly one: WantedSeries
  readonly before: Frames | null
  /** null when nothing is. */
  readonly text: ChangesText | null
}

/** What changed after a revision. From the beginning: what the series were when that was last asked for, and what is new. */
async function newsSince(
  tx: Transaction,
  wanted: readonly WantedSeries[],
  since: number,
  head: number,
  { standing }: Pick<Context, 'standing'>,
): Promise<News[]> {
  const known = since > 0 ? new Map<WantedSeries, Standing>() : await standing.usable(tx, wanted)
  const reached = Math.min(...[...known.values()].map(({ revision }) => revision))
  const texts = new Map([
    ...(await changesSince(tx, [...known.keys()], reached, head)),
    ...(await changesSince(
      tx,
      wanted.filter((one) => !known.has(one)),
      since,
      head,
    )),
  ])
  return wanted.map((one) => ({ one, before: known.get(one)?.frames ?? null, text: texts.get(one) ?? null }))
}

async function wantedSeries(
  tx: Transaction,
  markets: readonly MarketId[] | null,
  intervals: readonly StoredInterval[],
  nowMs: number,
): Promise<WantedSeries[]> {
  const uncovered = await firstUncovered(tx)
  const wanted = new Set(markets)
  const followed = (await listMarkets(tx)).filter(({ id }) => markets === null || wanted.has(id))
  return followed.flatMap((market) =>
    intervals.map((interval) => {
      const firstUncoveredMs = uncovered(market.key, interval)
      const fromMinute = minuteOf(tailStart(interval, firstUncoveredMs, nowMs))
      return { market, interval, firstUncoveredMs, fromMinute }
    }),
  )
}

/** End of the newest chunk of each series; 0 where there is none. */
async function firstUncovered(tx: Transaction) {
  const found = await rows<{ market: number; interval: number; ends: number }>(
    tx,
    sql`SELECT market, interval, max(to_minute) AS ends FROM chunk WHERE NOT removed AND rows > 0
      GROUP BY market, interval`,
  )
  const ends = new Map(found.map((row) => [`${row.market}/${row.interval}`, msOf(row.ends)]))
  return (market: number, interval: StoredInterval) => ends.get(`${market}/${codeOf(interval)}`) ?? 0
}

/** The first place that a tail may hold. Where no chunk is yet, it begins with the period that is still open. */
function tailStart(interval: StoredInterval, firstUncoveredMs: number, nowMs: number): number {
  const open = periodAt(PERIOD_LENGTHS[interval][0]!, nowMs).fromMs
  const uncovered = firstUncoveredMs || open
  const limit = floorTo(interval, nowMs) - placesLimit(interval, true) * stepOf(interval) * 60_000
  return Math.max(limit, Math.min(uncovered, floorTo(interval, nowMs - HOT_MS)))
}
