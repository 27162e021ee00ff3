/** Makes the candles of one slice again of the raw answers that are kept for it. */
import { sql } from 'drizzle-orm'
import type { CandleRow } from '../../core/candle/row.ts'
import { INTERVAL_MS, MINUTE_MS, type StoredInterval } from '../../core/time/interval.ts'
import { rows, type Transaction } from '../db/database.ts'
import { decompressBrotli } from './compress.ts'
import { commit, type Context } from './context.ts'
import { foldAnswers, repair, type AcceptedCandle, type TimedAnswer } from './fold.ts'
import { codeOf, minuteOf, msOf, SLICE_PLACES, stepOf } from './grid.ts'
import { keptFromMs } from './kept.ts'
import { lockMarket, type KeyedMarket } from './markets.ts'
import { applyReading } from './reading.ts'
import { readSpan, type SeriesKey } from './span.ts'
import type { ReadAgain, RebuildCounts } from './types.ts'
import { markDirty, writeCandles } from './write.ts'

/** Of a slice that is still read each minute not every answer is kept, but none for longer that said something new. */
const LIVE_EVERY_MS = 10 * MINUTE_MS

/** The slice changed while its answers were read. */
const CHANGED = 'changed'

type Counts = Pick<RebuildCounts, 'answers' | 'unreadable' | 'fromRaw' | 'changed' | 'added'>

/** @throws ChunkError when a chunk beneath it is damaged */
export async function rebuildSlice(
  context: Context,
  market: KeyedMarket,
  interval: StoredInterval,
  fromMs: number,
  readAgain: ReadAgain,
): Promise<Counts> {
  for (;;) {
    const kept = await readKept(context, market, interval, fromMs, readAgain)
    const { answers, unreadable } = kept
    const counts = { answers: answers.length + unreadable, unreadable, fromRaw: 0, changed: 0, added: 0 }
    if (answers.length === 0 || !isLastWord(context, interval, fromMs, kept)) return counts
    const found = await compare(context, market, interval, fromMs, kept)
    if (found === CHANGED) continue
    await add(context, market, interval, fromMs, found.lacking)
    return {
      ...counts,
      fromRaw: found.fromRaw + found.lacking.length,
      changed: found.changed,
      added: found.lacking.length,
    }
  }
}

interface Kept {
  readonly answers: readonly TimedAnswer[]
  readonly unreadable: number
  readonly accepted: readonly AcceptedCandle[]
  /** Starts at which the owner wants nothing that was refused. */
  readonly rejected: ReadonlySet<number>
  readonly lastReadMs: number
}

interface RawRecord {
  at: string | number
  status: number
  source: string
  url: string
  body: Uint8Array
  from_minute: number
  to_minute: number
  read_at: string | number
  product: string
}

async function readKept(
  { database }: Context,
  { id, key }: KeyedMarket,
  interval: StoredInterval,
  fromMs: number,
  readAgain: ReadAgain,
): Promise<Kept> {
  const code = codeOf(interval)
  const toMs = fromMs + SLICE_PLACES * INTERVAL_MS[interval]
  const { found, reviewed, lastReadMs } = await database.read(async (tx) => ({
    found: await rows<RawRecord>(
      tx,
      sql`SELECT at, status, source, url, body, from_minute, to_minute, read_at, product FROM raw
        WHERE market = ${id} AND interval = ${code} AND from_minute >= ${minuteOf(fromMs)}
          AND from_minute < ${minuteOf(toMs)} ORDER BY read_at, id`,
    ),
    reviewed: await reviewedOf(tx, id, code, fromMs, toMs),
    lastReadMs: await lastRead(tx, { market: key, interval }, fromMs),
  }))
  const answers: TimedAnswer[] = []
  for (const record of found) {
    const body = Buffer.from(await decompressBrotli(record.body)).toString('utf8')
    const { status, source, url, product } = record
    const readAtMs = Number(record.read_at)
    // A part of the slice may have been asked by itself.
    const span = { fromMs: msOf(record.from_minute), toMs: msOf(record.to_minute) }
    const question = { market: id, interval, ...span, readAtMs, product }
    const again = await readAgain({ source, url, status, atMs: Number(record.at), body, question })
    if (again) answers.push({ ...again, atMs: readAtMs })
  }
  return { answers, unreadable: found.length - answers.length, ...reviewed, lastReadMs }
}

