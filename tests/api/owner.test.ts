/** The owner's one-time link and what a signed-in browser may do, over real HTTP. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readGapsAnswer, readIngestAnswer, readQuarantineAnswer } from '../../core/wire/read-owner.ts'
import { readTold } from '../../core/wire/told.ts'
import { linkPath } from '../../server/owner/owner.ts'
import { addMarket, NOW_MS, serveArchive, type TestServer } from './serve.ts'

const HOUR_MS = 3_600_000
const clock = { nowMs: NOW_MS, now: () => clock.nowMs }
let server: TestServer
beforeAll(async () => {
  server = await serveArchive({ clock })
  await addMarket(server.archive, 'csv:mine')
})
afterAll(() => server.stop())
beforeEach(() => void (clock.nowMs = NOW_MS))

const open = (token: string, method = 'GET') =>
  fetch(server.url + linkPath(token), { method, redirect: 'manual' })
const admin = (path: string, headers: Record<string, string>, method = 'GET') =>
  fetch(`${server.url}/api/v1/admin${path}`, { method, headers })

async function signIn(): Promise<string> {
  const answer = await open((await server.owner.link()).token)
  return answer.headers.get('set-cookie')!.split(';')[0]!
}

describe('a one-time link', () => {
  test('signs the browser in that opens it, with a cookie that scripts and other sites do not get', async () => {
    const answer = await open((await server.owner.link()).token)
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toBe('/')
    expect(answer.headers.get('set-cookie')).toMatch(/HttpOnly.*SameSite=Strict/i)
  })

  test('is taken once, even when two open it at the same time', async () => {
    const { token } = await server.owner.link()
    const statuses = (await Promise.all([open(token), open(token), open(token)])).map(({ status }) => status)
    expect(statuses.sort()).toEqual([303, 403, 403])
  })

  test('is not used up by who only looks at it', async () => {
    const { token } = await server.owner.link()
    const looked = await open(token, 'HEAD')
    expect(looked.headers.get('set-cookie')).toBeNull()
    expect((await open(token)).status).toBe(303)
  })

  test('is no longer taken after an hour, or once another was made', async () => {
    const late = await server.owner.link()
    clock.nowMs += HOUR_MS
    const answer = await open(late.token)
    expect(answer.status).toBe(403)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    const { detail, told } = (await answer.json()) as { detail: string; told: unknown }
    expect(detail).toContain('crypto-tracker owner link')
    expect(readTold(told)).toEqual({ code: 'link-used' })
    const first = await server.owner.link()
    await server.owner.link()
    expect((await open(first.token)).status).toBe(403)
  })
})

describe('a signed-in browser', () => {
  test('may look and order; what changes something must come from a page of this server', async () => {
    const cookie = await signIn()
    expect((await admin('/ingest', { cookie })).status).toBe(200)
    const pause = '/markets/csv:mine/pause'
    expect((await admin(pause, { cookie }, 'POST')).status).toBe(403)
    expect((await admin(pause, { cookie, origin: 'https://evil.example' }, 'POST')).status).toBe(403)
    expect((await admin(pause, { cookie, origin: 'null' }, 'POST')).status).toBe(403)
    expect((await admin(pause, { cookie, origin: server.url }, 'POST')).status).toBe(204)
    const [market] = await server.archive.markets()
    expect(market).toMatchObject({ id: 'csv:mine', status: 'paused' })
  })

  test('reads how the server stands, paused markets, what is missing and what was refused as the app does', async () => {
    const cookie = await signIn()
    const json = async (path: string): Promise<unknown> => (await admin(path, { cookie })).json()
    await admin('/markets/csv:mine/pause', { cookie, origin: server.url }, 'POST')
    const ingest = readIngestAnswer(await json('/ingest'))
    expect(ingest.tracked).toEqual([{ id: 'csv:mine', name: 'mine', status: 'paused' }])
    expect(ingest.size.database).toBeGreaterThan(0)
    expect(readGapsAnswer(await json('/gaps'))).toEqual({ missing: {}, gaps: [], more: false })
    expect(readQuarantineAnswer(await json('/quarantine'))).toEqual([])
  })

  test('stays signed in until it signs out or half a year is over', async () => {
    const cookie = await signIn()
    const known = async () =>
      (await (await fetch(`${server.url}/api/v1/owner`, { headers: { cookie } })).json()) as unknown
    expect(await known()).toEqual({ signed_in: true })
    clock.nowMs += 181 * 24 * HOUR_MS
    expect(await known()).toEqual({ signed_in: false })
    clock.nowMs = NOW_MS
    const out = await fetch(`${server.url}/api/v1/owner/sign-out`, {
      method: 'POST',
      headers: { cookie, origin: server.url },
    })
    expect(out.status).toBe(204)
    expect(await known()).toEqual({ signed_in: false })
    expect((await admin('/ingest', { cookie })).status).toBe(401)
  })

  test.each(['', 'x', 'crypto-tracker-owner=', `crypto-tracker-owner=${'A'.repeat(43)}`])(
    'another cookie does not get in: %j',
    async (cookie) => expect((await admin('/ingest', { cookie })).status).toBe(401),
  )
})

test('who guesses links is slowed down', async () => {
  const own = await serveArchive()
  try {
    const guess = () => fetch(own.url + linkPath('A'.repeat(43)), { redirect: 'manual' })
    for (let i = 0; i < 10; i++) expect((await guess()).status).toBe(403)
    const slowed = await guess()
    expect(slowed.status).toBe(429)
    expect(Number(slowed.headers.get('retry-after'))).toBeGreaterThan(0)
  } finally {
    await own.stop()
  }
})
