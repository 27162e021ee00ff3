/** What devices read: the manifest, the chunks, the tail, and the live events. */
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { z } from '@hono/zod-openapi'
import type { HistoryProgress } from '../../core/wire/api.ts'
import { preferredEncoding, gunzipAsync } from './encoding.ts'
import { chunkHeaders, isKnown } from './hot-chunks.ts'
import { json, problemAnswer, route, type Api, type ApiParts } from './context.ts'
import { shared } from './memo.ts'
import { EVENT_ID, LIVE_PATH, tellDropped } from './plain-live.ts'
import { ApiProblem } from './problem.ts'
import * as schema from './schemas.ts'

const PROGRESS_MS = 1_000

const octets = (description: string) =>
  ({
    description,
    content: { 'application/octet-stream': { schema: z.string().openapi({ format: 'binary' }) } },
  }) as const

const sync = route({
  method: 'get',
  path: '/api/v1/sync',
  summary: 'What changed after a revision: the manifest of chunks',
  request: {
    query: z.object({
      since: schema.revisionParam,
      markets: schema.marketsParam,
      archive: schema.archiveParam,
    }),
  },
  responses: { 200: json('one page of changes, or "reset"', schema.Sync), default: problemAnswer },
})

const chunk = route({
  method: 'get',
  path: '/api/v1/chunks/{sha256}',
  summary: 'One immutable chunk',
  request: { params: z.object({ sha256: schema.hashParam }) },
  responses: {
    200: octets('the chunk; its name is the SHA-256 of the decoded bytes'),
    304: { description: 'the client has it' },
    default: problemAnswer,
  },
})

const tail = route({
  method: 'get',
  path: '/api/v1/tail',
  summary: 'Recent places that changed after a revision, as frames in the chunk format',
  request: {
    query: z.object({
      since: schema.revisionParam,
      markets: schema.marketsParam,
      intervals: schema.intervalsParam,
      parts: schema.partsParam,
    }),
  },
  responses: { 200: octets('preamble and frames'), default: problemAnswer },
})

const live = route({
  method: 'get',
  path: LIVE_PATH,
  summary: 'Server-sent events: price, candle, revision, heartbeat',
  request: {
    query: z.object({ markets: schema.marketsParam }),
    headers: z.object({
      'last-event-id': z
        .string()
        .regex(EVENT_ID, 'the id of the last event, a revision')
        .optional()
        .openapi({ example: '812' }),
    }),
  },
  responses: {
    200: { description: 'events without end', content: { 'text/event-stream': { schema: z.string() } } },
    default: problemAnswer,
  },
})

export function addSync(
  api: Api,
  { archive, backfill, chunks, clock, live: hub, quotes, security, log }: ApiParts,
): void {
  // Every device asks every few seconds while history comes; the sum may be a second old.
  const progress = shared(async () => sumOf(await backfill()), PROGRESS_MS)

  api.openapi(sync, async (c) => {
    const { since, markets, archive: known } = c.req.valid('query')
    const encoding = preferredEncoding(c.req.header('accept-encoding'))
    const answer = await archive.sync(since, markets, encoding === 'br' ? 'br' : 'gzip', known ?? null)
    if (!('chunks' in answer)) return c.json(answer, 200, { 'cache-control': 'no-cache' })
    const page = { ...answer, quotes, backfill: await progress() }
    if (encoding === 'identity') {
      const chunks = answer.chunks.map((entry) => ({ ...entry, bytes: entry.size }))
      return c.json({ ...page, chunks }, 200, { 'cache-control': 'no-cache' })
    }
    return c.json(page, 200, { 'cache-control': 'no-cache' })
  })

  api.openapi(chunk, async (c) => {
    const { sha256 } = c.req.valid('param')
    const headers = chunkHeaders(sha256)
    if (isKnown(sha256, c.req.header('if-none-match'))) return c.body(null, 304, headers)
    const encoding = preferredEncoding(c.req.header('accept-encoding'))
    const bytes = await chunks.read(sha256, encoding === 'br' ? 'br' : 'gzip')
    if (!bytes) {
      throw new ApiProblem(
        'not-found',
        `no chunk ${sha256}: it was replaced more than 7 days ago, or never was; sync again`,
      )
    }
    const body = new Uint8Array(encoding === 'identity' ? await gunzipAsync(bytes) : bytes)
    return c.body(body, 200, {
      ...headers,
      'content-type': 'application/octet-stream',
      ...(encoding === 'identity' ? {} : { 'content-encoding': encoding }),
    })
  })

  api.openapi(tail, async (c) => {
    const { since, markets, intervals, parts } = c.req.valid('query')
    const bytes = await archive.tail(since, markets, intervals, clock.now(), parts)
    return c.body(new Uint8Array(bytes), 200, {
      'content-type': 'application/octet-stream',
      'cache-control': 'no-cache',
    })
  })

  api.openapi(live, async (c) => {
    const { markets } = c.req.valid('query')
    const last = c.req.valid('header')['last-event-id']
    if (!hub.open) {
      throw new ApiProblem('unavailable', 'no more listeners are taken now; try again later', null, {
        'retry-after': '10',
      })
    }
    if (c.req.method === 'HEAD')
      return c.body(null, 200, { 'content-type': 'text/event-stream; charset=utf-8' })
    const since = last === undefined ? null : Number(last)
    try {
      await hub.attach(c.env.outgoing, security, markets && new Set(markets), since)
    } catch (error) {
      tellDropped(log, error)
    }
    return RESPONSE_ALREADY_SENT
  })
}

function sumOf(series: readonly HistoryProgress[]): HistoryProgress {
  const sum = (field: keyof HistoryProgress) => series.reduce((total, entry) => total + entry[field], 0)
  return { wanted: sum('wanted'), done: sum('done') }
}