async function reviewedOf(tx: Transaction, market: string, code: number, fromMs: number, toMs: number) {
  const found = await rows<{ start: string | number; candle: string; review: string; at: string | number }>(
    tx,
    sql`SELECT start, candle, review, coalesce(reviewed_at, at) AS at FROM quarantine
      WHERE market = ${market} AND interval = ${code} AND start >= ${fromMs} AND start < ${toMs} AND review IS NOT NULL`,
  )
  return {
    accepted: found
      .filter(({ review, candle }) => review === 'accepted' && candle !== '')
      .map(({ candle, at }): AcceptedCandle => ({ atMs: Number(at), row: JSON.parse(candle) as CandleRow })),
    rejected: new Set(found.filter(({ review }) => review === 'rejected').map(({ start }) => Number(start))),
  }
}

async function lastRead(tx: Transaction, { market, interval }: SeriesKey, fromMs: number): Promise<number> {
  const [found] = await rows<{ last_read: string | number }>(
    tx,
    sql`SELECT last_read FROM coverage
      WHERE market = ${market} AND interval = ${codeOf(interval)} AND from_minute = ${minuteOf(fromMs)}`,
  )
  return Number(found?.last_read ?? 0)
}

/** Whether the newest kept answer is the newest that there was. One that could not be kept may have said something else. */
function isLastWord(
  { settling }: Pick<Context, 'settling'>,
  interval: StoredInterval,
  fromMs: number,
  { answers, lastReadMs }: Kept,
): boolean {
  const newestMs = answers.at(-1)!.atMs
  if (lastReadMs <= newestMs) return true
  const endMs = fromMs + SLICE_PLACES * INTERVAL_MS[interval] + settling[interval]
  return newestMs < endMs && lastReadMs - newestMs < LIVE_EVERY_MS
}

/** Puts right what the archive has otherwise than its answers say; what it lacks is told. */
function compare(
  context: Context,
  { id }: KeyedMarket,
  interval: StoredInterval,
  fromMs: number,
  { answers, accepted, rejected, lastReadMs }: Kept,
): Promise<{ fromRaw: number; changed: number; lacking: CandleRow[] } | typeof CHANGED> {
  return commit<{ fromRaw: number; changed: number; lacking: CandleRow[] } | typeof CHANGED>(
    context,
    async (tx, takeRevision) => {
      const { key: market } = await lockMarket(tx, id)
      const key: SeriesKey = { market, interval }
      if ((await lastRead(tx, key, fromMs)) !== lastReadMs) return { result: CHANGED, events: [] }
      const from = minuteOf(fromMs)
      const { candles } = await readSpan(tx, key, from, from + SLICE_PLACES * stepOf(interval))
      const at = (startMs: number) => candles[(startMs - fromMs) / INTERVAL_MS[interval]]
      const said = foldAnswers(answers, accepted, at)
      // What retention has dropped is not brought back.
      const keptMs = keptFromMs(context.retention, interval, context.clock.now())
      const lacking = [...said.values()].filter(
        ({ startMs }) => !at(startMs) && !rejected.has(startMs) && startMs >= keptMs,
      )
      const known = [...said.values()].filter(({ startMs }) => at(startMs))
      const repaired = known.flatMap((row) => repair(at(row.startMs)!, row) ?? [])
      if (repaired.length > 0) {
        await writeCandles(tx, key, repaired, await takeRevision())
        await markDirty(
          tx,
          key,
          repaired.map(({ startMs }) => minuteOf(startMs)),
        )
      }
      return { result: { fromRaw: known.length, changed: repaired.length, lacking }, events: [] }
    },
  )
}

/** By the way of every reading, since absences around them may be something else now. What else the slice lacks says nothing. */
async function add(
  context: Context,
  { id }: KeyedMarket,
  interval: StoredInterval,
  fromMs: number,
  lacking: readonly CandleRow[],
): Promise<void> {
  if (lacking.length === 0) return
  const toMs = fromMs + SLICE_PLACES * INTERVAL_MS[interval]
  await applyReading(context, {
    market: id,
    interval,
    fromMs,
    toMs,
    readToMs: toMs,
    readAtMs: context.clock.now(),
    rows: lacking,
    refused: [],
    isDoubtful: true,
  })
}
