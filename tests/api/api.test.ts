import { createHash } from 'node:crypto'
import { request } from 'node:http'
import { connect } from 'node:net'
import { once } from 'node:events'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/time/interval.ts'
import { isoSeconds } from '../../core/time/iso.ts'
import type { HistoryProgress } from '../../core/wire/api.ts'
import { readSeriesGaps } from '../../core/wire/gaps.ts'
import { readSyncAnswer } from '../../core/wire/sync.ts'
import { readTold } from '../../core/wire/told.ts'
import { decodeTail } from '../../core/wire/tail.ts'
import type { MarketId } from '../../core/market.ts'
import { ADMIN_TOKEN, addMarket, candleAt, NOW_MS, readAll, sealAll, serveArchive } from './serve.ts'
import type { TestServer } from './serve.ts'

let server: TestServer
let bitcoin: MarketId
let ether: MarketId
const DAYS_FROM_MS = Date.UTC(2022, 0, 1)
const MINUTES_FROM_MS = NOW_MS - 2 * DAY_MS
const MINUTES_TO_MS = NOW_MS - 15 * MINUTE_MS

beforeAll(async () => {
  server = await serveArchive()
  const { archive } = server
  bitcoin = await addMarket(archive, 'coinbase:BTC-USD')
  ether = await addMarket(archive, 'coinbase:ETH-USD')
  await archive.markBeyond(bitcoin, '1d', Date.UTC(2021, 0, 1), DAYS_FROM_MS)
  await readAll(archive, bitcoin, '1d', DAYS_FROM_MS, NOW_MS - (NOW_MS % DAY_MS))
  await readAll(archive, bitcoin, '1m', MINUTES_FROM_MS, MINUTES_TO_MS)
  await readAll(archive, bitcoin, '1h', MINUTES_FROM_MS, NOW_MS - HOUR_MS)
  await archive.recordSamples([{ market: bitcoin, atMs: NOW_MS - 4_000, price: '10000.25' }])
  await sealAll(archive)
})
afterAll(() => server.stop())

const get = (path: string, headers: Record<string, string> = {}) => fetch(server.url + path, { headers })

interface Raw {
  readonly status: number
  readonly headers: Record<string, string | undefined>
  readonly body: Buffer
}

/** As it comes over the wire, nothing decoded. */
function getRaw(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const sent = request(`${server.url}${path}`, { method, headers, agent: false }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('error', reject)
      response.on('end', () => {
        const { statusCode = 0, headers: got } = response
        resolve({ status: statusCode, headers: got as Raw['headers'], body: Buffer.concat(parts) })
      })
    })
    sent.on('error', reject)
    sent.end()
  })
}

async function expectProblem(answer: Response, status: number, named: string | RegExp): Promise<void> {
  expect(answer.status).toBe(status)
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
  const text = await answer.text()
  expect(text).not.toMatch(/\bat .*\.(ts|js|mjs):\d+/)
  const problem = JSON.parse(text) as Record<string, unknown>
  expect(problem).toMatchObject({ type: expect.any(String), title: expect.any(String), status })
  expect(problem['detail']).toMatch(named)
}

describe('up', () => {
  test('tells that the process and the database answer', async () => {
    expect(await (await get('/up')).json()).toEqual({ status: 'up' })
    expect(await (await get('/up/databases')).json()).toEqual({ status: 'up' })
  })
})

test('when the database is gone, /up answers and /up/databases says so', async () => {
  const own = await serveArchive()
  try {
    await own.archive.close()
    expect((await fetch(`${own.url}/up`)).status).toBe(200)
    await expectProblem(await fetch(`${own.url}/up/databases`), 503, 'the database does not answer')
    await expectProblem(await fetch(`${own.url}/api/v1/markets`), 500, 'log')
  } finally {
    await own.stop()
  }
})

