/** A candle as JSON and the live events print it. */
import type { CandleRow } from '../../core/candle/row.ts'
import type { CandleAnswer } from '../../core/wire/api.ts'
import { isoSeconds } from '../../core/time/iso.ts'

export function candleAnswer(row: CandleRow): CandleAnswer {
  return [isoSeconds(row.startMs), row.open, row.high, row.low, row.close, row.volume]
}
