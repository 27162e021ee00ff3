/**
 * Attacks on who may do what, each over real HTTP with the refusal that it must meet. Malformed bytes, bodies and paths are
 * in `hostile.test.ts`, slow clients in `slow-clients.test.ts`, proxies in `behind-a-proxy.test.ts`, the link in `owner.test.ts`.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DAY_MS } from '../../core/time/interval.ts'
import type { SyncPage } from '../../core/wire/api.ts'
import { linkPath } from '../../server/owner/owner.ts'
import { talk, requestText } from './raw.ts'
import { addMarket, ADMIN_TOKEN, NOW_MS, readAll, sealAll, serveArchive, type TestServer } from './serve.ts'

let server: TestServer
beforeAll(async () => {
  // Trusted, so that each test can come from an address of its own where it is counted.
  server = await serveArchive({ trustedProxies: ['loopback'], mostOrders: 40 })
  const market = await addMarket(server.archive, 'coinbase:BTC-USD')
  await readAll(server.archive, market, '1m', NOW_MS - 2 * DAY_MS, NOW_MS - DAY_MS / 24)
  await sealAll(server.archive)
})
afterAll(() => server.stop())

const send = (line: string, headers: Record<string, string> = {}) =>
  talk(server.port, requestText(line, headers))
const token = { authorization: `Bearer ${ADMIN_TOKEN}` }

async function signIn(headers: Record<string, string> = {}) {
  const { token: link } = await server.owner.link()
  const answer = await fetch(server.url + linkPath(link), { headers, redirect: 'manual' })
  return answer.headers.get('set-cookie')!.split(';')[0]!
}

/** Every route that the documentation marks as the owner's, with its methods. */
async function ownersRoutes({ url } = server): Promise<[string, string][]> {
  const document = (await (await fetch(`${url}/api/openapi.json`)).json()) as {
    paths: Record<string, Record<string, { security?: unknown }>>
  }
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, { security }]) => security !== undefined)
      .map(([method]): [string, string] => [method.toUpperCase(), path.replace(/\{\w+\}/g, '1')]),
  )
}

describe('who is not signed in', () => {
  test('finds every owner’s route closed before the first owner exists, and where no token is set', async () => {
    const fresh = await serveArchive({ adminToken: null })
    try {
      const routes = await ownersRoutes(fresh)
      expect(routes.length).toBeGreaterThan(10)
      for (const [method, path] of routes)
        for (const authorization of [null, 'Bearer ', 'Bearer null', `Bearer ${ADMIN_TOKEN}`, 'Basic Og==']) {
          const headers = { 'content-type': 'application/json', ...(authorization && { authorization }) }
          const { status } = await fetch(fresh.url + path, { method, headers })
          expect(status, `${method} ${path} ${authorization}`).toBe(401)
        }
    } finally {
      await fresh.stop()
    }
  })

  test('knows of no other way to the same routes', async () => {
    const closed = '/api/v1/admin/ingest'
    expect((await send(`GET ${closed}`, token)).status).toBe(200)
    for (const path of [
      '/api/v1/%61dmin/ingest',
      '/api/v1/admin%2fingest',
      '/api/v1//admin/ingest',
      '//api/v1/admin/ingest',
      '/api/v1/ADMIN/ingest',
      '/api/v1/admin/ingest/',
      '/api/v1/admin/ingest;x=1',
      '/api/v1/admin/ingest%20',
      '/api/v1/admin/ingest%00',
      '/api/v1/./admin/ingest',
      '/api/v1/markets/../admin/ingest',
      '/api/v1/markets/%2e%2e/admin/ingest',
      '/api/v1/admin\\ingest',
      'http://localhost/api/v1/admin/ingest',
      'http://other.example/api/v1/admin/ingest',
    ]) {
      const { status, body } = await send(`GET ${path}`)
      // 503: the page of the app, which is not built here.
      expect([400, 401, 404, 503], path).toContain(status)
      expect(body, path).not.toContain('backfill')
    }
  })

  test('gets no further with methods in headers or in the query', async () => {
    const before = await server.archive.headRevision()
    for (const name of ['x-http-method-override', 'x-http-method', 'x-method-override'])
      for (const line of ['GET', 'POST']) {
        const path = '/api/v1/admin/markets/coinbase:BTC-USD?_method=DELETE&purge=true'
        expect([401, 405]).toContain((await send(`${line} ${path}`, { [name]: 'DELETE' })).status)
      }
    expect((await send('GET /api/v1/markets?_method=DELETE', { 'x-http-method': 'DELETE' })).status).toBe(200)
    expect(await server.archive.headRevision()).toBe(before)
    expect(await server.archive.markets()).toHaveLength(1)
  })
})