describe('markets and prices', () => {
  test('markets have what is tracked, and how far the history is read', async () => {
    const answer = (await (await get('/api/v1/markets')).json()) as Record<string, unknown[]>
    expect(answer['markets']).toMatchObject([
      {
        id: 'coinbase:BTC-USD',
        source: 'coinbase',
        base: 'BTC',
        quote: 'USD',
        name: 'BTC',
        tick: '0.01',
        status: 'live',
        freshness: 'live',
        first: { '1d': '2022-01-01T00:00:00Z', '1m': isoSeconds(MINUTES_FROM_MS) },
        last: { '1d': '2024-03-09T00:00:00Z', '1m': isoSeconds(MINUTES_TO_MS - MINUTE_MS) },
      },
      { id: 'coinbase:ETH-USD', first: {}, last: {} },
    ])
    expect(answer['backfill']).toContainEqual({
      market: 'coinbase:BTC-USD',
      interval: '1d',
      wanted: expect.any(Number),
      done: expect.any(Number),
    })
  })

  test('prices carry their as-of, freshness, change and sparkline', async () => {
    const { prices } = (await (await get('/api/v1/prices')).json()) as { prices: object[] }
    expect(prices).toMatchObject([
      { market: 'coinbase:BTC-USD', price: '10000.25', as_of: '2024-03-10T11:59:56Z', freshness: 'live' },
    ])
    expect(prices[0]).toHaveProperty('change_24h', expect.any(Number))
    expect(prices[0]).toHaveProperty('sparkline', expect.arrayContaining([expect.any(String)]))
  })
})

describe('candles', () => {
  const path = '/api/v1/markets/coinbase:BTC-USD/candles'

  test('from ≤ start < to, as the source printed them', async () => {
    const answer = await get(`${path}?interval=1d&from=2024-01-01&to=2024-01-03T00:00:00Z`)
    const expected = [Date.UTC(2024, 0, 1), Date.UTC(2024, 0, 2)].map((ms) => {
      const { open, high, low, close, volume } = candleAt(ms)
      return [isoSeconds(ms), open, high, low, close, volume]
    })
    expect(await answer.json()).toEqual({
      market: 'coinbase:BTC-USD',
      interval: '1d',
      from: '2024-01-01T00:00:00Z',
      to: '2024-01-03T00:00:00Z',
      candles: expected,
      next: null,
    })
  })

  test('the identifier may be percent-encoded', async () => {
    const answer = await get(`/api/v1/markets/${encodeURIComponent(bitcoin)}/candles?interval=1d`)
    expect(answer.status).toBe(200)
  })

  test('longer intervals are made of complete bars', async () => {
    const fromMs = NOW_MS - HOUR_MS
    const answer = await get(`${path}?interval=15m&from=${isoSeconds(fromMs)}`)
    const { candles } = (await answer.json()) as { candles: string[][] }
    expect(candles.length).toBe(3)
    const minutes = Array.from({ length: 15 }, (_, i) => candleAt(fromMs + i * MINUTE_MS))
    expect(candles[0]!.slice(1)).toEqual([
      minutes[0]!.open,
      minutes.map(({ high }) => high).sort((a, b) => Number(b) - Number(a))[0],
      minutes.map(({ low }) => low).sort((a, b) => Number(a) - Number(b))[0],
      minutes[14]!.close,
      '22.5',
    ])
  })

  test('CSV has the header and the same candles', async () => {
    const answer = await get(`${path}?interval=1d&from=2024-01-01&to=2024-01-02&format=csv`)
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    const { open, high, low, close, volume } = candleAt(Date.UTC(2024, 0, 1))
    expect(await answer.text()).toBe(
      `time,open,high,low,close,volume\n2024-01-01T00:00:00Z,${[open, high, low, close, volume].join(',')}\n`,
    )
  })

  test('limit pages, and "next" leads through all of it without a gap or a repeat', async () => {
    const starts: string[] = []
    for (let at: string | null = `${path}?interval=1d&from=2024-01-01&limit=30`; at;) {
      const answer = await get(at)
      const page = (await answer.json()) as { candles: string[][]; next: string | null }
      expect(page.candles.length).toBeLessThanOrEqual(30)
      starts.push(...page.candles.map(([start]) => start!))
      expect(answer.headers.get('link')).toBe(page.next && `<${page.next}>; rel="next"`)
      at = page.next
    }
    const days = Array.from({ length: 69 }, (_, i) => isoSeconds(Date.UTC(2024, 0, 1 + i)))
    expect(starts).toEqual(days)
  })

  test.each([
    ['interval=2m', 'interval'],
    ['', 'interval'],
    ['interval=1d&interval=1h', 'interval'],
    ['interval=1d&from=yesterday', 'from'],
    ['interval=1d&from=2024-02-30', 'from'],
    ['interval=1d&from=1709251200', 'from'],
    ['interval=1d&from=2024-01-02&to=2024-01-01', 'from'],
    ['interval=1d&limit=0', 'limit'],
    ['interval=1d&limit=100001', 'limit'],
    ['interval=1d&limit=-5', 'limit'],
    ['interval=1d&format=xml', 'format'],
    ["interval=1d'%3B DROP TABLE candle%3B--", 'interval'],
  ])('"%s" is refused, naming %s', async (query, named) => {
    const answer = await get(`${path}?${query}`)
    const body = (await answer.clone().json()) as { errors: { path: string }[] }
    await expectProblem(answer, 400, named)
    expect(body.errors[0]!.path).toBe(named)
  })

  test('a market that is not tracked is named', async () => {
    await expectProblem(
      await get('/api/v1/markets/coinbase:NOPE-USD/candles?interval=1d'),
      404,
      'coinbase:NOPE-USD',
    )
  })

  test.each(['bitcoin', '__proto__', "x' OR 1=1", '..%2f..%2fetc'])('%s is no market', async (id) => {
    const answer = await get(`/api/v1/markets/${encodeURIComponent(id)}/candles?interval=1d`)
    await expectProblem(answer, 400, 'is no market')
  })
})

