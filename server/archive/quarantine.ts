/**
 * What was refused, for its owner to look at. A candle that keeps the rules but was doubted, and a sampled price, can be
 * taken into the archive; what breaks the rules can only be put aside. Either way the row stays, with what was decided.
 */
import { sql } from 'drizzle-orm'
import { Flag } from '../../core/candle/columns.ts'
import type { CandleRow } from '../../core/candle/row.ts'
import { isPlainDecimal } from '../../core/decimal/text.ts'
import type { MarketId } from '../../core/market.ts'
import { INTERVAL_MS } from '../../core/time/interval.ts'
import type { Told } from '../../core/wire/told.ts'
import { rows } from '../db/database.ts'
import type { Context } from './context.ts'
import { intervalFrom, SLICE_PLACES } from './grid.ts'
import { applyReading } from './reading.ts'
import { recordSamples } from './samples.ts'
import type { QuarantinedRow, Review } from './types.ts'

/** What was asked of a quarantined row cannot be done; the message says why. */
export class QuarantineError extends Error {
  override readonly name = 'QuarantineError'
  readonly told: Told

  constructor(message: string, told: Told) {
    super(message)
    this.told = told
  }
}

const MOST_LISTED = 1_000

interface Record {
  readonly id: string | number
  readonly at: string | number
  readonly start: string | number | null
  readonly source: string
  readonly market: MarketId | null
  readonly interval: number | null
  readonly reason: string
  readonly raw: string
  readonly candle: string
  readonly review: Review | null
  readonly second_market: MarketId | null
  readonly basis_points: string | number | null
}

/** The newest first, at most a thousand; reviewed ones only when asked for. */
export async function listQuarantine(
  { database }: Context,
  market: MarketId | null,
  withReviewed: boolean,
): Promise<readonly QuarantinedRow[]> {
  const found = await database.read((tx) =>
    rows<Record>(
      tx,
      sql`SELECT * FROM quarantine
        WHERE (${market}::text IS NULL OR market = ${market}) AND (${withReviewed} OR review IS NULL)
        ORDER BY id DESC LIMIT ${MOST_LISTED}`,
    ),
  )
  return found.map(rowOf)
}

/**
 * Decides about a row.
 *
 * @throws QuarantineError when there is none of this number, or it cannot be accepted
 */
export async function reviewQuarantine(
  context: Context,
  id: number,
  review: Review,
): Promise<QuarantinedRow> {
  const { database } = context
  const [found] = await database.read((tx) =>
    rows<Record>(tx, sql`SELECT * FROM quarantine WHERE id = ${id}`),
  )
  if (!found)
    throw new QuarantineError(`there is no row ${id} in quarantine (any more)`, { code: 'row-gone', row: id })
  if (review === 'accepted') await accept(context, found)
  await database.write((tx) =>
    rows(
      tx,
      sql`UPDATE quarantine SET review = ${review}, reviewed_at = ${context.clock.now()} WHERE id = ${id}`,
    ),
  )
  return { ...rowOf(found), review }
}

async function accept(
  context: Context,
  { id, at, market, interval, candle, start, raw }: Record,
): Promise<void> {
  if (market !== null && interval !== null && candle !== '') {
    const row = JSON.parse(candle) as CandleRow
    const name = intervalFrom(interval)
    const sliceMs = SLICE_PLACES * INTERVAL_MS[name]
    const fromMs = Math.floor(row.startMs / sliceMs) * sliceMs
    // Beside a whole answer, which this is not: what else the slice lacks says nothing.
    await applyReading(context, {
      market,
      interval: name,
      fromMs,
      toMs: fromMs + sliceMs,
      readToMs: row.startMs + INTERVAL_MS[name],
      readAtMs: context.clock.now(),
      rows: [{ ...row, flags: (row.flags ?? 0) | Flag.suspicious }],
      refused: [],
      isDoubtful: true,
    })
    return
  }
  if (market !== null && interval === null && start === null && isPlainDecimal(raw) && Number(raw) > 0)
    return recordSamples(context, [{ market, atMs: Number(at), price: raw }])
  throw new QuarantineError(
    `row ${id} breaks the rules of a candle, so it cannot be accepted: reject it, or wait until the source corrects it`,
    { code: 'row-breaks-rules', row: Number(id) },
  )
}

function rowOf(record: Record): QuarantinedRow {
  const { id, at, start, interval, candle } = record
  const isPrice = record.market !== null && interval === null && start === null && isPlainDecimal(record.raw)
  return {
    id: Number(id),
    atMs: Number(at),
    startMs: start === null ? null : Number(start),
    source: record.source,
    market: record.market,
    interval: interval === null ? null : intervalFrom(interval),
    reason: record.reason,
    raw: record.raw,
    canBeAccepted: candle !== '' || isPrice,
    opinion:
      record.second_market === null
        ? null
        : { market: record.second_market, basisPoints: Number(record.basis_points) },
    review: record.review,
  }
}
