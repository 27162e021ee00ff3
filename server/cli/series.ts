/** A series of the archive as columns: prices and the states of all places, so that σ knows what is empty and what missing. */
import { missingColumns, type CandleColumns } from '../../core/candle/columns.ts'
import { rollUp } from '../../core/candle/rollup.ts'
import { paintChunk } from '../../core/chunk/decode.ts'
import { readHeader } from '../../core/chunk/layout.ts'
import type { MarketId } from '../../core/market.ts'
import { INTERVAL_MS, STORED_UNDER, type Interval } from '../../core/time/interval.ts'
import type { Operations } from '../control/operations.ts'

/** From the first candle to the newest; no volume. An empty grid where the archive has none of it. */
export async function readSeries(
  operations: Operations,
  market: MarketId,
  interval: Interval,
): Promise<CandleColumns> {
  const stored = STORED_UNDER[interval]
  const frames: Uint8Array[] = []
  let startMs = 0
  let endMs = 0
  for (let fromMs: number | null = null; ; fromMs = endMs) {
    const frame = await operations.prices(market, stored, fromMs)
    if (frame.length === 0) break
    const header = readHeader(frame)
    if (frames.length === 0) startMs = header.startMs
    endMs = header.startMs + header.places * INTERVAL_MS[stored]
    frames.push(frame)
  }
  const columns = missingColumns(market, stored, startMs, (endMs - startMs) / INTERVAL_MS[stored], false)
  for (const frame of frames) paintChunk(frame, columns)
  return rollUp(columns, interval)
}