describe('sync, chunks and tail', () => {
  test('sync gives the manifest; every chunk hashes to its name in all encodings', async () => {
    const page = readSyncAnswer(await (await get('/api/v1/sync?since=0')).json())
    if ('reset' in page) throw new Error('reset')
    expect(page).toMatchObject({ more: false, format: 1, sample_seconds: 60, simulated: false })
    expect(page.quotes).toEqual(['USD', 'EUR', 'CHF'])
    expect(page.markets.map(({ id }) => id)).toEqual([bitcoin, ether])
    expect(page.chunks.map(({ interval, period, part }) => `${interval} ${period} ${part}`)).toEqual(
      expect.arrayContaining(['1d 2022 price', '1d 2022 volume', '1d 2023 price', '1d 2023 volume']),
    )
    const decoders = { br: brotliDecompressSync, gzip: gunzipSync, identity: (bytes: Buffer) => bytes }
    for (const { sha256, size } of page.chunks) {
      for (const [encoding, decode] of Object.entries(decoders)) {
        const raw = await getRaw(`/api/v1/chunks/${sha256}`, { 'accept-encoding': encoding })
        expect(raw.headers['content-encoding']).toBe(encoding === 'identity' ? undefined : encoding)
        expect(raw.headers).toMatchObject({
          'content-type': 'application/octet-stream',
          'cache-control': 'public, max-age=31536000, immutable',
          etag: `"${sha256}"`,
          vary: 'accept-encoding',
        })
        const bytes = decode(raw.body)
        expect(bytes.length).toBe(size)
        expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256)
      }
    }
  })

  test.each(['br', 'gzip', 'identity'])(
    '"bytes" of the manifest are those on the wire with %s',
    async (encoding) => {
      const headers = { 'accept-encoding': encoding }
      const raw = await getRaw('/api/v1/sync', headers)
      const decoders = { br: brotliDecompressSync, gzip: gunzipSync, identity: (bytes: Buffer) => bytes }
      const decode = raw.headers['content-encoding'] ? decoders[encoding as 'br'] : decoders.identity
      const page = readSyncAnswer(JSON.parse(decode(raw.body).toString()))
      if ('reset' in page) throw new Error('reset')
      for (const { sha256, bytes } of page.chunks) {
        expect((await getRaw(`/api/v1/chunks/${sha256}`, headers)).body.length).toBe(bytes)
      }
    },
  )

  test.each(['br', 'identity'])(
    'sync says how far the history is read, all markets together (%s)',
    async (encoding) => {
      const { backfill } = (await (await get('/api/v1/markets')).json()) as { backfill: HistoryProgress[] }
      const page = (await (
        await get('/api/v1/sync?since=0', { 'accept-encoding': encoding })
      ).json()) as object
      expect(page).toHaveProperty('backfill', {
        wanted: backfill.reduce((sum, { wanted }) => sum + wanted, 0),
        done: backfill.reduce((sum, { done }) => sum + done, 0),
      })
    },
  )

  test('a chunk that the client has is not sent again', async () => {
    const page = readSyncAnswer(await (await get('/api/v1/sync')).json())
    if ('reset' in page) throw new Error('reset')
    const { sha256 } = page.chunks[0]!
    const raw = await getRaw(`/api/v1/chunks/${sha256}`, { 'if-none-match': `"${sha256}"` })
    expect(raw.status).toBe(304)
    expect(raw.body.length).toBe(0)
  })

  test('from the head on nothing is new; above it, or for another archive, the answer is reset', async () => {
    const page = readSyncAnswer(await (await get('/api/v1/sync')).json())
    if ('reset' in page) throw new Error('reset')
    const later = await (await get(`/api/v1/sync?since=${page.revision}&archive=${page.archive}`)).json()
    expect(later).toMatchObject({ revision: page.revision, markets: [], chunks: [] })
    const reset = { archive: page.archive, reset: true }
    expect(await (await get(`/api/v1/sync?since=${page.revision + 1}`)).json()).toEqual(reset)
    const other = '00000000-0000-4000-8000-000000000000'
    expect(await (await get(`/api/v1/sync?since=1&archive=${other}`)).json()).toEqual(reset)
  })

  test('sync may be asked for some markets only', async () => {
    const page = readSyncAnswer(await (await get(`/api/v1/sync?markets=${ether}`)).json())
    expect(page).toMatchObject({ markets: [{ id: ether }], chunks: [] })
  })

  test('the tail has the recent places of what was asked for', async () => {
    const answer = await get(`/api/v1/tail?since=0&markets=${bitcoin}&intervals=1m`)
    expect(answer.headers.get('content-type')).toBe('application/octet-stream')
    const tail = decodeTail(new Uint8Array(await answer.arrayBuffer()))
    expect(tail.series.map(({ market, interval }) => [market, interval])).toEqual([[bitcoin, '1m']])
    expect(tail.series[0]!.price).not.toBeNull()
    const later = await get(`/api/v1/tail?since=${tail.revision}&markets=${bitcoin}`)
    const unchanged = decodeTail(new Uint8Array(await later.arrayBuffer()))
    expect(unchanged.series.every(({ price, volume }) => price === null && volume === null)).toBe(true)
  })

  test('the tail has one part alone where that is asked for, the same bytes', async () => {
    const ask = async (parts: string) =>
      decodeTail(new Uint8Array(await (await get(`/api/v1/tail?markets=${bitcoin}${parts}`)).arrayBuffer()))
    const both = await ask('')
    expect(both.series.some(({ volume }) => volume !== null)).toBe(true)
    expect(await ask('&parts=price')).toEqual({
      ...both,
      series: both.series.map((series) => ({ ...series, volume: null })),
    })
    expect(await ask('&parts=volume')).toEqual({
      ...both,
      series: both.series.map((series) => ({ ...series, price: null })),
    })
    expect(await ask('&parts=volume,price')).toEqual(both)
  })

  test.each(['br', 'gzip'])('what is made for one answer is sent with %s', async (encoding) => {
    for (const path of ['/api/v1/tail', '/api/v1/markets/coinbase:BTC-USD/candles?interval=1m']) {
      const raw = await getRaw(path, { 'accept-encoding': encoding })
      expect(raw.headers).toMatchObject({ 'content-encoding': encoding, vary: 'accept-encoding' })
      expect(raw.headers['content-length']).toBe(String(raw.body.length))
    }
  })

  test.each([
    ['/api/v1/sync?since=-1', 'since'],
    ['/api/v1/sync?since=1e3', 'since'],
    ['/api/v1/sync?since=99999999999999999999', 'since'],
    ['/api/v1/sync?markets=bitcoin', 'markets'],
    ['/api/v1/sync?archive=none', 'archive'],
    ['/api/v1/tail?intervals=5m', 'intervals'],
    ['/api/v1/tail?parts=prices', 'parts'],
    ['/api/v1/tail?markets=coinbase:BTC-USD,%00', 'markets'],
    ['/api/v1/chunks/abc', 'sha256'],
    [`/api/v1/chunks/${'G'.repeat(64)}`, 'sha256'],
    ['/api/v1/chunks/..%2f..%2fetc%2fpasswd', 'sha256'],
    ['/api/v1/live?markets=x', 'markets'],
  ])('%s is refused, naming %s', async (path, named) => {
    await expectProblem(await get(path), 400, named)
  })

  test('a chunk that is not there is said to be gone, and not kept by caches', async () => {
    const answer = await get(`/api/v1/chunks/${'0'.repeat(64)}`)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    await expectProblem(answer, 404, 'sync again')
  })
})

