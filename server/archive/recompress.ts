/** Compresses chunks that were sealed in haste once more, as well as it goes. Their names stay, being of the bytes within. */
import { sql } from 'drizzle-orm'
import { rows } from '../db/database.ts'
import { compressBrotli, decompressBrotli, QUALITY_BEST } from './compress.ts'
import type { Context } from './context.ts'

/**
 * Recompresses one chunk, long periods first; days are left alone, as their month will take their place.
 *
 * @returns false when none is left
 */
export async function recompressNext({ database }: Context): Promise<boolean> {
  const [found] = await database.readInTurn((tx) =>
    rows<{ sha256: string; brotli: Uint8Array }>(
      tx,
      sql`SELECT b.sha256, b.brotli FROM chunk_body b JOIN chunk c ON c.sha256 = b.sha256
        WHERE b.brotli_quality < ${QUALITY_BEST} AND NOT c.removed AND c.rows > 0 AND length(c.period) < 10
        ORDER BY c.revision LIMIT 1`,
    ),
  )
  if (!found) return false
  const brotli = await compressBrotli(await decompressBrotli(found.brotli), QUALITY_BEST)
  await database.write((tx) =>
    rows(
      tx,
      sql`UPDATE chunk_body SET brotli = ${brotli}, brotli_bytes = ${brotli.length}, brotli_quality = ${QUALITY_BEST}
        WHERE sha256 = ${found.sha256}`,
    ),
  )
  return true
}
