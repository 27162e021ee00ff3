/**
 * What happened to a series beside its prices: candles that their source gave anew, and the seam at which it took up the
 * history of the market that it was before. What is missing is in the states of the places.
 */
import { Flag, State } from '../../core/candle/columns.ts'
import { ChunkError } from '../../core/chunk/chunk.ts'
import { decodeChunk } from '../../core/chunk/decode.ts'
import { Bit, readHeader } from '../../core/chunk/layout.ts'
import type { MarketId } from '../../core/market.ts'
import { INTERVAL_MS, STORED_UNDER, type Interval } from '../../core/time/interval.ts'
import type { Store } from '../lib/store/database.ts'
import { piecesOf } from '../lib/store/series.ts'
import type { SeriesEvent } from './api.ts'

/** The events within [fromMs, toMs), in order of time. Only what carries marks is decoded. */
export async function eventsOf(
  store: Store,
  market: MarketId,
  interval: Interval,
  fromMs: number,
  toMs: number,
): Promise<SeriesEvent[]> {
  const stored = STORED_UNDER[interval]
  const step = INTERVAL_MS[stored]
  const revised = new Set<number>()
  for (const { bytes } of await piecesOf(store, market, stored, 'price', { fromMs, toMs }))
    for (const { atMs, isRevised } of marksIn(bytes)) {
      if (isRevised) revised.add(atMs)
      else revised.delete(atMs)
    }
  const events = [...revised]
    .filter((atMs) => atMs >= fromMs && atMs < toMs)
    .map((atMs): SeriesEvent => ({ kind: 'revised', fromMs: atMs, toMs: atMs + step }))
  const before = (await store.markets.get(market))?.continues
  const seamMs = before?.at ? Date.parse(before.at) : NaN
  if (before && seamMs >= fromMs && seamMs < toMs)
    events.push({ kind: 'renamed', fromMs: seamMs, toMs: seamMs, market: before.market })
  return events.sort((a, b) => a.fromMs - b.fromMs)
}

interface Mark {
  readonly atMs: number
  readonly isRevised: boolean
}

/** What a piece says of its places; a frame without marks still takes those away that lie under it. */
function marksIn(bytes: Uint8Array): Mark[] {
  try {
    const header = readHeader(bytes)
    if (!(header.bits & (Bit.flags | Bit.frame))) return []
    const chunk = decodeChunk(bytes)
    if (chunk.part !== 'price') return []
    const step = INTERVAL_MS[chunk.interval]
    const marks: Mark[] = []
    let row = 0
    chunk.states.forEach((state, place) => {
      if (state !== State.present) return
      const flags = chunk.flags?.[row++] ?? 0
      marks.push({ atMs: chunk.startMs + place * step, isRevised: (flags & Flag.revised) !== 0 })
    })
    return marks
  } catch (error) {
    // Whoever reads the prices drops damaged bytes, so that they are fetched again.
    if (error instanceof ChunkError) return []
    throw error
  }
}