test('candles of a renamed market go through the seam, which is named', async () => {
  const { archive } = server
  const older = await addMarket(archive, 'coinbase:MATIC-USD')
  const newer = await addMarket(archive, 'coinbase:POL-USD')
  await archive.putMarket({ ...(await archive.markets()).find(({ id }) => id === newer)!, continues: older })
  const [begin, seam, end] = [1, 4, 8].map((day) => Date.UTC(2024, 1, day)) as [number, number, number]
  await readAll(archive, older, '1d', begin, end)
  await readAll(archive, newer, '1d', seam, end)
  const answer = await get('/api/v1/markets/coinbase:POL-USD/candles?interval=1d')
  const { candles, seams } = (await answer.json()) as { candles: [string][]; seams: object[] }
  expect(candles.map(([start]) => start.slice(8, 10))).toEqual(['01', '02', '03', '04', '05', '06', '07'])
  expect(seams).toEqual([{ at: '2024-02-04T00:00:00Z', market: older }])
  // The list is made once a second at most.
  await vi.waitFor(
    async () => {
      const list = (await (await get('/api/v1/markets')).json()) as { markets: { id: string }[] }
      const continues = { market: older, at: '2024-02-04T00:00:00Z' }
      expect(list.markets.find(({ id }) => id === newer)).toMatchObject({ continues })
    },
    { timeout: 30_000 },
  )
  await archive.removeMarket(newer, true)
  await archive.removeMarket(older, true)
})