describe('pages of other sites', () => {
  test('are told nothing by a preflight, and read no answer', async () => {
    const foreign = { origin: 'https://evil.example' }
    for (const path of ['/api/v1/markets', '/api/v1/admin/markets', '/api/v1/owner/sign-out']) {
      const headers = {
        ...foreign,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization, content-type',
      }
      const preflight = await send(`OPTIONS ${path}`, headers)
      expect([401, 405]).toContain(preflight.status)
      const answer = await send(`GET ${path}`, foreign)
      for (const { headers: got } of [preflight, answer]) {
        expect(Object.keys(got).filter((name) => name.startsWith('access-control-'))).toEqual([])
        expect(got['cross-origin-resource-policy']).toBe('same-origin')
      }
    }
  })

  test.each([
    null,
    'https://evil.example',
    'null',
    'http://127.0.0.1:1',
    'http://127.0.0.1.evil.example',
    'x',
  ])('cannot give an order with the owner’s cookie (Origin %s)', async (origin) => {
    const headers = { cookie: await signIn(), ...(origin === null ? {} : { origin }) }
    for (const path of ['/api/v1/admin/markets/coinbase:BTC-USD/pause', '/api/v1/owner/sign-out'])
      expect((await fetch(server.url + path, { method: 'POST', headers })).status).toBe(403)
    expect((await server.archive.markets())[0]!.status).toBe('live')
  })

  test('cannot send a form as JSON, not even with the owner’s cookie and Origin', async () => {
    const headers = { cookie: await signIn(), origin: server.url, 'content-type': 'text/plain' }
    const body = '{"id":"coinbase:ETH-USD","x":"=1"}'
    const answer = await fetch(`${server.url}/api/v1/admin/markets`, { method: 'POST', headers, body })
    expect(answer.status).toBe(415)
  })
})

describe('sessions', () => {
  test('a cookie that was planted before the sign-in is not the one of the session (fixation)', async () => {
    const planted = `crypto-tracker-owner=${'A'.repeat(43)}`
    const cookie = await signIn({ cookie: planted })
    expect(cookie).not.toBe(planted)
    const admin = (given: string) =>
      fetch(`${server.url}/api/v1/admin/ingest`, { headers: { cookie: given } })
    expect((await admin(planted)).status).toBe(401)
    expect((await admin(cookie)).status).toBe(200)
  })

  test('many links guessed at once are looked at no more than ten times', async () => {
    const headers = { 'x-forwarded-for': '198.51.100.1' }
    const open = (link: string) => fetch(server.url + linkPath(link), { headers, redirect: 'manual' })
    const guesses = Array.from({ length: 40 }, () => open('B'.repeat(43)))
    const statuses = (await Promise.all(guesses)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 403)).toHaveLength(10)
    expect(statuses.filter((status) => status === 429)).toHaveLength(30)
    // Whoever has the link is not let in from there either, before the minute is over; the link stays good.
    const { token: link } = await server.owner.link()
    expect((await open(link)).status).toBe(429)
    expect(await server.owner.signIn(link)).not.toBeNull()
  })

  test('a link leads to this server alone, whatever Host opened it', async () => {
    const { token: link } = await server.owner.link()
    const answer = await send(`GET ${linkPath(link)}&next=https://evil.example`, { host: 'evil.example' })
    expect(answer.headers).toMatchObject({ location: '/', 'referrer-policy': 'no-referrer' })
  })
})

