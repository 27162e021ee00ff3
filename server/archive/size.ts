/** How large the archive is. */
import { sql } from 'drizzle-orm'
import { rows, type Transaction } from '../db/database.ts'

/** Bytes of the database and of the chunks in it (as sent, brotli), and how many candles are rows. */
export async function size(tx: Transaction): Promise<{ database: number; chunks: number; rows: number }> {
  const [found] = await rows<{ database: string | number; chunks: string | number; rows: string | number }>(
    tx,
    sql`SELECT pg_database_size(current_database()) AS database,
      (SELECT coalesce(sum(brotli_bytes), 0) FROM chunk_body) AS chunks, (SELECT count(*) FROM candle) AS rows`,
  )
  return { database: Number(found!.database), chunks: Number(found!.chunks), rows: Number(found!.rows) }
}
