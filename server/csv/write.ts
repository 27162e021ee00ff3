/**
 * Candles as CSV: header, ISO 8601 UTC, plain decimals, one candle a line. No field ever needs quoting.
 */
import type { CandleRow } from '../../core/candle/row.ts'
import { isoSeconds } from '../../core/time/iso.ts'
import { CSV_COLUMNS } from './read.ts'

/** The first line. */
const CSV_HEADER = `${CSV_COLUMNS.join(',')}\n`

/** One candle; an unknown volume is left empty. */
function candleCsvLine(row: CandleRow): string {
  return `${isoSeconds(row.startMs)},${row.open},${row.high},${row.low},${row.close},${row.volume ?? ''}\n`
}

/** The whole file, line by line, so that it can be streamed. */
export function* candlesCsv(rows: Iterable<CandleRow>): Generator<string> {
  yield CSV_HEADER
  for (const row of rows) yield candleCsvLine(row)
}
