/** Signing the owner's browser in and out, and the check that stands before everything that only the owner may do. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { TLSSocket } from 'node:tls'
import { z } from '@hono/zod-openapi'
import type { Context, MiddlewareHandler } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { json, problemAnswer, route, type Api, type ApiEnv, type ApiParts } from './context.ts'
import { ApiProblem } from './problem.ts'
import { createRateLimit, type RateLimit } from './rate-limit.ts'

const COOKIE = 'crypto-tracker-owner'
/** How a route that only the owner may ask is marked in the OpenAPI document. */
export const ownerOnly = [{ adminToken: [] }, { ownerCookie: [] }]
const TOKEN = /^[\w-]{20,100}$/
/** Wrong links and wrong tokens a minute and address. */
const MOST_WRONG = 10
/** Doors at which they are counted over all processes that serve. */
const LINKS = 'links'
const TOKENS = 'tokens'
const ORDERS = 'orders'
const SIGN_OUTS = 'sign-outs'
/** Orders a minute and address; a person gives a few, a script may add a whole list. */
export const MOST_ORDERS = 300

const signIn = route({
  method: 'get',
  path: '/api/v1/owner/sign-in',
  summary: 'Sign this browser in with a one-time link',
  request: { query: z.object({ token: z.string() }) },
  responses: { 303: { description: 'signed in; on to the app' }, default: problemAnswer },
})

const status = route({
  method: 'get',
  path: '/api/v1/owner',
  summary: 'Whether this browser is the owner’s',
  responses: { 200: json('the answer', z.object({ signed_in: z.boolean() })) },
})

const signOut = route({
  method: 'post',
  path: '/api/v1/owner/sign-out',
  summary: 'Sign this browser out',
  responses: { 204: { description: 'signed out' }, default: problemAnswer },
})

export function addOwner(api: Api, parts: ApiParts): void {
  const { owner, log, counts, mostOrders } = parts
  const attempts = createRateLimit(MOST_WRONG)
  counts?.hear(LINKS, attempts.count)
  const signOuts = createRateLimit(mostOrders)
  counts?.hear(SIGN_OUTS, signOuts.count)

  api.openapi(signIn, async (c) => {
    // What only looks at a link, a preview say, must not use it up.
    if (c.req.method !== 'GET') return c.body(null, 204, { 'cache-control': 'no-store' })
    const client = clientOf(c, parts)
    refuseMany(attempts, client, WRONG)
    // Before it is known to be wrong: of many that come at once, no more than so many are looked at either.
    attempts.count(client)
    const { token } = c.req.valid('query')
    const signed = TOKEN.test(token) ? await owner.signIn(token) : null
    if (!signed) {
      counts?.tell(LINKS, client)
      log.warn({ client }, 'a sign-in link was refused')
      throw ApiProblem.told(
        'forbidden',
        'this link was used, is older than an hour, or was never given: make a new one with "crypto-tracker owner link"',
        { code: 'link-used' },
      )
    }
    attempts.forget(client)
    log.info({ client }, 'the owner signed in')
    const secure = isSecure(c, parts)
    setCookie(c, cookieName(secure), signed.session, {
      httpOnly: true,
      secure,
      sameSite: 'Strict',
      path: '/',
      expires: new Date(signed.expiresMs),
    })
    return c.body(null, 303, { location: '/', 'cache-control': 'no-store' })
  })

  api.openapi(status, async (c) => {
    const session = sessionOf(c, parts)
    const isSignedIn = session !== undefined && (await owner.isSignedIn(session))
    return c.json({ signed_in: isSignedIn }, 200, { 'cache-control': 'no-store' })
  })

  api.openapi(signOut, async (c) => {
    const client = clientOf(c, parts)
    refuseForeign(c, parts)
    refuseMany(signOuts, client, WRITES)
    signOuts.count(client)
    counts?.tell(SIGN_OUTS, client)
    const session = sessionOf(c, parts)
    if (session !== undefined) await owner.signOut(session)
    log.info({ client }, 'a browser signed out')
    const secure = isSecure(c, parts)
    deleteCookie(c, cookieName(secure), { path: '/', secure })
    return c.body(null, 204, { 'cache-control': 'no-store' })
  })
}

type Door = Pick<ApiParts, 'owner' | 'adminToken' | 'counts' | 'proxies' | 'address' | 'mostOrders' | 'log'>

