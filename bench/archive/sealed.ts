/**
 * Bytes that a sealed candle of minutes takes in the database, everything counted: the compressed body, its row and that of
 * the manifest, their indexes, and what pages leave unused; beside the same candles as rows.
 */
import { sql } from 'drizzle-orm'
import { rows } from '../../server/db/database.ts'
import type { Measurement } from '../measurement.ts'
import { fillArchive } from './filled.ts'

export async function sealed(): Promise<Measurement[]> {
  const measured: Measurement[] = []
  for (const kind of ['embedded', 'PostgreSQL'] as const) {
    const filled = await fillArchive(kind)
    const { on, label, candles } = filled
    try {
      const [found] = await on.database.read((tx) =>
        rows<{ bytes: number }>(
          tx,
          sql`SELECT sum(brotli_bytes)::int AS bytes FROM chunk_body WHERE replaced_at IS NULL`,
        ),
      )
      const bodies = found!.bytes
      const all = await filled.bytesOf('chunk', 'chunk_body')
      const figure = (subject: string, bytes: number): Measurement => ({
        name: 'sealed',
        subject: `${label}: ${subject}`,
        value: bytes / candles,
        unit: 'B/candle',
        ratio_to: 'the bodies alone',
        ratio: bytes / bodies,
        n: candles,
      })
      measured.push(figure('everything counted', all), figure('the bodies alone', bodies))
    } finally {
      await on.close()
    }
  }
  return measured
}
