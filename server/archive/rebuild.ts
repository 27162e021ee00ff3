/**
 * Makes the archive again, as far as it can be: candles of the raw answers that are kept, read by today's parser, and
 * chunks of the places they hold. Where nothing is wrong nothing changes, no name and no revision. In steps, so that a
 * running server goes on.
 */
import { sql } from 'drizzle-orm'
import { ChunkError } from '../../core/chunk/chunk.ts'
import { STORED_INTERVALS, type StoredInterval } from '../../core/time/interval.ts'
import { isoSeconds } from '../../core/time/iso.ts'
import { parsePeriod } from '../../core/time/period.ts'
import { rows, type Transaction } from '../db/database.ts'
import type { Context } from './context.ts'
import { codeOf, intervalFrom, msOf, SLICE_PLACES } from './grid.ts'
import { findMarket, type KeyedMarket } from './markets.ts'
import { rebuildSlice } from './rebuild-slice.ts'
import { addCounts, NOTHING } from './rebuild-counts.ts'
import { namesOf, sealNext } from './seal.ts'
import type { MarketId } from '../../core/market.ts'
import type { ReadAgain, RebuildAt, RebuildCounts, RebuildStep, VerifyFault } from './types.ts'

/** Slices or periods of one step. */
const AT_ONCE = 20

/** A slice of kept answers, or a sealed period. */
interface Piece {
  readonly interval: number
  readonly from_minute: number
}

/**
 * One step.
 *
 * @param at where the step before said to go on; null for the first one
 * @throws UnknownMarketError
 */
export async function rebuild(
  context: Context,
  id: MarketId,
  at: RebuildAt | null,
  readAgain: ReadAgain,
): Promise<RebuildStep> {
  const from = at ?? { phase: 'answers', interval: STORED_INTERVALS[0], fromMs: 0 }
  const market = await context.database.read((tx) => findMarket(tx, id))
  if (from.phase === 'sealing') return sealAnew(context, market)
  const { answers, chunks } = await context.database.read(async (tx) => ({
    answers: await slicesWithAnswers(tx, market),
    chunks: await sealedPeriods(tx, market),
  }))
  const pieces: readonly Piece[] = from.phase === 'answers' ? answers : chunks
  const rest = pieces.filter((piece) => !isBefore(piece, from))
  const step = new Step()
  for (const piece of rest.slice(0, AT_ONCE)) {
    const interval = intervalFrom(piece.interval)
    try {
      if (from.phase === 'answers')
        step.count(
          interval,
          await rebuildSlice(context, market, interval, msOf(piece.from_minute), readAgain),
        )
      else step.count(interval, await compareNames(context, market, piece as SealedPeriod))
    } catch (error) {
      if (!(error instanceof ChunkError)) throw error
      step.fault(market.id, interval, msOf(piece.from_minute), error.message)
    }
  }
  const following = rest[AT_ONCE]
  const done = (from.phase === 'answers' ? 0 : answers.length) + pieces.length - rest.length
  return step.end(
    done + Math.min(AT_ONCE, rest.length),
    answers.length + chunks.length + 1,
    following
      ? { phase: from.phase, interval: intervalFrom(following.interval), fromMs: msOf(following.from_minute) }
      : { phase: from.phase === 'answers' ? 'chunks' : 'sealing', interval: STORED_INTERVALS[0], fromMs: 0 },
  )
}

function isBefore({ interval, from_minute }: Piece, at: RebuildAt): boolean {
  const code = codeOf(at.interval)
  return interval < code || (interval === code && msOf(from_minute) < at.fromMs)
}

function slicesWithAnswers(tx: Transaction, { id }: KeyedMarket): Promise<Piece[]> {
  return rows<Piece>(
    tx,
    sql`SELECT DISTINCT interval, from_minute / slice * slice AS from_minute FROM raw,
        LATERAL (SELECT CASE interval WHEN 1 THEN 1 WHEN 2 THEN 60 ELSE 1440 END * ${SLICE_PLACES}::int AS slice) AS length
      WHERE market = ${id} ORDER BY interval, from_minute`,
  )
}

interface SealedPeriod extends Piece {
  readonly period: string
  readonly names: string
}

function sealedPeriods(tx: Transaction, { key }: KeyedMarket): Promise<SealedPeriod[]> {
  return rows<SealedPeriod>(
    tx,
    sql`SELECT interval, from_minute, period, string_agg(sha256, ' ' ORDER BY part) AS names FROM chunk
      WHERE market = ${key} AND NOT removed GROUP BY interval, from_minute, period ORDER BY interval, from_minute`,
  )
}

/** Encodes the places of a period anew; where that gives other names, it is to be sealed anew. */
async function compareNames(
  { database }: Context,
  market: KeyedMarket,
  { interval: code, period: text, names: known }: SealedPeriod,
): Promise<Partial<RebuildCounts>> {
  const sealable = { market, interval: intervalFrom(code), period: parsePeriod(text) }
  const names = await database.readInTurn((tx) => namesOf(tx, sealable))
  if (names.join(' ') === known) return { chunks: names.length }
  await database.write((tx) =>
    rows(
      tx,
      sql`UPDATE chunk SET dirty = true
        WHERE market = ${market.key} AND interval = ${code} AND period = ${text} AND NOT removed`,
    ),
  )
  return { chunks: names.length, renamed: names.length }
}

/** Seals whatever of the market is to be, and counts what there is in the end. */
async function sealAnew(context: Context, market: KeyedMarket): Promise<RebuildStep> {
  while (await sealNext(context, context.clock.now(), { market: market.id }));
  const step = new Step()
  for (const interval of STORED_INTERVALS)
    step.count(interval, {
      candles: await context.database.read((tx) => countCandles(tx, market.key, codeOf(interval))),
    })
  return step.end(1, 1, null)
}

async function countCandles(tx: Transaction, market: number, code: number): Promise<number> {
  const [found] = await rows<{ candles: string | number }>(
    tx,
    sql`SELECT (SELECT coalesce(sum(rows), 0) FROM chunk
        WHERE market = ${market} AND interval = ${code} AND part = 1 AND NOT removed)
      + (SELECT count(*) FROM candle c WHERE market = ${market} AND interval = ${code}
        AND NOT EXISTS (SELECT FROM chunk h WHERE h.market = c.market AND h.interval = c.interval AND NOT h.removed
          AND c.minute >= h.from_minute AND c.minute < h.to_minute)) AS candles`,
  )
  return Number(found!.candles)
}

/** What one step finds. */
class Step {
  readonly #counts = new Map<StoredInterval, RebuildCounts>()
  readonly #faults: VerifyFault[] = []

  count(interval: StoredInterval, found: Partial<RebuildCounts>): void {
    const before = this.#counts.get(interval) ?? { interval, ...NOTHING }
    this.#counts.set(interval, addCounts(before, { ...before, ...NOTHING, ...found }))
  }

  fault(market: MarketId, interval: StoredInterval, atMs: number, fault: string): void {
    this.#faults.push({ market, interval, at: isoSeconds(atMs), fault })
  }

  end(done: number, total: number, next: RebuildAt | null): RebuildStep {
    return { done, total, counts: [...this.#counts.values()], faults: this.#faults, next }
  }
}