/** The owner's cookie, or the token of scripts; who guesses gets ten tries a minute. */
export function requireOwner(parts: Door): MiddlewareHandler<ApiEnv> {
  const { adminToken } = parts
  const expected = adminToken === null ? null : digest(adminToken)
  const attempts = createRateLimit(MOST_WRONG)
  const writes = createRateLimit(parts.mostOrders)
  parts.counts?.hear(TOKENS, attempts.count)
  parts.counts?.hear(ORDERS, writes.count)
  return async (c, next) => {
    const client = clientOf(c, parts)
    const header = c.req.header('authorization')
    if (header === undefined) await requireSession(c, parts)
    else requireToken(header, expected, attempts, client, parts)
    if (isRead(c)) return next()
    // First, so that no page of another site uses up the owner's orders.
    if (header === undefined) refuseForeign(c, parts)
    refuseMany(writes, client, WRITES)
    writes.count(client)
    parts.counts?.tell(ORDERS, client)
    await next()
    const { method, path } = c.req
    const by = header === undefined ? 'browser' : 'token'
    parts.log.info({ client, by, status: c.res.status }, `${method} ${path}`)
  }
}

async function requireSession(c: Context<ApiEnv>, parts: Door): Promise<void> {
  const session = sessionOf(c, parts)
  if (session !== undefined && (await parts.owner.isSignedIn(session))) return
  throw unauthorized(parts.adminToken !== null)
}

function requireToken(
  header: string,
  expected: Buffer | null,
  attempts: RateLimit,
  client: string,
  { counts, log }: Door,
): void {
  const given = /^Bearer ([\x21-\x7e]{1,1024})$/i.exec(header)?.[1]
  if (!expected || given === undefined) throw unauthorized(expected !== null)
  refuseMany(attempts, client, WRONG)
  // Digests have one length, so the comparison takes the same time whatever was given.
  if (timingSafeEqual(digest(given), expected)) return attempts.forget(client)
  attempts.count(client)
  counts?.tell(TOKENS, client)
  log.warn({ client }, 'a wrong ADMIN_TOKEN was sent')
  throw unauthorized(true)
}

function isRead(c: Context<ApiEnv>): boolean {
  return c.req.method === 'GET' || c.req.method === 'HEAD'
}

/** What tells how browsers reach the server. */
type Place = Pick<ApiParts, 'proxies' | 'address'>

/** Whether the browser came by https, here or to a proxy in front; then the cookie goes by nothing else. */
export function isSecure(c: Context<ApiEnv>, { address, proxies }: Place): boolean {
  const { incoming } = c.env
  return address.startsWith('https:') || incoming.socket instanceof TLSSocket || proxies.isHttps(incoming)
}

/** Under `__Host-` no other host of the same domain can plant a cookie; browsers take that name by https alone. */
function cookieName(secure: boolean): string {
  return secure ? `__Host-${COOKIE}` : COOKIE
}

function sessionOf(c: Context<ApiEnv>, parts: Place): string | undefined {
  return getCookie(c, cookieName(isSecure(c, parts)))
}

/** A cookie comes along with whatever a browser sends; only a page of this very server may send what changes something. */
function refuseForeign(c: Context<ApiEnv>, { proxies, address }: Place): void {
  const origin = c.req.header('origin') ?? ''
  if (URL.canParse(origin)) {
    const { host } = new URL(origin)
    if (host === c.req.header('host') || host === proxies.hostOf(c.env.incoming)) return
    if (new URL(origin).origin === new URL(address).origin) return
  }
  throw ApiProblem.told('forbidden', 'only a page of this server may ask for this: its Origin is another', {
    code: 'foreign-page',
  })
}

const WRONG = { code: 'too-many-tokens', words: 'too many wrong tokens came from this address' } as const
const WRITES = { code: 'too-many-orders', words: 'too many orders came from this address' } as const

function refuseMany(limit: RateLimit, client: string, { code, words }: typeof WRONG | typeof WRITES): void {
  const seconds = Math.ceil(limit.waitMs(client) / 1000)
  if (seconds <= 0) return
  const headers = { 'retry-after': String(seconds) }
  const detail = `${words}: the next one is looked at in ${seconds} s`
  throw new ApiProblem('too-many', detail, null, headers, { code, seconds })
}

function unauthorized(hasToken: boolean): ApiProblem {
  const byToken = hasToken
    ? 'send "Authorization: Bearer …" with the ADMIN_TOKEN of this server'
    : 'this server has no ADMIN_TOKEN for scripts: set one of more than 24 characters and start it again'
  return new ApiProblem(
    'unauthorized',
    `sign this browser in with the link of "crypto-tracker owner link", or ${byToken}`,
    null,
    { 'www-authenticate': 'Bearer realm="crypto-tracker"' },
    { code: 'not-signed-in' },
  )
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function clientOf(c: Context<ApiEnv>, { proxies }: Pick<ApiParts, 'proxies'>): string {
  return proxies.clientOf(c.env.incoming)
}