test('who may order floods nobody: after so many in a minute the next ones wait', async () => {
  const headers = { ...token, 'x-forwarded-for': '198.51.100.2' }
  const order = () => fetch(`${server.url}/api/v1/admin/markets/csv:none/pause`, { method: 'POST', headers })
  for (let i = 0; i < 40; i++) expect((await order()).status).toBe(404)
  const refused = await order()
  expect(refused.status).toBe(429)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  // Reading goes on.
  expect((await fetch(`${server.url}/api/v1/admin/ingest`, { headers })).status).toBe(200)
})

describe('what caches and spreadsheets get', () => {
  test('no odd request makes an immutable chunk another one, for a cache or for the server’s own memory', async () => {
    const page = (await (await fetch(`${server.url}/api/v1/sync?since=0`)).json()) as SyncPage
    const { sha256 } = page.chunks.find(({ removed }) => !removed)!
    const path = `/api/v1/chunks/${sha256}`
    const read = async () => {
      const answer = await fetch(server.url + path, { headers: { 'accept-encoding': 'br' } })
      return { headers: { ...Object.fromEntries(answer.headers), date: '' }, body: await answer.bytes() }
    }
    const odd: Record<string, string> = {
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      'x-original-url': '/api/v1/admin/ingest',
      'accept-encoding': 'br, evil',
      'if-none-match': '*',
      range: 'bytes=0-0',
      cookie: 'a=b',
      origin: 'https://evil.example',
    }
    await send(`GET ${path}`, odd)
    const first = await read()
    for (const [name, value] of Object.entries(odd)) await send(`GET ${path}`, { [name]: value })
    for (const line of [`GET ${path}?x=1`, `GET ${path}/`, `HEAD ${path}`, `POST ${path}`, `DELETE ${path}`])
      await send(line)
    expect(await read()).toEqual(first)
    expect(first.headers).toMatchObject({ etag: `"${sha256}"`, vary: 'accept-encoding' })
    // What is not there is not to be remembered as missing.
    const missing = await fetch(`${server.url}/api/v1/chunks/${'f'.repeat(64)}`)
    expect([missing.status, missing.headers.get('cache-control')]).toEqual([404, 'no-store'])
  })

  test('CSV has nothing that a spreadsheet computes', async () => {
    const path = '/api/v1/markets/coinbase:BTC-USD/candles?interval=1m&limit=100&format=csv'
    const text = await (await fetch(server.url + path)).text()
    for (const cell of text
      .trim()
      .split('\n')
      .flatMap((line) => line.split(',')))
      expect(cell).toMatch(/^[\w.][\w.:-]*$/)
  })
})

test('no text that is searched or read makes a pattern run for ever', async () => {
  const texts = [
    'a'.repeat(100),
    `${'a-'.repeat(49)}!`,
    ' '.repeat(100),
    '('.repeat(100),
    '$&$1\\1(?:a+)+$',
    `${'0'.repeat(99)}x`,
  ]
  const startedMs = performance.now()
  for (const text of texts) {
    const asked = encodeURIComponent(text)
    const long = encodeURIComponent(text.repeat(20).slice(0, 2_000))
    await send(`GET /api/v1/admin/search?text=${asked}`, token)
    await send(`GET /api/v1/markets/${long}/candles?interval=1d`)
    await send(`GET /api/v1/markets/coinbase:BTC-USD/candles?interval=1d&from=${long}`)
    await send(`GET /api/v1/sync?since=0&markets=${long}`)
    await send('GET /api/v1/markets', {
      'accept-encoding': text.repeat(50),
      'if-none-match': text.repeat(50),
      authorization: `Bearer ${text}`,
      cookie: text,
    })
  }
  // Thirty requests; one pattern that tries all ways would take longer than the age of the world.
  expect(performance.now() - startedMs).toBeLessThan(30_000)
})
