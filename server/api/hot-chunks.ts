/**
 * Chunks that were asked for lately, kept in memory as they are sent, and answered before any routing: what devices ask
 * most is immutable bytes by their name. Everything else about chunks, refusals included, is the route's.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ChunkHash } from '../../core/chunk/chunk.ts'
import type { Archive, Encoding } from '../archive/types.ts'
import { preferredEncoding, type ContentEncoding } from './encoding.ts'
import type { Metrics } from './metrics.ts'
import type { Headers } from './security.ts'

/** As the router names it. */
const ROUTE = '/api/v1/chunks/:sha256'
const PATH = /^\/api\/v1\/chunks\/([0-9a-f]{64})$/
const MAX_BYTES = 64 * 1024 * 1024
/** What was purged, or compressed better, may still be read for this long. */
const KEPT_MS = 60_000
/** Spellings of Accept-Encoding that are remembered; browsers have a handful. */
const MAX_SPELLINGS = 100

export interface HotChunks {
  /** The bytes as they are sent; null without such a chunk. */
  read(hash: ChunkHash, encoding: Encoding): Promise<Uint8Array | null>
  /** Answers a GET of a chunk that is at hand, or that the client has; false leaves the request to the router. */
  answer(request: IncomingMessage, response: ServerResponse): boolean
}

interface Kept {
  readonly bytes: Uint8Array
  readonly headers: Headers
  /** Those of a 304. */
  readonly unchanged: Headers
  readonly untilMs: number
}

/** What is the same on each answer about one chunk. */
export function chunkHeaders(hash: string): Headers {
  return {
    etag: `"${hash}"`,
    'cache-control': 'public, max-age=31536000, immutable',
    vary: 'accept-encoding',
  }
}

/** Whether the client says that it has the chunk. */
export function isKnown(hash: string, ifNoneMatch: string | undefined): boolean {
  return ifNoneMatch?.includes(hash) ?? false
}

export function createHotChunks(
  archive: Pick<Archive, 'chunk'>,
  metrics: Pick<Metrics, 'answered'>,
  security: Headers,
): HotChunks {
  /** By encoding and name, the longest kept first. */
  const kept = new Map<string, Kept>()
  let keptBytes = 0
  const encodingOf = remembered(preferredEncoding)

  const drop = (key: string, { bytes }: Kept) => {
    kept.delete(key)
    keptBytes -= bytes.length
  }
  const find = (key: string): Kept | null => {
    const found = kept.get(key)
    if (!found) return null
    if (found.untilMs > performance.now()) return found
    drop(key, found)
    return null
  }

  return {
    read: async (hash, encoding) => {
      const key = `${encoding} ${hash}`
      const found = find(key)
      if (found) return found.bytes
      const bytes = await archive.chunk(hash, encoding)
      if (!bytes || kept.has(key) || bytes.length > MAX_BYTES) return bytes
      const unchanged = { ...security, ...chunkHeaders(hash) }
      const headers = {
        ...unchanged,
        'content-type': 'application/octet-stream',
        'content-encoding': encoding,
        'content-length': String(bytes.length),
      }
      kept.set(key, { bytes, headers, unchanged, untilMs: performance.now() + KEPT_MS })
      keptBytes += bytes.length
      for (const [oldest, entry] of kept) {
        if (keptBytes <= MAX_BYTES) break
        drop(oldest, entry)
      }
      return bytes
    },
    answer: (request, response) => {
      if (request.method !== 'GET') return false
      const hash = PATH.exec(request.url ?? '')?.[1]
      if (hash === undefined) return false
      const startedMs = performance.now()
      const found = find(`${encodingOf(request.headers['accept-encoding'])} ${hash}`)
      if (isKnown(hash, request.headers['if-none-match'])) {
        response.writeHead(304, found?.unchanged ?? { ...security, ...chunkHeaders(hash) }).end()
        metrics.answered('GET', ROUTE, 304, (performance.now() - startedMs) / 1000)
        return true
      }
      if (!found) return false
      response.writeHead(200, found.headers).end(found.bytes)
      metrics.answered('GET', ROUTE, 200, (performance.now() - startedMs) / 1000)
      return true
    },
  }
}

/** The same answer to the same spelling of the header, without reading it again. */
function remembered(
  prefer: (header: string | undefined) => ContentEncoding,
): (header: string | string[] | undefined) => ContentEncoding {
  const known = new Map<string, ContentEncoding>()
  return (header) => {
    const spelling = header?.toString() ?? ''
    const found = known.get(spelling)
    if (found) return found
    const encoding = prefer(spelling)
    if (known.size < MAX_SPELLINGS) known.set(spelling, encoding)
    return encoding
  }
}
