/** What the database says changed after a revision, of the places that belong into a tail. */
import { sql } from 'drizzle-orm'
import { list } from '../db/arrays.ts'
import { rows, type Transaction } from '../db/database.ts'
import { codeOf } from './grid.ts'
import { candlesAggregate, candlesText } from './span.ts'
import type { ChangesText, TailSpan } from './tail-frames.ts'

/**
 * While history comes in, each revision brings 300 places of which no tail wants to know. Behind by more revisions than
 * this, the eight days of each series are read instead.
 */
const FEW_REVISIONS = 100

/** What changed after a revision; series of which nothing did are left out. */
export async function changesSince<S extends TailSpan>(
  tx: Transaction,
  spans: readonly S[],
  since: number,
  head: number,
): Promise<Map<S, ChangesText>> {
  if (spans.length === 0 || since >= head) return new Map()
  if (head - since <= FEW_REVISIONS) return byRevision(tx, spans, since)
  const found = new Map<S, ChangesText>()
  for (const span of spans) found.set(span, await ofSpan(tx, span, since))
  return found
}

async function ofSpan(
  tx: Transaction,
  { market, interval, fromMinute }: TailSpan,
  since: number,
): Promise<ChangesText> {
  // An expression, so that the index by revision is not taken.
  const where = sql`market = ${market.key} AND interval = ${codeOf(interval)} AND minute >= ${fromMinute}
    AND revision + 0 > ${since}`
  const [found] = await rows<ChangesText>(
    tx,
    sql`SELECT ${candlesText(where)} AS candles,
      (SELECT string_agg(minute || ',' || state, ';') FROM place WHERE ${where}) AS states`,
  )
  return found!
}

async function byRevision<S extends TailSpan>(
  tx: Transaction,
  spans: readonly S[],
  since: number,
): Promise<Map<S, ChangesText>> {
  // The index by revision is right however little the planner knows of the table.
  await rows(tx, sql`SET LOCAL enable_seqscan = off`)
  const column = (pick: (span: S) => number) => sql`${list(spans.map(pick))}::text::int[]`
  const changed = (table: string) =>
    sql`(SELECT * FROM ${sql.identifier(table)} WHERE revision > ${since} OFFSET 0) AS changed`
  const isWanted = sql`changed.market = s.market AND changed.interval = s.interval AND minute >= from_minute`
  const found = await rows<ChangesText & { n: string | number }>(
    tx,
    sql`WITH spans AS (SELECT * FROM unnest(${column(({ market }) => market.key)},
        ${column(({ interval }) => codeOf(interval))}, ${column(({ fromMinute }) => fromMinute)})
        WITH ORDINALITY AS span (market, interval, from_minute, n))
      SELECT n, c.candles, p.states
      FROM (SELECT n, ${candlesAggregate} AS candles FROM ${changed('candle')} JOIN spans s ON ${isWanted} GROUP BY n) c
      FULL JOIN (SELECT n, string_agg(minute || ',' || state, ';') AS states FROM ${changed('place')} JOIN spans s ON ${isWanted}
        GROUP BY n) p USING (n)`,
  )
  return new Map(found.map(({ n, ...text }) => [spans[Number(n) - 1]!, text]))
}
