/** Archives of benchmarks: minutes made from a seed, as a source would have given them. */
import type { MarketId } from '../../core/market.ts'
import { MINUTE_MS } from '../../core/time/interval.ts'
import type { Archive } from '../../server/archive/types.ts'
import { syntheticRows } from '../data.ts'

/** Bars that a source gives in one answer. */
const SLICE = 300

/** Reads [fromMs, toMs) of a market's minutes into the archive, slice by slice. */
export async function applyRows(
  archive: Archive,
  market: MarketId,
  fromMs: number,
  toMs: number,
  readAtMs: number,
): Promise<void> {
  const rows = syntheticRows(1, fromMs, (toMs - fromMs) / MINUTE_MS)
  for (let first = 0; first < rows.length; first += SLICE) {
    const slice = rows.slice(first, first + SLICE)
    const sliceFromMs = fromMs + first * MINUTE_MS
    const sliceToMs = sliceFromMs + slice.length * MINUTE_MS
    await archive.applyReading({
      market,
      interval: '1m',
      fromMs: sliceFromMs,
      toMs: sliceToMs,
      readToMs: sliceToMs,
      readAtMs,
      rows: slice,
      refused: [],
    })
  }
}
