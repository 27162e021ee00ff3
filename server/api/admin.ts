/** What the owner may order by script, with `Authorization: Bearer ADMIN_TOKEN`. The work is that of the control socket. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { z } from '@hono/zod-openapi'
import type { MiddlewareHandler } from 'hono'
import { isoSeconds } from '../../core/time/iso.ts'
import { INSTANT_ACCEPTED, parseInstant } from '../instant.ts'
import { createAttempts } from './attempts.ts'
import { json, problemAnswer, route, type Api, type ApiEnv, type ApiParts } from './context.ts'
import { ApiProblem } from './problem.ts'
import * as schema from './schemas.ts'

const DAY_MS = 86_400_000

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
const security = [{ adminToken: [] }]
const params = z.object({ id: schema.marketIdParam })
const Ordered = z
  .object({ market: z.string(), since: z.string().openapi({ format: 'date-time' }) })
  .openapi('Ordered')

const addMarket = route({
  method: 'post',
  path: '/api/v1/admin/markets',
  summary: 'Track a market',
  security,
  request: { body: body(z.strictObject({ id: schema.marketIdParam, since: since.optional() })) },
  responses: {
    201: json('tracked', z.object({ id: z.string(), name: z.string(), tick: z.string().nullable() })),
    default: problemAnswer,
  },
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
  responses: { 200: json('status', z.record(z.string(), z.unknown())), default: problemAnswer },
})

export function addAdmin(api: Api, { operations, adminToken, clock }: ApiParts): void {
  api.openAPIRegistry.registerComponent('securitySchemes', 'adminToken', { type: 'http', scheme: 'bearer' })
  api.use('/api/v1/admin/*', requireToken(adminToken), requireJson)

  api.openapi(addMarket, async (c) => {
    const { id, since: from } = c.req.valid('json')
    const { name, tick } = await operations.add(id, from ?? null)
    return c.json({ id, name, tick }, 201)
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
  api.openapi(ingest, async (c) =>
    c.json({ ...(await operations.status()) }, 200, { 'cache-control': 'no-store' }),
  )
}

/** Without a token in the configuration nobody gets in; who guesses gets ten tries a minute. */
function requireToken(token: string | null): MiddlewareHandler<ApiEnv> {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  const expected = token === null ? null : digest(token)
  const attempts = createAttempts()
  return async (c, next) => {
    const given = /^Bearer ([\x21-\x7e]{1,1024})$/i.exec(c.req.header('authorization') ?? '')?.[1]
    if (!expected) {
      throw unauthorized(
        'this server has no ADMIN_TOKEN: set one of more than 24 characters and start it again',
      )
    }
    if (given === undefined) throw unauthorized(HOW_TO_SIGN_IN)
    const address = c.env.incoming.socket.remoteAddress ?? ''
    const waitMs = attempts.waitMs(address)
    if (waitMs > 0) throw tooMany(Math.ceil(waitMs / 1000))
    // Digests have one length, so the comparison takes the same time whatever was given.
    if (!timingSafeEqual(digest(given), expected)) {
      attempts.failed(address)
      throw unauthorized(HOW_TO_SIGN_IN)
    }
    attempts.succeeded(address)
    await next()
  }
}

const HOW_TO_SIGN_IN = 'send "Authorization: Bearer …" with the ADMIN_TOKEN of this server'

function unauthorized(detail: string): ApiProblem {
  return new ApiProblem('unauthorized', detail, null, {
    'www-authenticate': 'Bearer realm="crypto-tracker"',
  })
}

function tooMany(seconds: number): ApiProblem {
  return new ApiProblem(
    'too-many',
    `too many wrong tokens came from this address: the next one is looked at in ${seconds} s`,
    null,
    { 'retry-after': String(seconds) },
  )
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
