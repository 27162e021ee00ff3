/** What the owner may order, signed in or by script with `Authorization: Bearer ADMIN_TOKEN`. The work is that of the control socket. */
import { z } from '@hono/zod-openapi'
import type { MiddlewareHandler } from 'hono'
import { isoSeconds } from '../../core/time/iso.ts'
import { STORED_INTERVALS } from '../../core/time/interval.ts'
import { placesByClass } from '../archive/gaps.ts'
import { GAP_CLASSES, REVIEWS } from '../../core/wire/owner.ts'
import type { QuarantinedRow } from '../archive/types.ts'
import { INSTANT_ACCEPTED, parseInstant } from '../instant.ts'
import { json, problemAnswer, route, type Api, type ApiEnv, type ApiParts } from './context.ts'
import { IngestStatus } from './ingest-schema.ts'
import { ownerOnly as security, requireOwner } from './owner.ts'
import { ApiProblem } from './problem.ts'
import * as schema from './schemas.ts'
import { addSearch } from './search.ts'
import { toldOfRefusal } from '../archive/refusals.ts'

const DAY_MS = 86_400_000
const MOST_GAPS = 5_000

const since = z
  .string(INSTANT_ACCEPTED)
  .transform((text, context): number => {
    const ms = parseInstant(text)
    if (ms !== null) return ms
    context.addIssue({ code: 'custom', message: `"${text.slice(0, 40)}" is no instant: ${INSTANT_ACCEPTED}` })
    return z.NEVER
  })
  .openapi({ type: 'string', format: 'date-time', example: '2023-01-01' })

const body = <S extends z.ZodType>(content: S) => ({
  required: true,
  content: { 'application/json': { schema: content } },
})
const params = z.object({ id: schema.marketIdParam })
const Ordered = z
  .object({ market: z.string(), since: z.string().openapi({ format: 'date-time' }) })
  .openapi('Ordered')

const addMarket = route({
  method: 'post',
  path: '/api/v1/admin/markets',
  summary: 'Track a market',
  security,
  request: {
    body: body(
      z.strictObject({
        id: schema.marketIdParam,
        since: since.optional(),
        continues: schema.marketIdParam.optional(),
      }),
    ),
  },
  responses: {
    201: json('tracked', z.object({ id: z.string(), name: z.string(), tick: z.string().nullable() })),
    default: problemAnswer,
  },
})

const remove = route({
  method: 'delete',
  path: '/api/v1/admin/markets/{id}',
  summary: 'Stop tracking a market; its history is kept unless it is purged',
  security,
  request: { params, query: z.object({ purge: z.enum(['true', 'false']).optional() }) },
  responses: { 204: { description: 'removed' }, default: problemAnswer },
})

const pause = route({
  method: 'post',
  path: '/api/v1/admin/markets/{id}/pause',
  summary: 'Ask for nothing of a market until it is added again',
  security,
  request: { params },
  responses: { 204: { description: 'paused' }, default: problemAnswer },
})

const Quarantined = z
  .object({
    id: z.number(),
    at: z.string(),
    start: z.string().nullable(),
    source: z.string(),
    market: z.string().nullable(),
    interval: z.string().nullable(),
    reason: z.string(),
    told: schema.Told.nullable(),
    raw: z.string(),
    can_be_accepted: z.boolean(),
    compared_with: z
      .object({ market: z.string(), basis_points: z.int() })
      .nullable()
      .openapi({ description: 'what another source said, and how far the price lies above it' }),
    review: z.enum(REVIEWS).nullable(),
  })
  .openapi('Quarantined')

const quarantine = route({
  method: 'get',
  path: '/api/v1/admin/quarantine',
  summary: 'What was refused, the newest first, at most a thousand rows',
  security,
  request: {
    query: z.object({ market: schema.marketIdParam.optional(), all: z.enum(['true', 'false']).optional() }),
  },
  responses: { 200: json('the rows', z.object({ rows: z.array(Quarantined) })), default: problemAnswer },
})

const review = route({
  method: 'post',
  path: '/api/v1/admin/quarantine/{row}/{decision}',
  summary: 'Take a refused row into the archive, or put it aside',
  security,
  request: {
    params: z.object({
      row: z
        .string()
        .regex(/^[1-9]\d{0,14}$/, 'a number of the list')
        .transform(Number),
      decision: z.enum(['accept', 'reject']),
    }),
  },
  responses: { 204: { description: 'decided' }, default: problemAnswer },
})

const pull = route({
  method: 'post',
  path: '/api/v1/admin/markets/{id}/pull',
  summary: 'Read the last day of a market again, now',
  security,
  request: { params },
  responses: { 202: json('ordered', Ordered), default: problemAnswer },
})

const backfill = route({
  method: 'post',
  path: '/api/v1/admin/markets/{id}/backfill',
  summary: 'Read the history of a market again from an instant on, sealed or not',
  security,
  request: { params, body: body(z.strictObject({ since: since.optional() })) },
  responses: { 202: json('ordered', Ordered), default: problemAnswer },
})

