/** The change log as devices ask for it: markets and chunks that changed after a revision, whole revisions at a time. */
import { sql } from 'drizzle-orm'
import type { ChunkHash } from '../../core/chunk/chunk.ts'
import type { MarketId } from '../../core/market.ts'
import { WIRE_FORMAT, type SyncAnswer, type SyncChunk, type SyncMarket } from '../../core/wire/api.ts'
import { textList } from '../db/arrays.ts'
import { rows, type Transaction } from '../db/database.ts'
import { answeredStatus } from './answers.ts'
import { headRevision, type Context } from './context.ts'
import { intervalFrom } from './grid.ts'
import type { Encoding, Market } from './types.ts'

/** Entries of a page. Only a single revision larger than this makes a larger page. */
const PAGE = 5_000

interface ChunkRecord {
  id: MarketId
  interval: number
  period: string
  part: number
  sha256: ChunkHash
  bytes: number | null
  size: number | null
  rows: number
  expected: number
  removed: boolean
  revision: string | number
}

/**
 * @param markets null = all
 * @param archive which archive the device believes to talk to, where it says so
 */
export function sync(
  context: Context,
  since: number,
  markets: readonly MarketId[] | null,
  encoding: Encoding,
  archive: string | null,
): Promise<SyncAnswer> {
  return context.database.read(async (tx) => {
    const head = await headRevision(tx)
    if (since > head || (archive !== null && archive !== context.archiveId))
      return { archive: context.archiveId, reset: true }
    const filter = markets === null ? sql`true` : sql`m.id = ANY(${textList(markets)}::text::text[])`
    const page = await chunkPage(tx, since, head, filter, encoding)
    return {
      archive: context.archiveId,
      revision: page.revision,
      more: page.revision < head,
      format: WIRE_FORMAT,
      sample_seconds: context.sampleSeconds,
      simulated: context.simulated,
      markets: await changedMarkets(tx, since, page.revision, filter),
      chunks: page.chunks,
    }
  })
}

/** As many whole revisions of chunks as a page holds. Who starts from nothing need not hear of what is gone. */
async function chunkPage(
  tx: Transaction,
  since: number,
  head: number,
  filter: ReturnType<typeof sql>,
  encoding: Encoding,
): Promise<{ revision: number; chunks: SyncChunk[] }> {
  const where = sql`c.revision > ${since} AND c.revision <= ${head} AND c.rows > 0 AND NOT m.removed AND ${filter}
    AND (NOT c.removed OR ${since > 0})`
  const [over] = await rows<{ revision: string | number }>(
    tx,
    sql`SELECT c.revision FROM chunk c JOIN market m ON m.key = c.market WHERE ${where}
      ORDER BY c.revision OFFSET ${PAGE} LIMIT 1`,
  )
  let revision = head
  if (over) {
    const [first] = await rows<{ revision: string | number }>(
      tx,
      sql`SELECT min(c.revision) AS revision FROM chunk c JOIN market m ON m.key = c.market WHERE ${where}`,
    )
    revision = Math.max(Number(first!.revision), Number(over.revision) - 1)
  }
  const bytes = encoding === 'br' ? sql`b.brotli_bytes` : sql`b.gzip_bytes`
  const found = await rows<ChunkRecord>(
    tx,
    sql`SELECT m.id, c.interval, c.period, c.part, c.sha256, ${bytes} AS bytes, b.size, c.rows, c.expected, c.removed,
        c.revision
      FROM chunk c JOIN market m ON m.key = c.market LEFT JOIN chunk_body b ON b.sha256 = c.sha256
      WHERE ${where} AND c.revision <= ${revision} ORDER BY c.revision, m.key, c.interval, c.period, c.part`,
  )
  return { revision, chunks: found.map(chunkEntry) }
}

function chunkEntry(record: ChunkRecord): SyncChunk {
  return {
    market: record.id,
    interval: intervalFrom(record.interval),
    period: record.period,
    part: record.part === 1 ? 'price' : 'volume',
    sha256: record.sha256,
    bytes: record.bytes ?? 0,
    size: record.size ?? 0,
    rows: record.rows,
    expected: record.expected,
    revision: Number(record.revision),
    ...(record.removed ? { removed: true } : {}),
  }
}

async function changedMarkets(
  tx: Transaction,
  since: number,
  revision: number,
  filter: ReturnType<typeof sql>,
): Promise<SyncMarket[]> {
  const found = await rows<{
    id: MarketId
    name: string
    tick: string | null
    status: Market['status']
    removed: boolean
  }>(
    tx,
    sql`SELECT id, name, tick, status, removed FROM market m
      WHERE revision > ${since} AND revision <= ${revision} AND (NOT removed OR ${since > 0}) AND ${filter} ORDER BY key`,
  )
  return found.map(({ id, name, tick, status, removed }) =>
    removed ? { id, removed: true } : { id, name, tick, status: answeredStatus(status) },
  )
}
