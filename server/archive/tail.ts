/**
 * The tail: places of each series that changed after a revision, for the last 8 days and for whatever lies behind the
 * newest chunk. History that is still being fetched before the newest chunk reaches devices as chunks only.
 */
import { setImmediate } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { State } from '../../core/candle/columns.ts'
import { encodeChunk } from '../../core/chunk/encode.ts'
import { placesLimit } from '../../core/chunk/layout.ts'
import { partsFromRows } from '../../core/chunk/rows.ts'
import type { MarketId } from '../../core/market.ts'
import { floorTo, STORED_INTERVALS, type StoredInterval } from '../../core/time/interval.ts'
import { periodAt, PERIOD_LENGTHS } from '../../core/time/period.ts'
import { encodeTail, type TailSeries } from '../../core/wire/tail.ts'
import { rows, type Transaction } from '../db/database.ts'
import { headRevision, type Context } from './context.ts'
import { codeOf, HOT_MS, minuteOf, msOf, stepOf } from './grid.ts'
import { listMarkets, type KeyedMarket } from './markets.ts'
import { candlesAggregate, candlesText, readCandles } from './span.ts'

/**
 * @param markets null = all
 * @param intervals null = all three
 */
export async function tail(
  context: Context,
  since: number,
  markets: readonly MarketId[] | null,
  intervals: readonly StoredInterval[] | null,
  nowMs: number,
): Promise<Uint8Array> {
  const { revision, found } = await context.database.read(async (tx) => {
    const wanted = await wantedSeries(tx, markets, intervals ?? STORED_INTERVALS, nowMs)
    const changes = since > 0 ? await changedSince(tx, since) : null
    const texts: { readonly one: WantedSeries; readonly text: ChangesText }[] = []
    for (const one of wanted)
      texts.push({ one, text: changes ? changesOf(changes, one) : await allChanges(tx, one) })
    return { revision: await headRevision(tx), found: texts }
  })
  const series: TailSeries[] = []
  for (const { one, text } of found) {
    // Eight days of ten markets are a second of work: others get their turn in between.
    await setImmediate()
    series.push({
      market: one.market.id,
      interval: one.interval,
      firstUncoveredMs: one.firstUncoveredMs,
      ...frames(one, text),
    })
  }
  return encodeTail({ archive: context.archiveId, revision, series })
}

interface WantedSeries {
  readonly market: KeyedMarket
  readonly interval: StoredInterval
  readonly firstUncoveredMs: number
  /** Nothing before belongs into the tail. */
  readonly fromMinute: number
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

/** What changed in a series, as text; `states` are minute and state of absent places. */
interface ChangesText {
  readonly candles: string | null
  readonly states: string | null
}

const NO_CHANGES: ChangesText = { candles: null, states: null }

/** Everything that the tail of a series holds. */
async function allChanges(
  tx: Transaction,
  { market, interval, fromMinute }: WantedSeries,
): Promise<ChangesText> {
  const where = sql`market = ${market.key} AND interval = ${codeOf(interval)} AND minute >= ${fromMinute}`
  const [found] = await rows<ChangesText>(
    tx,
    sql`SELECT ${candlesText(where)} AS candles,
      (SELECT string_agg(minute || ',' || state, ';') FROM place WHERE ${where} AND revision > 0) AS states`,
  )
  return found!
}

/** What changed in any series. */
async function changedSince(tx: Transaction, since: number): Promise<Map<string, ChangesText>> {
  // The index by revision is right however little the planner knows of the table.
  await rows(tx, sql`SET LOCAL enable_seqscan = off`)
  const found = await rows<ChangesText & { market: number; interval: number }>(
    tx,
    sql`SELECT market, interval, c.candles, p.states
      FROM (SELECT market, interval, ${candlesAggregate} AS candles FROM candle WHERE revision > ${since} GROUP BY 1, 2) c
      FULL JOIN (SELECT market, interval, string_agg(minute || ',' || state, ';') AS states FROM place
        WHERE revision > ${since} GROUP BY 1, 2) p USING (market, interval)`,
  )
  return new Map(found.map((row) => [`${row.market}/${row.interval}`, row]))
}

function changesOf(
  changes: ReadonlyMap<string, ChangesText>,
  { market, interval }: WantedSeries,
): ChangesText {
  return changes.get(`${market.key}/${codeOf(interval)}`) ?? NO_CHANGES
}

function readStates(text: string | null): [number, number][] {
  return text === null ? [] : text.split(';').map((pair) => pair.split(',').map(Number) as [number, number])
}

/** From the first changed place to the last one; `unchanged` in between. */
function frames(
  { market, interval, fromMinute }: WantedSeries,
  text: ChangesText,
): Pick<TailSeries, 'price' | 'volume'> {
  const candles = readCandles(text.candles).filter(({ startMs }) => minuteOf(startMs) >= fromMinute)
  const states = readStates(text.states).filter(([minute]) => minute >= fromMinute)
  if (candles.length === 0 && states.length === 0) return { price: null, volume: null }
  let first = candles[0] ? minuteOf(candles[0].startMs) : Infinity
  let last = candles.length > 0 ? minuteOf(candles.at(-1)!.startMs) : -Infinity
  for (const [minute] of states) {
    first = Math.min(first, minute)
    last = Math.max(last, minute)
  }
  const step = stepOf(interval)
  const grid = new Uint8Array((last - first) / step + 1).fill(State.unchanged)
  for (const [minute, state] of states) grid[(minute - first) / step] = state
  for (const { startMs } of candles) grid[(minuteOf(startMs) - first) / step] = State.present
  const parts = partsFromRows({
    market: market.id,
    interval,
    startMs: msOf(first),
    states: grid,
    rows: candles,
    derived: false,
    frame: true,
  })
  return { price: encodeChunk(parts.price), volume: encodeChunk(parts.volume) }
}
