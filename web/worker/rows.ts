/**
 * Stored candles as exact decimal text, one period at a time, so that a year of minutes is never in memory at once.
 */
import { State } from '../../core/candle/columns.ts'
import type { RowGrid } from '../../core/candle/rollup.ts'
import type { CandleRow } from '../../core/candle/row.ts'
import { ChunkError, ChunkFormatError, type Part } from '../../core/chunk/chunk.ts'
import { decodeChunk } from '../../core/chunk/decode.ts'
import { rowsFromParts } from '../../core/chunk/rows.ts'
import { decimalsFrom } from '../../core/decimal/columns.ts'
import type { MarketId } from '../../core/market.ts'
import { INTERVAL_MS, type StoredInterval } from '../../core/time/interval.ts'
import { LONGEST_PERIOD, periodAt } from '../../core/time/period.ts'
import type { Store } from '../lib/store/database.ts'
import { report } from '../lib/store/report.ts'
import { dropDamaged, piecesOf } from '../lib/store/series.ts'

/** The grid of [fromMs, toMs) in stretches of a period, ascending; what the device lacks is missing. Both ends on the grid. */
export async function* storedRows(
  store: Store,
  market: MarketId,
  interval: StoredInterval,
  fromMs: number,
  toMs: number,
): AsyncGenerator<RowGrid> {
  for (let from = fromMs; from < toMs;) {
    const to = Math.min(toMs, periodAt(LONGEST_PERIOD[interval], from).toMs)
    yield await stretch(store, market, interval, from, to)
    from = to
  }
}

async function stretch(
  store: Store,
  market: MarketId,
  interval: StoredInterval,
  fromMs: number,
  toMs: number,
): Promise<RowGrid> {
  const step = INTERVAL_MS[interval]
  const places = (toMs - fromMs) / step
  const states = new Uint8Array(places)
  const prices = Array.from<CandleRow | undefined>({ length: places })
  const volumes = Array.from<string | null>({ length: places }).fill(null)
  for (const part of ['price', 'volume'] as const)
    for (const chunk of await chunksOf(store, market, interval, part, fromMs, toMs)) {
      const shift = (chunk.startMs - fromMs) / step
      const rows = chunk.part === 'price' ? rowsFromParts(chunk, null) : []
      const texts = chunk.part === 'volume' ? decimalsFrom(chunk.volume) : []
      let row = 0
      chunk.states.forEach((state, at) => {
        const place = at + shift
        if (place >= 0 && place < places && state !== State.unchanged) {
          const present = state === State.present
          if (chunk.part === 'price') {
            states[place] = state
            prices[place] = present ? rows[row] : undefined
          } else volumes[place] = present && chunk.known?.[row] !== 0 ? texts[row]! : null
        }
        if (state === State.present) row++
      })
    }
  const rows = prices.flatMap((price, place) => (price ? [{ ...price, volume: volumes[place]! }] : []))
  return { interval, startMs: fromMs, states, rows }
}

/** In the order in which they are laid over each other. */
async function chunksOf(
  store: Store,
  market: MarketId,
  interval: StoredInterval,
  part: Part,
  fromMs: number,
  toMs: number,
): Promise<ReturnType<typeof decodeChunk>[]> {
  const chunks: ReturnType<typeof decodeChunk>[] = []
  for (const piece of await piecesOf(store, market, interval, part, { fromMs, toMs })) {
    try {
      chunks.push(decodeChunk(piece.bytes))
    } catch (error) {
      // Bytes were right when they arrived; what the disk has spoilt reads as missing until it is fetched again.
      if (!(error instanceof ChunkError) || error instanceof ChunkFormatError) throw error
      report(`${market} ${interval}: stored bytes are damaged and will be fetched again`, error)
      await dropDamaged(store, market, interval, piece)
    }
  }
  return chunks
}
