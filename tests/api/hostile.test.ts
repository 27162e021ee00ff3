/**
 * What a hostile client sends, row by row of the Server table: each is told a 4xx problem, finds nothing out, and leaves
 * the server answering others.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { DAY_MS } from '../../core/time/interval.ts'
import { closed, expectNothingInside, expectRawProblem, readAnswer, requestText, talk } from './raw.ts'
import { ADMIN_TOKEN, addMarket, NOW_MS, readAll, serveArchive, type TestServer } from './serve.ts'

let server: TestServer
let app: string
const owner = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' }

beforeAll(async () => {
  app = await mkdtemp(join(tmpdir(), 'crypto-tracker-hostile-'))
  await writeFile(join(app, 'index.html'), '<!doctype html><title>The app</title>')
  server = await serveArchive({ app })
  const market = await addMarket(server.archive, 'coinbase:BTC-USD')
  await readAll(server.archive, market, '1d', NOW_MS - 30 * DAY_MS, NOW_MS - DAY_MS)
})
afterAll(async () => {
  await server.stop()
  await rm(app, { recursive: true })
})

/** Whatever a test did, the next one who asks is answered. */
afterEach(async () => {
  const answer = await fetch(`${server.url}/api/v1/markets`)
  expect(answer.status).toBe(200)
  expect(await answer.json()).toMatchObject({ markets: [{ id: 'coinbase:BTC-USD' }] })
})

const send = (line: string, headers: Record<string, string> = {}, body = '') =>
  talk(server.port, requestText(line, headers, body))
const post = (body: string, headers: Record<string, string> = {}) =>
  send(
    'POST /api/v1/admin/markets',
    { ...owner, 'content-length': String(Buffer.byteLength(body)), ...headers },
    body,
  )

/** Fifty megabytes of spaces. */
const BOMB = gzipSync(Buffer.alloc(50_000_000, ' ')).toString('latin1').slice(0, 60_000)

describe('bodies', () => {
  test('a giant body is refused by its announced length, before it is sent', async () => {
    const headers = { ...owner, 'content-length': '10000000000' }
    expectRawProblem(await send('POST /api/v1/admin/markets', headers), 413, '65536 bytes')
  })

  test.each(['/api/v1/admin/markets', '/api/v1/markets', '/', '/up'])(
    'a body without end to %s is answered and cut off, and not kept',
    async (path) => {
      const socket = connect(server.port, '127.0.0.1')
      let answer = ''
      socket.on('data', (part: Buffer) => (answer += part.toString()))
      socket.on('error', () => {})
      const end = closed(socket)
      const headers = { ...owner, 'transfer-encoding': 'chunked', connection: 'keep-alive' }
      socket.write(requestText(`POST ${path}`, headers))
      const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`
      const before = process.memoryUsage().rss
      while (!socket.destroyed) {
        const drained = new Promise<void>((resolve) => socket.once('drain', () => resolve()))
        if (socket.write(chunk)) await new Promise(setImmediate)
        else await Promise.race([end, drained])
        // For a moment what still comes is read and thrown away, so that the client gets to read the answer.
        expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000)
      }
      expect([405, 413]).toContain(readAnswer(answer).status)
    },
  )

  test.each([
    ['lists', `${'['.repeat(30_000)}${']'.repeat(30_000)}`],
    ['objects', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`],
    ['an identifier', `{"id":${'['.repeat(30_000)}${']'.repeat(30_000)}}`],
  ])('JSON of %s, thousands deep, is refused like any other wrong body', async (_, body) => {
    expectRawProblem(await post(body), 400)
  })

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'json',
    '*/*',
  ])('the content type %s is not taken', async (type) => {
    expectRawProblem(await post('{}', { 'content-type': type }), 415, 'application/json')
  })

  test.each(['gzip', 'br', 'deflate', 'gzip, gzip', 'x'])(
    'a compressed body (%s) is not unpacked, however much would come out of it',
    async (encoding) => {
      const before = process.memoryUsage().rss
      expectRawProblem(await post(BOMB, { 'content-encoding': encoding }), 415, 'Content-Encoding')
      expect(process.memoryUsage().rss - before).toBeLessThan(200_000_000)
    },
  )
})

