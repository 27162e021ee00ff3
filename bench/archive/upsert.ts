/**
 * Candles into rows as the archive writes them (one statement of columns a slice, which may be repeated without harm),
 * beside a plain multi-row insert of the same rows into the same kind of table, on both databases in one run.
 */
import { sql, type SQL } from 'drizzle-orm'
import { writeCandles } from '../../server/archive/write.ts'
import { rows, type Transaction } from '../../server/db/database.ts'
import { openTestArchive, KINDS, type Kind } from '../../tests/database/archives.ts'
import { syntheticRows } from '../data.ts'
import { compared, type Measurement } from '../measurement.ts'
import { pairedRounds, timed } from '../paired.ts'
import type { CandleRow } from '../../core/candle/row.ts'
import { minuteOf } from '../../server/archive/grid.ts'

const SLICE = 300
const SLICES = 40
const OURS = 'the archive’s upsert'
const PLAIN = 'plain multi-row insert'
const AGAIN = 'the archive’s upsert, all rows there already'

export async function upsert(): Promise<Measurement[]> {
  const measured: Measurement[] = []
  for (const kind of KINDS) measured.push(...(await measure(kind)))
  return measured
}

async function measure(kind: Kind): Promise<Measurement[]> {
  const candles = syntheticRows(1, Date.UTC(2024, 0), SLICE * SLICES)
  const slices = Array.from({ length: SLICES }, (_, i) => candles.slice(i * SLICE, (i + 1) * SLICE))
  const on = await openTestArchive(kind, Date.UTC(2024, 1))
  const { read, write } = on.database
  try {
    await write((tx) => rows(tx, sql`CREATE TABLE plain (LIKE candle INCLUDING ALL)`))
    const empty = (table: SQL) => write((tx) => rows(tx, sql`TRUNCATE ${table}`))
    const ours = (slice: readonly CandleRow[]) =>
      write((tx) => writeCandles(tx, { market: 1, interval: '1m' }, slice, 1))
    const perSecond = (ms: number) => (candles.length / ms) * 1000
    const samples = await pairedRounds({
      [OURS]: async () => {
        await empty(sql`candle`)
        return perSecond(
          await timed(async () => {
            for (const slice of slices) await ours(slice)
          }),
        )
      },
      [AGAIN]: async () => {
        for (const slice of slices) await ours(slice)
        const ms = await timed(async () => {
          for (const slice of slices) await ours(slice)
        })
        const [{ n }] = (await read((tx) =>
          rows<{ n: number }>(tx, sql`SELECT count(*)::int AS n FROM candle`),
        )) as [{ n: number }]
        if (n !== candles.length)
          throw new Error(`${n} rows of ${candles.length} candles: it is not idempotent`)
        return perSecond(ms)
      },
      [PLAIN]: async () => {
        await empty(sql`plain`)
        return perSecond(
          await timed(async () => {
            for (const slice of slices) await write((tx) => insertPlain(tx, slice))
          }),
        )
      },
    })
    return compared(
      { name: 'upsert', label: kind, unit: 'candles/s', n: candles.length, against: PLAIN },
      samples,
    )
  } finally {
    await on.close()
  }
}

/** As one would write it: a list of values for each row. */
async function insertPlain(tx: Transaction, candles: readonly CandleRow[]): Promise<void> {
  const values = candles.map(
    (row) =>
      sql`(1, 1, ${minuteOf(row.startMs)}, 0, 1, 0, ${row.open}, ${row.high}, ${row.low}, ${row.close}, ${row.volume})`,
  )
  await rows(
    tx,
    sql`INSERT INTO plain (revision, market, minute, samples, interval, flags, open, high, low, close, volume)
      VALUES ${sql.join(values, sql`, `)}`,
  )
}
