/**
 * Makes a chunk from what the device already has (the days of a month, the tail of a day) instead of downloading it.
 * The hash of the manifest is the proof; anything else is thrown away.
 */
import { applyFrame, combineChunks, cutChunk, endMs, missingChunk } from '../../../core/chunk/combine.ts'
import { ChunkError, type Chunk } from '../../../core/chunk/chunk.ts'
import { decodeChunk } from '../../../core/chunk/decode.ts'
import { encodeChunk } from '../../../core/chunk/encode.ts'
import { hashChunk } from '../../../core/chunk/hash.ts'
import { periodAt, PERIOD_LENGTHS, type Period } from '../../../core/time/period.ts'
import type { Store } from '../store/database.ts'
import type { ManifestRow } from '../store/records.ts'
import { overlaps, piecesOf, type Piece } from '../store/series.ts'

/** The bytes of the chunk that a line names, made here; null when the device has not all of it. */
export async function composeChunk(store: Store, line: ManifestRow): Promise<Uint8Array | null> {
  const pieces = await piecesOf(store, line.market, line.interval, line.part, line)
  if (!coverAll(pieces, line)) return null
  try {
    const chunks = pieces.map((piece) => decodeChunk(piece.bytes))
    const bytes = encodeChunk(combineChunks(periodsIn(line).map((period) => layOver(chunks, line, period))))
    return (await hashChunk(bytes)) === line.sha256 ? bytes : null
  } catch (error) {
    // Stored bytes that are damaged make no chunk; the download takes their place.
    if (error instanceof ChunkError) return null
    throw error
  }
}

/** A cheap look before the work: do the pieces' spans leave no hole? */
function coverAll(pieces: readonly Piece[], line: ManifestRow): boolean {
  let reachedMs = line.fromMs
  for (const piece of pieces.toSorted((a, b) => a.fromMs - b.fromMs)) {
    if (piece.fromMs > reachedMs) return false
    reachedMs = Math.max(reachedMs, piece.toMs)
  }
  return reachedMs >= line.toMs
}

/** The shortest periods of the line's interval that make up its span. */
function periodsIn(line: ManifestRow): Period[] {
  const length = PERIOD_LENGTHS[line.interval][0]!
  const periods: Period[] = []
  for (let ms = line.fromMs; ms < line.toMs; ms = periods.at(-1)!.toMs) periods.push(periodAt(length, ms))
  return periods
}

/** One period of a line: what its chunks say, then its tail. */
function layOver(chunks: readonly Chunk[], line: ManifestRow, period: Period): Chunk {
  const { part, market, interval } = line
  const touching = chunks
    .filter((chunk) => overlaps({ fromMs: chunk.startMs, toMs: endMs(chunk) }, period))
    .map((chunk) => cutChunk(chunk, period.fromMs, period.toMs))
  const [first, ...others] = touching
  if (first && !first.frame && first.startMs === period.fromMs && endMs(first) === period.toMs)
    return others.reduce((base, chunk) => applyFrame(base, { ...chunk, frame: true }), first)
  const nothing = missingChunk({ part, market, interval, derived: false }, period.fromMs, period.toMs)
  return touching.reduce((base, chunk) => applyFrame(base, { ...chunk, frame: true }), nothing)
}
