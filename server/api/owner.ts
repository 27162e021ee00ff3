/** Signing the owner's browser in and out, and the check that stands before everything that only the owner may do. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { z } from '@hono/zod-openapi'
import type { Context, MiddlewareHandler } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { createAttempts, type Attempts } from './attempts.ts'
import { json, problemAnswer, route, type Api, type ApiEnv, type ApiParts } from './context.ts'
import { ApiProblem } from './problem.ts'

const COOKIE = 'crypto-tracker-owner'
/** How a route that only the owner may ask is marked in the OpenAPI document. */
export const ownerOnly = [{ adminToken: [] }, { ownerCookie: [] }]
const TOKEN = /^[\w-]{20,100}$/

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

export function addOwner(api: Api, { owner, isHttps }: ApiParts): void {
  const attempts = createAttempts()

  api.openapi(signIn, async (c) => {
    // What only looks at a link, a preview say, must not use it up.
    if (c.req.method !== 'GET') return c.body(null, 204, { 'cache-control': 'no-store' })
    const address = addressOf(c)
    refuseMany(attempts, address)
    const { token } = c.req.valid('query')
    const signed = TOKEN.test(token) ? await owner.signIn(token) : null
    if (!signed) {
      attempts.failed(address)
      throw new ApiProblem(
        'forbidden',
        'this link was used, is older than an hour, or was never given: make a new one with "crypto-tracker owner link"',
      )
    }
    attempts.succeeded(address)
    setCookie(c, COOKIE, signed.session, {
      httpOnly: true,
      secure: isHttps,
      sameSite: 'Strict',
      path: '/',
      expires: new Date(signed.expiresMs),
    })
    return c.body(null, 303, { location: '/', 'cache-control': 'no-store' })
  })

  api.openapi(status, async (c) => {
    const session = getCookie(c, COOKIE)
    const isSignedIn = session !== undefined && (await owner.isSignedIn(session))
    return c.json({ signed_in: isSignedIn }, 200, { 'cache-control': 'no-store' })
  })

  api.openapi(signOut, async (c) => {
    refuseForeign(c)
    const session = getCookie(c, COOKIE)
    if (session !== undefined) await owner.signOut(session)
    deleteCookie(c, COOKIE, { path: '/', secure: isHttps })
    return c.body(null, 204, { 'cache-control': 'no-store' })
  })
}

/** The owner's cookie, or the token of scripts; who guesses gets ten tries a minute. */
export function requireOwner({
  owner,
  adminToken,
}: Pick<ApiParts, 'owner' | 'adminToken'>): MiddlewareHandler<ApiEnv> {
  const expected = adminToken === null ? null : digest(adminToken)
  const attempts = createAttempts()
  return async (c, next) => {
    const header = c.req.header('authorization')
    if (header === undefined) {
      const session = getCookie(c, COOKIE)
      if (session === undefined || !(await owner.isSignedIn(session))) throw unauthorized(expected !== null)
      if (c.req.method !== 'GET' && c.req.method !== 'HEAD') refuseForeign(c)
      return next()
    }
    const given = /^Bearer ([\x21-\x7e]{1,1024})$/i.exec(header)?.[1]
    if (!expected || given === undefined) throw unauthorized(expected !== null)
    const address = addressOf(c)
    refuseMany(attempts, address)
    // Digests have one length, so the comparison takes the same time whatever was given.
    if (!timingSafeEqual(digest(given), expected)) {
      attempts.failed(address)
      throw unauthorized(true)
    }
    attempts.succeeded(address)
    return next()
  }
}

/** A cookie comes along with whatever a browser sends; only a page of this very server may send what changes something. */
function refuseForeign(c: Context<ApiEnv>): void {
  const origin = c.req.header('origin') ?? ''
  if (URL.canParse(origin) && new URL(origin).host === c.req.header('host')) return
  throw new ApiProblem('forbidden', 'only a page of this server may ask for this: its Origin is another')
}

function refuseMany(attempts: Attempts, address: string): void {
  const seconds = Math.ceil(attempts.waitMs(address) / 1000)
  if (seconds <= 0) return
  throw new ApiProblem(
    'too-many',
    `too many wrong tokens came from this address: the next one is looked at in ${seconds} s`,
    null,
    { 'retry-after': String(seconds) },
  )
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
  )
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function addressOf(c: Context<ApiEnv>): string {
  return c.env.incoming.socket.remoteAddress ?? ''
}
