/** Candles as they enter the archive: every number in its shortest plain form, so that equal texts are equal numbers. */
import type { CandleRow } from '../../core/candle/row.ts'
import { plainDecimal } from '../../core/decimal/text.ts'

/** @throws RangeError when a value is no number */
export function plainRow(row: CandleRow): CandleRow {
  return {
    ...row,
    open: plain(row.open),
    high: plain(row.high),
    low: plain(row.low),
    close: plain(row.close),
    volume: row.volume === null ? null : plain(row.volume),
  }
}

function plain(text: string): string {
  const decimal = plainDecimal(text)
  if (decimal === null) throw new RangeError(`"${text.slice(0, 40)}" is no number`)
  return decimal
}