const ingest = route({
  method: 'get',
  path: '/api/v1/admin/ingest',
  summary: 'How sources, limits and backfill stand',
  security,
  responses: { 200: json('status', IngestStatus), default: problemAnswer },
})

const gapClass = z.enum(GAP_CLASSES)

const Gap = z
  .object({
    market: z.string(),
    interval: z.enum(STORED_INTERVALS),
    from: z.string().openapi({ format: 'date-time' }),
    to: z.string().openapi({ format: 'date-time' }),
    places: z.int(),
    class: gapClass,
    why: z.string(),
  })
  .openapi('Gap')

const gaps = route({
  method: 'get',
  path: '/api/v1/admin/gaps',
  summary: 'Every stretch of missing places, sealed or not, and why it is missing',
  security,
  request: {
    query: z.object({
      market: schema.marketIdParam.optional(),
      interval: z.enum(STORED_INTERVALS, `accepted are ${STORED_INTERVALS.join(', ')}`).optional(),
    }),
  },
  responses: {
    200: json(
      `places by class, and the stretches: by market, interval and time, at most ${MOST_GAPS}`,
      z.object({
        missing: z.partialRecord(gapClass, z.int()),
        gaps: z.array(Gap),
        more: z.boolean().openapi({ description: 'there are more: ask for one market or interval' }),
      }),
    ),
    default: problemAnswer,
  },
})

export function addAdmin(api: Api, parts: ApiParts): void {
  const { operations, clock } = parts
  api.openAPIRegistry.registerComponent('securitySchemes', 'adminToken', { type: 'http', scheme: 'bearer' })
  api.openAPIRegistry.registerComponent('securitySchemes', 'ownerCookie', {
    type: 'apiKey',
    in: 'cookie',
    name: 'crypto-tracker-owner',
  })
  api.use('/api/v1/admin/*', requireOwner(parts), requireJson)

  api.openapi(addMarket, async (c) => {
    const { id, since: from, continues } = c.req.valid('json')
    const { name, tick } = await operations.add(id, from ?? null, continues ?? null)
    return c.json({ id, name, tick }, 201)
  })
  addSearch(api, parts)
  api.openapi(remove, async (c) => {
    await operations.remove(c.req.valid('param').id, c.req.valid('query').purge === 'true')
    return c.body(null, 204)
  })
  api.openapi(pause, async (c) => {
    await operations.pause(c.req.valid('param').id)
    return c.body(null, 204)
  })
  api.openapi(quarantine, async (c) => {
    const { market, all } = c.req.valid('query')
    const found = await operations.quarantined(market ?? null, all === 'true')
    return c.json({ rows: found.map(quarantinedAnswer) }, 200, { 'cache-control': 'no-store' })
  })
  api.openapi(review, async (c) => {
    const { row, decision } = c.req.valid('param')
    await operations.review(row, decision === 'accept' ? 'accepted' : 'rejected')
    return c.body(null, 204)
  })
  api.openapi(gaps, async (c) => {
    const { market, interval } = c.req.valid('query')
    const found = await operations.gaps(market ?? null, interval ?? null)
    const answer = {
      missing: placesByClass(found),
      gaps: found.slice(0, MOST_GAPS),
      more: found.length > MOST_GAPS,
    }
    return c.json(answer, 200, { 'cache-control': 'no-store' })
  })
  api.openapi(pull, async (c) => {
    const { id } = c.req.valid('param')
    const { sinceMs } = await operations.backfill(id, clock.now() - DAY_MS)
    return c.json({ market: id, since: isoSeconds(sinceMs) }, 202)
  })
  api.openapi(backfill, async (c) => {
    const { id } = c.req.valid('param')
    const { sinceMs } = await operations.backfill(id, c.req.valid('json').since ?? null)
    return c.json({ market: id, since: isoSeconds(sinceMs) }, 202)
  })
  api.openapi(ingest, async (c) => c.json(await operations.status(), 200, { 'cache-control': 'no-store' }))
}

function quarantinedAnswer({ atMs, startMs, canBeAccepted, opinion, ...row }: QuarantinedRow) {
  return {
    ...row,
    told: toldOfRefusal(row.reason),
    at: isoSeconds(atMs),
    start: startMs === null ? null : isoSeconds(startMs),
    can_be_accepted: canBeAccepted,
    compared_with: opinion && { market: opinion.market, basis_points: opinion.basisPoints },
  }
}

/** A body is JSON or nothing; forms of other sites cannot send it without being asked first. */
const requireJson: MiddlewareHandler<ApiEnv> = async (c, next) => {
  const type = c.req.header('content-type')
  if (type !== undefined && !/^application\/json\s*(;|$)/i.test(type)) {
    throw new ApiProblem('unsupported-type', `"${type.slice(0, 80)}" is not taken; send application/json`)
  }
  // What a few bytes can unpack to has no bound that their length tells.
  const encoding = c.req.header('content-encoding')
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new ApiProblem(
      'unsupported-type',
      `the Content-Encoding "${encoding.slice(0, 40)}" is not taken; send the body as it is`,
    )
  }
  await next()
}
