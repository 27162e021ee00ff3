/** A series of the archive as columns: prices and the states of all places, so that σ knows what is empty and what missing. */
import { missingColumns, type CandleColumns } from '../core/candle/columns.ts'
import { paintChunk } from '../core/chunk/decode.ts'
import { readHeader } from '../core/chunk/layout.ts'
import type { MarketId } from '../core/market.ts'
import { INTERVAL_MS, type StoredInterval } from '../core/time/interval.ts'

/** The next stretch of prices and states, as a frame in the chunk format; null or no bytes when there is none. */
export type ReadPrices = (
  market: MarketId,
  interval: StoredInterval,
  fromMs: number | null,
) => Promise<Uint8Array | null>

/**
 * From an instant (null: from the first candle) to the newest candle; no volume. An empty grid where there is none.
 * It begins with the first candle where that is later.
 */
export async function readSeries(
  prices: ReadPrices,
  market: MarketId,
  interval: StoredInterval,
  fromMs: number | null = null,
): Promise<CandleColumns> {
  const frames: Uint8Array[] = []
  let startMs = 0
  let endMs = 0
  for (let at = fromMs; ; at = endMs) {
    const frame = await prices(market, interval, at)
    if (frame === null || frame.length === 0) break
    const header = readHeader(frame)
    if (frames.length === 0) startMs = header.startMs
    endMs = header.startMs + header.places * INTERVAL_MS[interval]
    frames.push(frame)
  }
  const length = (endMs - startMs) / INTERVAL_MS[interval]
  const columns = missingColumns(market, interval, startMs, length, false)
  for (const frame of frames) paintChunk(frame, columns)
  return columns
}
