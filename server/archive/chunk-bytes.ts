/** The bytes of a chunk as they go over the wire: stored as brotli, gzip made of it for who takes none. */
import { LRUCache } from 'lru-cache'
import { sql } from 'drizzle-orm'
import type { ChunkHash } from '../../core/chunk/chunk.ts'
import { rows } from '../db/database.ts'
import { compressGzip, decompressBrotli } from './compress.ts'
import type { Context } from './context.ts'
import type { Encoding } from './types.ts'

/** Chunks as gzip that were asked for lately: the phones of one home ask for the same ones. */
export type Zipped = LRUCache<ChunkHash, Uint8Array>

const ZIPPED_BYTES = 16 * 1024 * 1024

export function createZipped(): Zipped {
  return new LRUCache({ maxSize: ZIPPED_BYTES, sizeCalculation: (bytes) => bytes.length })
}

/** null when there is none of this name (any more). */
export async function chunkBytes(
  { database, zipped }: Pick<Context, 'database' | 'zipped'>,
  hash: ChunkHash,
  encoding: Encoding,
): Promise<Uint8Array | null> {
  const kept = encoding === 'gzip' ? zipped.get(hash) : undefined
  if (kept) return kept
  const [found] = await database.read((tx) =>
    rows<{ brotli: Uint8Array }>(tx, sql`SELECT brotli FROM chunk_body WHERE sha256 = ${hash}`),
  )
  if (!found || encoding === 'br') return found?.brotli ?? null
  const bytes = await compressGzip(await decompressBrotli(found.brotli))
  zipped.set(hash, bytes)
  return bytes
}
