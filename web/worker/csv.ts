/**
 * Candles of the device as a CSV file, in the format of the archive's own export: exact, present bars only.
 */
import { isMissing, State } from '../../core/candle/columns.ts'
import { rollUpRows } from '../../core/candle/rollup.ts'
import { candleCsvLine, CSV_HEADER } from '../../core/csv/write.ts'
import { INTERVAL_MS, STORED_UNDER } from '../../core/time/interval.ts'
import type { Store } from '../lib/store/database.ts'
import type { CsvFile, SpanRequest } from './api.ts'
import { storedRows } from './rows.ts'

/** The bars that begin in the span, rounded inwards to whole ones. */
export async function csvOf(store: Store, request: SpanRequest): Promise<CsvFile> {
  const { market, interval } = request
  const step = INTERVAL_MS[interval]
  const fromMs = Math.ceil(request.fromMs / step) * step
  const toMs = Math.max(fromMs, Math.floor(request.toMs / step) * step)
  const parts: string[] = [CSV_HEADER]
  let bars = 0
  let empty = 0
  let missing = 0
  for await (const grid of storedRows(store, market, STORED_UNDER[interval], fromMs, toMs)) {
    const { rows, states } = rollUpRows(grid, interval)
    parts.push(rows.map(candleCsvLine).join(''))
    bars += rows.length
    for (const state of states) {
      if (state === State.empty) empty++
      else if (isMissing(state)) missing++
    }
  }
  return { blob: new Blob(parts, { type: 'text/csv' }), fromMs, toMs, bars, empty, missing }
}
