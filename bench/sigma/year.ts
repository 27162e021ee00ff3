/** A year of minutes in columns, as σ is computed on. */
import { missingColumns, type CandleColumns } from '../../core/candle/columns.ts'
import { paintChunk } from '../../core/chunk/decode.ts'
import { encodeChunk } from '../../core/chunk/encode.ts'
import { syntheticYear, YEAR_MINUTES } from '../data.ts'

/** Bars in a window of the benchmarks: a day of minutes. */
export const WINDOW = 1440

/** Made from a seed, without a gap. */
export function yearColumns(): CandleColumns {
  const months = syntheticYear(1)
  const { market, startMs } = months[0]!.price
  const columns = missingColumns(market, '1m', startMs, YEAR_MINUTES, false)
  for (const month of months) paintChunk(encodeChunk(month.price), columns)
  return columns
}
