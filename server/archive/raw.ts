/** What sources answered, as it came: raw answers, and rows that broke the rules. */
import { sql } from 'drizzle-orm'
import { parseMarketId, type MarketId } from '../../core/market.ts'
import type { StoredInterval } from '../../core/time/interval.ts'
import { rows } from '../db/database.ts'
import { brotliFast } from './compress.ts'
import type { Context } from './context.ts'
import { codeOf, minuteOf } from './grid.ts'
import type { RawAnswer, RefusedRow } from './types.ts'
import { writeRefused } from './write.ts'

/** Keeps one answer, compressed. */
export async function keepRaw({ database }: Context, answer: RawAnswer): Promise<void> {
  const body = await brotliFast(Buffer.from(answer.body))
  const { question, supersedes } = answer
  await database.write(async (tx) => {
    if (question && supersedes !== undefined)
      await rows(
        tx,
        sql`DELETE FROM raw WHERE market = ${question.market} AND interval = ${codeOf(question.interval)}
          AND from_minute = ${minuteOf(question.fromMs)} AND read_at = ${supersedes}`,
      )
    await rows(
      tx,
      sql`INSERT INTO raw (at, status, source, url, body, market, interval, from_minute, to_minute, read_at, product)
        VALUES (${answer.atMs}, ${answer.status}, ${answer.source}, ${answer.url}, ${body}, ${question?.market ?? null}::text,
          ${question ? codeOf(question.interval) : null}::smallint, ${question ? minuteOf(question.fromMs) : null}::int,
          ${question ? minuteOf(question.toMs) : null}::int, ${question?.readAtMs ?? null}::bigint,
          ${question?.product ?? null}::text)`,
    )
  })
}

/** Keeps one refused row, with why. */
export async function quarantine(
  { database }: Context,
  source: string,
  market: MarketId | null,
  atMs: number,
  row: RefusedRow,
): Promise<void> {
  await database.write((tx) => writeRefused(tx, source, market, atMs, [row]))
}

/** Keeps what was doubted in a candle that is in the archive, as decided. */
export async function keepDoubt(
  { database, clock }: Context,
  market: MarketId,
  interval: StoredInterval,
  row: RefusedRow,
): Promise<void> {
  const { source } = parseMarketId(market)
  const nowMs = clock.now()
  await database.write(async (tx) => {
    await writeRefused(tx, source, market, nowMs, [row], interval)
    await rows(
      tx,
      sql`UPDATE quarantine SET review = 'accepted', reviewed_at = ${nowMs}
        WHERE market = ${market} AND start = ${row.startMs} AND raw = ${row.raw} AND review IS NULL`,
    )
  })
}