describe('admin', () => {
  const admin = (path: string, token: string | null, body?: unknown) =>
    fetch(`${server.url}/api/v1/admin${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })

  test.each([null, '', 'wrong', `${ADMIN_TOKEN}x`, ADMIN_TOKEN.slice(1)])(
    'the token %s lets nobody in',
    async (token) => {
      const answer = await admin('/ingest', token)
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/)
      await expectProblem(answer, 401, 'ADMIN_TOKEN')
      await expectProblem(await admin('/markets', token, { id: 'coinbase:X-USD' }), 401, 'ADMIN_TOKEN')
    },
  )

  test('the owner sees how it stands', async () => {
    const gaps = await admin('/gaps?market=coinbase:BTC-USD&interval=1m', ADMIN_TOKEN)
    expect(gaps.status).toBe(200)
    const told = (await gaps.json()) as {
      missing: Record<string, number>
      gaps: { class: string; places: number }[]
    }
    const unread = told.gaps
      .filter((gap) => gap.class === 'unread')
      .reduce((sum, { places }) => sum + places, 0)
    expect(unread).toBeGreaterThan(0)
    expect(told.missing['unread']).toBe(unread)
    await expectProblem(await admin('/gaps?interval=4h', ADMIN_TOKEN), 400, 'accepted are 1m, 1h, 1d')
    const answer = await admin('/ingest', ADMIN_TOKEN)
    expect(await answer.json()).toMatchObject({ revision: expect.any(Number), backfill: expect.any(Array) })
  })

  test.each([
    ['no JSON', '{', 'JSON'],
    ['no market', { id: 'bitcoin' }, 'is no market'],
    ['a field too many', { id: 'coinbase:BTC-USD', admin: true }, 'admin'],
    ['no object', [], 'body: '],
    ['no identifier', {}, 'id: a market is written SOURCE:BASE-QUOTE'],
    ['a time that is no text', { id: 'coinbase:BTC-USD', since: 5 }, 'since: ISO 8601'],
    ['no time', { id: 'coinbase:BTC-USD', since: 'soon' }, 'since'],
    ['a source that is not there', { id: 'nowhere:BTC-USD' }, 'nowhere'],
    ['a prototype', '{"__proto__":{"id":"coinbase:BTC-USD"}}', 'id'],
  ])('a body with %s is refused', async (_, body, named) => {
    await expectProblem(await admin('/markets', ADMIN_TOKEN, body), 400, named)
  })

  test('a body of another type is refused', async () => {
    const answer = await fetch(`${server.url}/api/v1/admin/markets`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'text/plain' },
      body: 'id=coinbase:BTC-USD',
    })
    await expectProblem(answer, 415, 'application/json')
  })

  test('a giant body is refused before it is read', async () => {
    await expectProblem(await admin('/markets', ADMIN_TOKEN, `{"id":"${'x'.repeat(100_000)}"}`), 413, 'bytes')
  })

  test('a market that is not tracked can be neither pulled nor backfilled', async () => {
    await expectProblem(
      await admin('/markets/coinbase:NOPE-USD/pull', ADMIN_TOKEN, {}),
      404,
      'coinbase:NOPE-USD',
    )
    await expectProblem(await admin('/markets/coinbase:NOPE-USD/backfill', ADMIN_TOKEN, {}), 404, 'NOPE')
  })

  test('a refusal tells devices the same as a code with its values', async () => {
    const answer = await admin('/markets/coinbase:BTC-USX/pull', ADMIN_TOKEN, {})
    const { told } = (await answer.json()) as { told: unknown }
    expect(readTold(told)).toEqual({
      code: 'not-tracked',
      market: 'coinbase:BTC-USX',
      near: expect.arrayContaining([bitcoin]),
    })
  })
})

describe('why something is missing', () => {
  test('anybody may read of one series what is missing and of which class', async () => {
    const answer = await get(`/api/v1/markets/${bitcoin}/gaps?interval=1m`)
    expect(answer.status).toBe(200)
    const { market, interval, gaps, more } = (await answer.json()) as {
      market: string
      interval: string
      gaps: { from: string; to: string; places: number; class: string }[]
      more: boolean
    }
    expect({ market, interval, more }).toEqual({ market: bitcoin, interval: '1m', more: false })
    expect(gaps.at(-1)).toEqual({
      from: isoSeconds(MINUTES_TO_MS),
      to: isoSeconds(NOW_MS),
      places: 15,
      class: 'unread',
    })
    expect(readSeriesGaps({ gaps, more }).gaps.at(-1)).toEqual({
      fromMs: MINUTES_TO_MS,
      toMs: NOW_MS,
      class: 'unread',
    })
  })

  test('an interval that is not stored and a market that is not followed are refused by name', async () => {
    expect((await get(`/api/v1/markets/${bitcoin}/gaps?interval=5m`)).status).toBe(400)
    expect((await get(`/api/v1/markets/${bitcoin}/gaps`)).status).toBe(400)
    const unknown = await get('/api/v1/markets/coinbase:NO-USD/gaps?interval=1d')
    expect(unknown.status).toBe(404)
    expect(await unknown.text()).toContain('coinbase:NO-USD')
  })
})

describe('what is not there', () => {
  test.each(['/api', '/api/v1/nothing', '/api/v2/markets', '/up/nothing', '/api/v1/markets/x/y/z'])(
    '%s is a problem, not the app',
    async (path) => {
      await expectProblem(await get(path), 404, 'openapi')
    },
  )

  test.each([
    ['POST', '/api/v1/markets', 'GET, HEAD'],
    ['DELETE', '/api/v1/markets/coinbase:BTC-USD/candles', 'GET, HEAD'],
    ['PUT', '/up', 'GET, HEAD'],
    ['PATCH', '/api/v1/sync', 'GET, HEAD'],
    ['OPTIONS', '/api/v1/live', 'GET, HEAD'],
    ['POST', '/offline', 'GET, HEAD'],
  ])('%s %s is not allowed', async (method, path, allow) => {
    const answer = await fetch(server.url + path, { method })
    expect(answer.headers.get('allow')).toBe(allow)
    await expectProblem(answer, 405, /takes|read/)
  })

  test('HEAD has the headers of GET and no body', async () => {
    const raw = await getRaw('/api/v1/markets', {}, 'HEAD')
    expect(raw.status).toBe(200)
    expect(raw.headers['content-type']).toBe('application/json')
    expect(raw.body.length).toBe(0)
  })
})

describe('every answer', () => {
  test.each([
    '/',
    '/up',
    '/api/v1/markets',
    '/api/v1/sync',
    '/api/v1/nothing',
    '/api/v1/chunks/x',
    '/missing.js',
  ])('%s carries the security headers', async (path) => {
    const { headers } = await get(path)
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('permissions-policy')).toContain('geolocation=()')
    expect(headers.get('strict-transport-security')).toBeNull()
    expect(headers.get('access-control-allow-origin')).toBeNull()
  })

  test('the Host header changes nothing', async () => {
    const raw = await getRaw('/api/openapi.json', { host: 'evil.example' })
    expect(raw.status).toBe(200)
    expect(raw.body.toString()).not.toContain('evil.example')
  })

  test('an address without end is refused', async () => {
    await expectProblem(await get(`/api/v1/markets?x=${'y'.repeat(9_000)}`), 414, 'characters')
  })

  test.each([
    ['headers without end', `GET /up HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`, 431],
    ['no HTTP', 'hello\r\n\r\n', 400],
    ['a header injected', 'GET /up HTTP/1.1\r\nhost: x\r\nbad header: y\r\n\r\n', 400],
    ['a malformed Host', 'GET /up HTTP/1.1\r\nhost: a b\r\n\r\n', 400],
    ['no Host', 'GET /up HTTP/1.1\r\n\r\n', 400],
  ])('%s: a problem, and the next request is served', async (_, text, status) => {
    const socket = connect(server.port, '127.0.0.1')
    const parts: Buffer[] = []
    socket.on('data', (part) => parts.push(part))
    socket.end(text)
    await once(socket, 'close')
    const answer = Buffer.concat(parts).toString()
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(answer.toLowerCase()).toContain('application/problem+json')
    expect(answer.toLowerCase()).toContain('content-security-policy: default-src')
    expect((await get('/up')).status).toBe(200)
  })
})

describe('the OpenAPI document', () => {
  test('is 3.1 and describes every route', async () => {
    const document = (await (await get('/api/openapi.json')).json()) as {
      openapi: string
      paths: Record<string, Record<string, unknown>>
    }
    expect(document.openapi).toBe('3.1.0')
    expect(Object.keys(document.paths).sort()).toEqual([
      '/api/v1/admin/gaps',
      '/api/v1/admin/ingest',
      '/api/v1/admin/markets',
      '/api/v1/admin/markets/{id}',
      '/api/v1/admin/markets/{id}/backfill',
      '/api/v1/admin/markets/{id}/pause',
      '/api/v1/admin/markets/{id}/pull',
      '/api/v1/admin/quarantine',
      '/api/v1/admin/quarantine/{row}/{decision}',
      '/api/v1/admin/search',
      '/api/v1/admin/sources',
      '/api/v1/chunks/{sha256}',
      '/api/v1/live',
      '/api/v1/logos/{coin}',
      '/api/v1/markets',
      '/api/v1/markets/{id}/candles',
      '/api/v1/markets/{id}/gaps',
      '/api/v1/owner',
      '/api/v1/owner/sign-in',
      '/api/v1/owner/sign-out',
      '/api/v1/prices',
      '/api/v1/sync',
      '/api/v1/tail',
      '/api/v1/volatility',
      '/metrics',
      '/up',
      '/up/databases',
    ])
  })
})
