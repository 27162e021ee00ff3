/** An archive of a year of minutes, real ones in every month where REFERENCE_DATA has them, read and sealed as history is. */
import { sql } from 'drizzle-orm'
import type { CandleRow } from '../../core/candle/row.ts'
import { DAY_MS, MINUTE_MS } from '../../core/time/interval.ts'
import { periodAt } from '../../core/time/period.ts'
import { rows as select } from '../../server/db/database.ts'
import { openTestArchive, type Kind, type TestArchive } from '../../tests/database/archives.ts'
import { loadMonths } from '../data.ts'

const FROM_MS = Date.UTC(2023, 0)
const TO_MS = Date.UTC(2024, 0)
const SLICE_MS = 300 * MINUTE_MS

export interface Filled {
  readonly on: TestArchive
  readonly label: string
  readonly candles: number
  /** Bytes of these tables, their indexes and what they keep aside. */
  bytesOf(...tables: readonly string[]): Promise<number>
}

export async function fillArchive(kind: Kind): Promise<Filled> {
  const { label, rows } = loadMonths()[0]!
  const on = await openTestArchive(kind, TO_MS + DAY_MS, { minuteDays: 400 })
  const market = await on.follow()
  const year = Array.from({ length: (TO_MS - FROM_MS) / MINUTE_MS }, (_, i) => {
    const startMs = FROM_MS + i * MINUTE_MS
    return { ...thereAndBack(rows, (startMs - periodAt('month', startMs).fromMs) / MINUTE_MS), startMs }
  })
  for (let fromMs = Math.floor(FROM_MS / SLICE_MS) * SLICE_MS; fromMs < TO_MS; fromMs += SLICE_MS) {
    const toMs = fromMs + SLICE_MS
    await on.archive.applyReading({
      market,
      interval: '1m',
      fromMs,
      toMs,
      readToMs: toMs,
      readAtMs: on.clock.nowMs,
      rows: year.slice(Math.max(0, (fromMs - FROM_MS) / MINUTE_MS), (toMs - FROM_MS) / MINUTE_MS),
      refused: [],
    })
  }
  let sealed = 0
  while (await on.archive.sealNext(on.clock.nowMs, { isIdle: true })) sealed++
  if (sealed < 11) throw new Error(`only ${sealed} months could be sealed`)
  return {
    on,
    label: `${label}, there and back, ${kind}`,
    candles: year.length,
    bytesOf: async (...tables) => {
      const sizes = tables.map((table) => sql`pg_total_relation_size(${table}::text::regclass)`)
      const [found] = await on.database.read((tx) =>
        select<{ bytes: string | number }>(tx, sql`SELECT ${sql.join(sizes, sql` + `)} AS bytes`),
      )
      return Number(found!.bytes)
    },
  }
}

/** What is at hand may be less than a month: then it goes backwards, which no compressor takes for a repetition. */
function thereAndBack(rows: readonly CandleRow[], minute: number): CandleRow {
  const row = rows[minute]
  if (row) return row
  const mirrored = rows[2 * rows.length - 1 - minute]!
  return { ...mirrored, open: mirrored.close, close: mirrored.open }
}
