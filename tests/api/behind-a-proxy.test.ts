/** A server behind a proxy: what X-Forwarded-* does where the proxy is trusted, and that it does nothing where it is not. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { linkPath } from '../../server/owner/owner.ts'
import { addMarket, ADMIN_TOKEN, serveArchive, type TestServer } from './serve.ts'

type Headers = Readonly<Record<string, string>>

const behindHttps: Headers = {
  'x-forwarded-for': '198.51.100.1',
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'prices.example.org',
}
/** Of a page at the address that the proxy was asked for; the Host is the one by which the proxy reaches the server. */
const origin = 'https://prices.example.org'

async function signIn(server: TestServer, headers: Headers): Promise<string> {
  const { token } = await server.owner.link()
  const answer = await fetch(server.url + linkPath(token), { headers, redirect: 'manual' })
  expect(answer.status).toBe(303)
  return answer.headers.get('set-cookie')!
}

const pause = (server: TestServer, headers: Headers) =>
  fetch(`${server.url}/api/v1/admin/markets/csv:mine/pause`, { method: 'POST', headers })

const guess = (server: TestServer, client: string, token = 'wrong-token-wrong-token-wrong') =>
  fetch(`${server.url}/api/v1/admin/ingest`, {
    headers: { authorization: `Bearer ${token}`, 'x-forwarded-for': client },
  })

let trusting: TestServer
let plain: TestServer
beforeAll(async () => {
  trusting = await serveArchive({ trustedProxies: ['loopback'] })
  plain = await serveArchive()
  for (const { archive } of [trusting, plain]) await addMarket(archive, 'csv:mine')
})
afterAll(() => Promise.all([trusting.stop(), plain.stop()]))

describe('named in TRUSTED_PROXIES', () => {
  test('whose client came by https: the cookie goes by https alone, and no other host can plant it', async () => {
    expect(await signIn(trusting, behindHttps)).toMatch(
      /^__Host-crypto-tracker-owner=[\w-]{43};.*Path=\/; .*HttpOnly; Secure; SameSite=Strict$/,
    )
  })

  test('a page at the address that it was asked for may order, another may not', async () => {
    const [cookie = ''] = (await signIn(trusting, behindHttps)).split(';')
    expect((await pause(trusting, { ...behindHttps, cookie, origin })).status).toBe(204)
    const evil = { ...behindHttps, cookie, origin: 'https://evil.example' }
    expect((await pause(trusting, evil)).status).toBe(403)
  })

  test('wrong tokens are counted by client, and entries that a client forges change nothing', async () => {
    for (let i = 0; i < 10; i++)
      expect((await guess(trusting, `203.0.113.${i}, 198.51.100.7`)).status).toBe(401)
    expect((await guess(trusting, '203.0.113.99, 198.51.100.7')).status).toBe(429)
    expect((await guess(trusting, '198.51.100.8')).status).toBe(401)
    expect((await guess(trusting, '198.51.100.8', ADMIN_TOKEN)).status).toBe(200)
  })
})

describe('not named there', () => {
  test('nothing that it says of scheme and host is believed', async () => {
    const cookie = await signIn(plain, behindHttps)
    expect(cookie).toMatch(/^crypto-tracker-owner=/)
    expect(cookie).not.toContain('Secure')
    const answer = await pause(plain, { ...behindHttps, cookie: cookie.split(';')[0]!, origin })
    expect(answer.status).toBe(403)
  })

  test('who guesses under many forged addresses is one guest', async () => {
    for (let i = 0; i < 10; i++) expect((await guess(plain, `203.0.113.${i}`)).status).toBe(401)
    expect((await guess(plain, '203.0.113.99', ADMIN_TOKEN)).status).toBe(429)
  })
})

test('with PUBLIC_URL alone a page of that address may order, whatever Host the proxy sends', async () => {
  const server = await serveArchive({ address: origin })
  try {
    await addMarket(server.archive, 'csv:mine')
    const cookie = await signIn(server, {})
    expect(cookie).toMatch(/^__Host-.*Secure/)
    const [pair = ''] = cookie.split(';')
    expect((await pause(server, { cookie: pair, origin })).status).toBe(204)
    expect((await pause(server, { cookie: pair, origin: 'http://prices.example.org' })).status).toBe(403)
  } finally {
    await server.stop()
  }
})
