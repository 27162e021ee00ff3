/** Archives of benchmarks: candles made from a seed, as a source would have given them. */
import type { CandleRow } from '../../core/candle/row.ts'
import type { MarketId } from '../../core/market.ts'
import { INTERVAL_MS, MINUTE_MS, type StoredInterval } from '../../core/time/interval.ts'
import type { Archive } from '../../server/archive/types.ts'
import { syntheticRows } from '../data.ts'

/** Bars that a source gives in one answer. */
const SLICE = 300

/** Reads [fromMs, toMs) of a market's minutes into the archive, slice by slice. */
export async function applyMinutes(
  archive: Archive,
  market: MarketId,
  fromMs: number,
  toMs: number,
  readAtMs: number,
): Promise<void> {
  await applyRows(archive, market, '1m', syntheticRows(1, fromMs, (toMs - fromMs) / MINUTE_MS), readAtMs)
}

/** Reads rows without a gap into the archive, slice by slice of the grid; the last one up to the last row. */
export async function applyRows(
  archive: Archive,
  market: MarketId,
  interval: StoredInterval,
  rows: readonly CandleRow[],
  readAtMs: number,
): Promise<void> {
  const step = INTERVAL_MS[interval]
  const slices = Map.groupBy(rows, (row) => Math.floor(row.startMs / (SLICE * step)))
  for (const [slice, some] of slices) {
    await archive.applyReading({
      market,
      interval,
      fromMs: slice * SLICE * step,
      toMs: (slice + 1) * SLICE * step,
      readToMs: some.at(-1)!.startMs + step,
      readAtMs,
      rows: some,
      refused: [],
    })
  }
}