describe('addresses and paths', () => {
  test('one without end is refused, by its own length and by that of all headers', async () => {
    expectRawProblem(await send(`GET /api/v1/markets?${'x'.repeat(9_000)}`), 414, '8192 characters')
    expectRawProblem(await send(`GET /api/v1/markets?${'x'.repeat(70_000)}`), 431, '16 KB')
  })

  test.each([
    '/../package.json',
    '/../../../../etc/passwd',
    '/%2e%2e/package.json',
    '/..%2f..%2fetc%2fpasswd',
    '/%252e%252e/package.json',
    '/..%5c..%5cpackage.json',
    '/..\\..\\package.json',
    '//etc/passwd',
    '/./../package.json',
    '/api/../../package.json',
    '/api/v1/chunks/../../../../package.json',
    '/api/docs/../../package.json',
    '/api/docs/%2e%2e%2fpackage.json',
    '/%00/../package.json',
    '/package.json%00.html',
    '/%c0%ae%c0%ae/package.json',
    '/%',
    '/%zz',
    '/%ff%fe',
    'http://localhost/../package.json',
    'file:///etc/passwd',
  ])('%s leads to no file of the server', async (path) => {
    const { status, body } = await send(`GET ${path}`)
    expect([200, 400, 404]).toContain(status)
    expect(body).not.toContain('crypto-tracker"')
    expect(body).not.toContain('root:')
    if (status === 200) expect(body).toContain('<!doctype html>')
    else expectNothingInside(body)
  })
})

describe('headers', () => {
  test.each([
    ['two lengths', 'content-length: 2\r\ncontent-length: 3'],
    ['a length and chunks', 'content-length: 2\r\ntransfer-encoding: chunked'],
    ['a length that is none', 'content-length: 0x10'],
    ['a coding that is none', 'transfer-encoding: xchunked'],
    ['chunks hidden under another coding', 'transfer-encoding: chunked, identity'],
    ['a header of two lines', 'x: a\r\n b'],
    ['a space before the colon', 'x : a'],
    ['a NUL', 'x: a\0b'],
    ['a line feed alone', 'x: a\nset-cookie: b'],
  ])('%s: refused, so that no server before this one reads it otherwise', async (_, header) => {
    const text = `POST /api/v1/markets HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${header}\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\n`
    const answer = await talk(server.port, text)
    expect([400, 405]).toContain(answer.status)
    expect(answer.headers['content-type']).toBe('application/problem+json')
    expect(answer.headers['set-cookie']).toBeUndefined()
    expect(answer.body).not.toContain('smuggled')
  })

  test('nothing that a client sends becomes a header of the answer', async () => {
    const injected = '%0d%0aset-cookie:%20a=b%0d%0a%0d%0a<script>'
    const candles = '/api/v1/markets/coinbase:BTC-USD/candles'
    for (const path of [
      `${candles}?interval=1d&limit=1&from=2024-02-20${injected}`,
      `${candles}?interval=1d${injected}&limit=1`,
      `${candles}?interval=1d&limit=1&x=${injected}`,
      `/api/v1/markets/coinbase:BTC-USD${injected}/candles?interval=1d`,
      `/api/v1/chunks/${injected}`,
      `/api/docs${injected}`,
      `/${injected}`,
      `/offline?${injected}`,
    ]) {
      const { headers, body } = await send(`GET ${path}`)
      expect(headers['set-cookie']).toBeUndefined()
      expect(headers['link'] ?? '').not.toMatch(/[<>]script|cookie/)
      expect(body).not.toContain('\r\nset-cookie')
      expect(headers['content-type']).not.toMatch(/html.*script/)
    }
  })

  test.each([
    '/api/openapi.json',
    '/api/docs',
    '/api/v1/markets/coinbase:BTC-USD/candles?interval=1d&limit=1',
    '/',
  ])('no cache can be poisoned through %s: Host and its relatives change nothing', async (path) => {
    const plain = await send(`GET ${path}`)
    const poisoned = await send(`GET ${path}`, {
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'evil',
      'x-forwarded-prefix': '/evil',
      'x-original-url': '/evil',
      'x-rewrite-url': '/evil',
      'x-http-method-override': 'DELETE',
      forwarded: 'host=evil.example',
      origin: 'https://evil.example',
      referer: 'https://evil.example/',
    })
    expect(poisoned.status).toBe(200)
    expect(poisoned.body).toBe(plain.body)
    expect({ ...poisoned.headers, date: '' }).toEqual({ ...plain.headers, date: '' })
  })

  test.each([
    ['from the start', 'bytes=0-'],
    ['beyond the end', 'bytes=999999999999-'],
    ['from behind', 'bytes=-1'],
    ['backwards', 'bytes=5-1'],
    ['two thousand times', `bytes=${'0-,'.repeat(2_000)}0-`],
    ['of lines', 'lines=1-2'],
  ])('a range %s: the whole answer, once', async (_, range) => {
    for (const path of ['/api/openapi.json', '/']) {
      const whole = await send(`GET ${path}`)
      const answer = await send(`GET ${path}`, { range })
      expect(answer.status).toBe(200)
      expect(answer.body).toBe(whole.body)
    }
  })

  test('HTTP/1.0 without Host is refused like HTTP/1.1 without it', async () => {
    expectRawProblem(await talk(server.port, 'GET /up HTTP/1.0\r\n\r\n'), 400, 'Host')
    expect((await talk(server.port, 'GET /up HTTP/1.0\r\nhost: x\r\n\r\n')).status).toBe(200)
  })
})

