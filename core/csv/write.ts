/**
 * Candles as CSV: header, ISO 8601 UTC, plain decimals, one candle a line. No field ever needs quoting.
 */
import type { CandleRow } from '../candle/row.ts'
import { isoSeconds } from '../time/iso.ts'

export const CSV_COLUMNS = ['time', 'open', 'high', 'low', 'close', 'volume'] as const

/** The first line. */
export const CSV_HEADER = `${CSV_COLUMNS.join(',')}\n`

/** One candle; an unknown volume is left empty. */
export function candleCsvLine(row: CandleRow): string {
  return `${isoSeconds(row.startMs)},${row.open},${row.high},${row.low},${row.close},${row.volume ?? ''}\n`
}

/** The whole file, line by line, so that it can be streamed. */
export function* candlesCsv(rows: Iterable<CandleRow>): Generator<string> {
  yield CSV_HEADER
  for (const row of rows) yield candleCsvLine(row)
}
