/**
 * The whole HTTP side: routes, problem details, security headers, compression, OpenAPI, and the app for everything else.
 * It listens to nothing itself; `listen.ts` does.
 */
import { bodyLimit } from 'hono/body-limit'
import { requestId } from 'hono/request-id'
import type { MiddlewareHandler } from 'hono'
import { DatabaseUnavailableError } from '../db/database.ts'
import { addAdmin } from './admin.ts'
import { createRouter, type Api, type ApiEnv, type ApiParts } from './context.ts'
import { addDocs } from './docs.ts'
import { compress, preferredEncoding, SMALL_BYTES } from './encoding.ts'
import { addLogos } from './logos.ts'
import { addGuide } from './guide.ts'
import { addGaps } from './gaps.ts'
import { addMarkets } from './markets.ts'
import { addOwner } from './owner.ts'
import { ApiProblem, problemResponse } from './problem.ts'
import { addRanking } from './ranking.ts'
import { addSync } from './sync.ts'
import { addUp } from './up.ts'
import { watchRequests } from './watch.ts'

const MAX_BODY_BYTES = 64 * 1024

/** What every process answers. */
type CommonParts = Pick<ApiParts, 'archive' | 'metrics' | 'proxies' | 'security' | 'log'>

/** Of a process that reads sources and serves no app: whether it is alive, and its figures. */
export function createUpApi(parts: CommonParts): Api {
  const api = createCommon(parts)
  api.notFound((c) => {
    throw new ApiProblem(
      'not-found',
      `no ${c.req.path.slice(0, 200)} here: this process reads sources (ROLE=ingest) and answers /up, /up/databases and /metrics; the app is served by one with ROLE=api or all`,
    )
  })
  return api
}

export function createApi(parts: ApiParts): Api {
  const api = createCommon(parts)
  api.use('/api/*', bodyLimit({ maxSize: MAX_BODY_BYTES, onError: refuseBody }))
  addMarkets(api, parts)
  addGaps(api, parts)
  addRanking(api, parts)
  addLogos(api, parts)
  addSync(api, parts)
  addOwner(api, parts)
  addAdmin(api, parts)
  addDocs(api, parts.docs)
  addGuide(api, parts)
  api.doc31('/api/openapi.json', {
    openapi: '3.1.0',
    info: {
      title: 'Crypto Tracker',
      version: 'v1',
      description: 'Prices and volumes are decimal strings, times ISO 8601 UTC, changes fractions.',
    },
    servers: [{ url: '/' }],
  })
  const allowed = methodsByPath(api)

  api.notFound(async (c) => {
    const methods = allowed(c.req.path)
    if (methods.length > 0) {
      throw new ApiProblem('method-not-allowed', `${c.req.path} takes ${methods.join(', ')}`, null, {
        allow: methods.join(', '),
      })
    }
    if (/^\/(api|up|metrics|phone)(\/|$)/.test(c.req.path)) {
      throw new ApiProblem(
        'not-found',
        `no route ${c.req.path.slice(0, 200)}; GET /api/openapi.json lists them`,
      )
    }
    if (c.req.method !== 'GET' && c.req.method !== 'HEAD') {
      throw new ApiProblem('method-not-allowed', 'the app is read with GET', null, { allow: 'GET, HEAD' })
    }
    return parts.files.answer(c.req.raw, c.req.path)
  })

  return api
}

function createCommon(parts: CommonParts): Api {
  const api = createRouter()
  // By no header of the client's: what the log says must not be theirs to choose.
  api.use(requestId({ headerName: '' }), watchRequests(parts), setSecurityHeaders(parts), compressAnswers())
  addUp(api, parts)
  api.onError((error, c) => {
    if (error instanceof ApiProblem) return problemResponse(error)
    if (isBadBody(error)) {
      return problemResponse(
        new ApiProblem('bad-request', 'the body is not valid JSON', [
          { path: 'body', message: 'not valid JSON' },
        ]),
      )
    }
    if (error instanceof DatabaseUnavailableError) {
      // Its own words name hosts and folders: they are for the owner and the log.
      const isOwner = c.req.path.startsWith('/api/v1/admin/')
      const detail = isOwner
        ? error.message
        : 'the database cannot be used at the moment; ask again in a few seconds'
      return problemResponse(
        new ApiProblem('unavailable', detail, null, { 'retry-after': '5' }, { code: 'database-away' }),
      )
    }
    const id = c.var.requestId
    parts.log.error({ err: error, id }, `${c.req.method} ${c.req.path} failed`)
    return problemResponse(
      new ApiProblem('internal', `the server failed on this request; its log has the cause under ${id}`),
    )
  })
  return api
}

/** Hono's validator refuses a malformed JSON body with an exception of its own. */
function isBadBody(error: Error): boolean {
  return 'status' in error && error.status === 400
}

function refuseBody(): never {
  throw new ApiProblem('body-too-large', `at most ${MAX_BODY_BYTES} bytes are taken`)
}

/** Whatever an answer does not set itself. */
function setSecurityHeaders({ security }: CommonParts): MiddlewareHandler<ApiEnv> {
  const headers = Object.entries(security)
  return async (c, next) => {
    await next()
    if (c.res.headers.has('x-hono-already-sent')) return
    for (const [name, value] of headers) if (!c.res.headers.has(name)) c.res.headers.set(name, value)
  }
}

const COMPRESSIBLE = /^(application\/(json|problem\+json|octet-stream)|text\/(csv|plain))/

/** Compresses what was made for this answer; what is sent many times comes compressed already. */
function compressAnswers(): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    await next()
    const { headers } = c.res
    if (headers.has('content-encoding') || headers.has('vary')) return
    if (!COMPRESSIBLE.test(headers.get('content-type') ?? '') || c.res.body === null) return
    headers.append('vary', 'accept-encoding')
    const encoding = preferredEncoding(c.req.header('accept-encoding'))
    if (encoding === 'identity' || c.req.method === 'HEAD') return
    const bytes = new Uint8Array(await c.res.arrayBuffer())
    const small = bytes.length < SMALL_BYTES
    const body = small ? bytes : new Uint8Array(await compress(bytes, encoding))
    const response = new Response(body, { status: c.res.status, headers })
    response.headers.delete('content-length')
    if (!small) response.headers.set('content-encoding', encoding)
    c.res = undefined
    c.res = response
  }
}

/** Which methods the routes that match a path take; none where no route matches. */
function methodsByPath(api: Api): (path: string) => readonly string[] {
  const patterns = api.routes
    .filter((route) => route.method !== 'ALL')
    .map((route) => ({
      method: route.method,
      path: new RegExp(`^${route.path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:[^/]+/g, '[^/]+')}$`),
    }))
  return (path) => {
    const methods = new Set(patterns.filter((pattern) => pattern.path.test(path)).map(({ method }) => method))
    if (methods.has('GET')) methods.add('HEAD')
    return [...methods].sort()
  }
}