describe('methods', () => {
  test.each([
    ['TRACE', '/api/v1/markets', 'GET, HEAD'],
    ['DELETE', '/api/v1/markets', 'GET, HEAD'],
    ['PUT', '/metrics', 'GET, HEAD'],
    ['PROPFIND', '/api/v1/sync', 'GET, HEAD'],
    ['GET', '/api/v1/admin/markets', 'POST'],
    ['TRACE', '/', 'GET, HEAD'],
    ['POST', '/api/openapi.json', 'GET, HEAD'],
    ['POST', '/api/docs', 'GET, HEAD'],
  ])('%s %s is not allowed, and Allow says what is', async (method, path, allow) => {
    const answer = await send(`${method} ${path}`, owner)
    expectRawProblem(answer, 405)
    expect(answer.headers['allow']).toBe(allow)
  })

  test.each(['CONNECT example.org:443', 'CONNECT 127.0.0.1:22', 'MADEUP /up', 'get /up'])(
    '%s: nothing is opened and nothing answered but a refusal',
    async (line) => {
      const { status } = await send(line)
      expect([0, 400, 405]).toContain(status)
    },
  )
})

describe('what clients give is data only', () => {
  test('no address that a client gives is ever asked (server-side request forgery)', async () => {
    const asked: string[] = []
    const canary = createServer((request, response) => {
      asked.push(request.url ?? '')
      response.end('{}')
    })
    canary.listen(0, '127.0.0.1')
    await once(canary, 'listening')
    const address = `127.0.0.1:${(canary.address() as AddressInfo).port}`
    const url = `http://${address}/x`
    try {
      await send(`GET ${url}`, { host: address })
      await send('GET /', {
        host: address,
        referer: url,
        origin: url,
        'x-forwarded-host': address,
        forwarded: `host=${address}`,
      })
      for (const name of ['url', 'source', 'market', 'markets', 'callback', 'since', 'archive'])
        await send(`GET /api/v1/sync?${name}=${encodeURIComponent(url)}`)
      await send(`GET /api/v1/markets/${encodeURIComponent(url)}/candles?interval=1d`)
      for (const id of [
        url,
        `${address}:BTC-USD`,
        `coinbase@${address}:BTC-USD`,
        `http://${address}:BTC-USD`,
      ])
        expectRawProblem(await post(JSON.stringify({ id })), 400)
      expectRawProblem(await post(JSON.stringify({ id: 'coinbase:BTC-USD', url, baseUrl: url })), 400)
      expect(asked).toEqual([])
    } finally {
      canary.close()
    }
  })

  test.each([
    '{"__proto__":{"polluted":1},"id":"coinbase:BTC-USD"}',
    '{"constructor":{"prototype":{"polluted":1}},"id":"coinbase:BTC-USD"}',
    '{"id":{"__proto__":{"polluted":1}}}',
    '{"id":"__proto__:constructor-prototype"}',
    '[{"__proto__":{"polluted":1}}]',
  ])('no prototype is polluted by the body %s', async (body) => {
    expectRawProblem(await post(body), 400)
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  test('no prototype is polluted by a query or a path', async () => {
    for (const name of [
      '__proto__[polluted]',
      '__proto__.polluted',
      'constructor[prototype][polluted]',
      '__proto__',
    ]) {
      const query = `${encodeURIComponent(name)}=1`
      expect((await send(`GET /api/v1/markets?${query}`)).status).toBe(200)
      expect((await send(`GET /api/v1/sync?${query}`)).status).toBe(200)
    }
    for (const path of [
      '/__proto__',
      '/constructor',
      '/api/v1/__proto__',
      '/api/v1/markets/__proto__/candles?interval=1d',
    ])
      expect([200, 400, 404]).toContain((await send(`GET ${path}`)).status)
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  test('SQL in every parameter of every route is refused or ignored, and changes nothing', async () => {
    interface Parameter {
      name: string
      in: 'path' | 'query' | 'header'
    }
    const { paths } = (await (await fetch(`${server.url}/api/openapi.json`)).json()) as {
      paths: Record<string, Record<string, { parameters?: Parameter[] }>>
    }
    const size = await server.archive.size()
    const head = await server.archive.headRevision()
    const known: Readonly<Record<string, string>> = {
      id: 'coinbase:BTC-USD',
      interval: '1d',
      sha256: '0'.repeat(64),
    }
    let tried = 0
    for (const [path, methods] of Object.entries(paths)) {
      for (const [method, { parameters = [] }] of Object.entries(methods)) {
        for (const parameter of parameters) {
          for (const payload of SQL) {
            const value = (name: string) =>
              encodeURIComponent(name === parameter.name ? payload : (known[name] ?? ''))
            const address = path.replace(/\{(\w+)\}/g, (_, name: string) => value(name))
            const query = parameters
              .filter(
                (other) => other.in === 'query' && (other === parameter || known[other.name] !== undefined),
              )
              .map(({ name }) => `${name}=${value(name)}`)
            const headers = { ...owner, ...(parameter.in === 'header' ? { [parameter.name]: payload } : {}) }
            const answer = await send(`${method.toUpperCase()} ${address}?${query.join('&')}`, headers)
            // A search takes any text, and finds nothing.
            const least = path === '/api/v1/admin/search' ? 200 : 400
            expect(answer.status, `${method} ${address} ${parameter.name}=${payload}`).toBeGreaterThanOrEqual(
              least,
            )
            expect(answer.status, `${method} ${address} ${parameter.name}=${payload}`).toBeLessThan(500)
            expectNothingInside(answer.body)
            tried++
          }
        }
      }
    }
    for (const payload of SQL) {
      expectRawProblem(await post(JSON.stringify({ id: payload })), 400)
      expectRawProblem(await post(JSON.stringify({ id: 'coinbase:BTC-USD', since: payload })), 400)
    }
    expect(tried).toBeGreaterThan(50)
    expect(await server.archive.headRevision()).toBe(head)
    expect((await server.archive.size()).rows).toBe(size.rows)
  })
})

const SQL = [
  "' OR '1'='1",
  "1'; DROP TABLE candle; --",
  "coinbase:BTC-USD' UNION SELECT * FROM raw --",
  '1); DELETE FROM market; --',
  '$1',
  "\\'; SELECT pg_sleep(10); --",
]

test('who guesses the token is told to wait, and who knows it still gets in from elsewhere', async () => {
  const own = await serveArchive()
  try {
    const guess = (token: string) =>
      talk(own.port, requestText('GET /api/v1/admin/ingest', { authorization: `Bearer ${token}` }))
    for (let i = 0; i < 10; i++) expectRawProblem(await guess(`wrong-token-number-${i}`), 401, 'ADMIN_TOKEN')
    const refused = await guess('wrong-token-number-11')
    expectRawProblem(refused, 429, 'too many wrong tokens')
    const seconds = Number(refused.headers['retry-after'])
    expect(seconds).toBeGreaterThan(50)
    expect(seconds).toBeLessThanOrEqual(60)
    // Not even the right one is looked at, or a guess could go on being made.
    expectRawProblem(await guess(ADMIN_TOKEN), 429)
    expect((await fetch(`${own.url}/api/v1/markets`)).status).toBe(200)
  } finally {
    await own.stop()
  }
})
