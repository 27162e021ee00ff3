/**
 * A series of the archive as columns, read as a device reads it: manifest, chunks, tail. So the states of its places
 * (empty, missing) come with it, and the same bytes give the same σ here and there.
 */
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { missingColumns, type CandleColumns } from '../../core/candle/columns.ts'
import { rollUp } from '../../core/candle/rollup.ts'
import { decodeChunk, paintChunk } from '../../core/chunk/decode.ts'
import type { MarketId } from '../../core/market.ts'
import { INTERVAL_MS, STORED_UNDER, type Interval, type StoredInterval } from '../../core/time/interval.ts'
import { parsePeriod } from '../../core/time/period.ts'
import type { SyncChunk } from '../../core/wire/api.ts'
import { decodeTail } from '../../core/wire/tail.ts'
import type { Operations } from '../control/operations.ts'

const gunzipAsync = promisify(gunzip)

interface Piece {
  readonly bytes: Uint8Array
  readonly fromMs: number
  readonly toMs: number
}

/** Prices and states of the whole series; no volume. An empty grid where the archive has nothing of it. */
export async function readSeries(
  operations: Operations,
  market: MarketId,
  interval: Interval,
): Promise<CandleColumns> {
  const stored = STORED_UNDER[interval]
  const pieces = [
    ...(await chunkPieces(operations, market, stored)),
    ...(await tailPieces(operations, market, stored)),
  ]
  const fromMs = pieces.reduce((from, piece) => Math.min(from, piece.fromMs), Infinity)
  const toMs = pieces.reduce((to, piece) => Math.max(to, piece.toMs), -Infinity)
  if (pieces.length === 0) return missingColumns(market, interval, 0, 0, false)
  const columns = missingColumns(market, stored, fromMs, (toMs - fromMs) / INTERVAL_MS[stored], false)
  // The tail comes last: it is newer than the chunks that it overlaps.
  for (const piece of pieces) paintChunk(piece.bytes, columns)
  return rollUp(columns, interval)
}

async function chunkPieces(
  operations: Operations,
  market: MarketId,
  interval: StoredInterval,
): Promise<Piece[]> {
  const entries = await manifest(operations, market)
  const wanted = entries.filter((entry) => entry.interval === interval && entry.part === 'price')
  const pieces: Piece[] = []
  for (const { sha256, period } of wanted) {
    const { fromMs, toMs } = parsePeriod(period)
    pieces.push({ bytes: new Uint8Array(await gunzipAsync(await operations.chunk(sha256))), fromMs, toMs })
  }
  return pieces
}

/** The chunks that are current, of all intervals and parts. */
async function manifest(operations: Operations, market: MarketId): Promise<SyncChunk[]> {
  const current = new Map<string, SyncChunk>()
  for (let since = 0, more = true; more;) {
    const page = await operations.sync(market, since)
    if (!('chunks' in page))
      throw new Error(`the archive was replaced while ${market} was being read: try again`)
    for (const entry of page.chunks) {
      const key = `${entry.interval} ${entry.period} ${entry.part}`
      if (entry.removed) current.delete(key)
      else current.set(key, entry)
    }
    since = page.revision
    more = page.more
  }
  return [...current.values()]
}

async function tailPieces(
  operations: Operations,
  market: MarketId,
  interval: StoredInterval,
): Promise<Piece[]> {
  const tail = decodeTail(await operations.tail(market, interval))
  const frames = tail.series.flatMap(({ price }) => (price ? [price] : []))
  return frames.map((bytes) => {
    const { startMs, states } = decodeChunk(bytes)
    return { bytes, fromMs: startMs, toMs: startMs + states.length * INTERVAL_MS[interval] }
  })
}
