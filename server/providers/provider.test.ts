import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { parseMarketId } from '../../core/market.ts'
import type { RawAnswer } from '../archive/types.ts'
import { coinbase } from './coinbase.ts'
import { ExchangeProvider } from './exchange.ts'
import { SourceError, type Provider } from './types.ts'

const MINUTE = 60_000
const NOW = Date.parse('2024-03-01T12:00:30Z')
const FROM = Date.parse('2024-03-01T10:00:00Z')
const btc = parseMarketId('coinbase:BTC-USD').id

type Answer = (request: IncomingMessage, response: ServerResponse) => void

const json =
  (body: string, status = 200, headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)

const candle = (startMs: number) => `[${startMs / 1000},61000.5,61300,61168.13,61250.01,123.45678901]`
const someCandles = json(`[${candle(FROM + MINUTE)},${candle(FROM)}]`)
const PRODUCTS = `[
  {"id":"BTC-USD","base_currency":"BTC","quote_currency":"USD","quote_increment":"0.01","base_increment":"0.00000001","display_name":"BTC/USD","status":"online"},
  {"id":"SHIB-USD","base_currency":"SHIB","quote_currency":"USD","quote_increment":"0.00000001","base_increment":"1","display_name":"SHIB/USD","status":"online"},
  {"id":"OLD-USD","base_currency":"OLD","quote_currency":"USD","quote_increment":"0.0001","base_increment":"1","display_name":"OLD/USD","status":"delisted"}
]`

/** A real server that gives these answers in turn, the last one again and again; and a provider that asks it. */
async function open(...given: (Answer | { readonly baseUrl: string })[]) {
  const answers = given.filter((one) => typeof one === 'function')
  const elsewhere = given.find((one) => typeof one === 'object')
  const urls: string[] = []
  const server = createServer((request, response) => {
    urls.push(request.url ?? '')
    answers[Math.min(urls.length, answers.length) - 1]!(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const raw: RawAnswer[] = []
  const provider = new ExchangeProvider(coinbase, {
    baseUrl: elsewhere?.baseUrl ?? `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    feedUrl: null,
    requestsPerSecond: 200,
    keepRaw: (answer) => void raw.push(answer),
    clock: { now: () => NOW },
    log: pino({ level: 'silent' }),
    deadlineMs: 1000,
    random: () => 0,
  })
  return {
    provider,
    urls,
    raw,
    async [Symbol.asyncDispose]() {
      await provider.close()
      server.closeAllConnections()
      server.close()
    },
  }
}

const ask = (provider: Provider) => provider.candles(btc, '1m', FROM, FROM + 300 * MINUTE, 'backfill')

async function failure(promise: Promise<unknown>): Promise<SourceError> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(SourceError)
  return error as SourceError
}

describe('a provider of an exchange', { concurrent: true }, () => {
  it('asks for exactly the places of a slice and gives the candles as the source printed them', async () => {
    await using opened = await open(someCandles)
    const answer = await ask(opened.provider)
    const query = new URL(opened.urls[0]!, 'http://x').searchParams
    expect(opened.urls[0]).toContain('/products/BTC-USD/candles?')
    expect(query.get('granularity')).toBe('60')
    expect(query.get('start')).toBe('2024-03-01T10:00:00Z')
    // The end lies within the last place, and never in the future.
    expect(query.get('end')).toBe('2024-03-01T12:00:29Z')
    expect(answer).toEqual({
      readAtMs: NOW,
      refused: [],
      isAstray: false,
      rows: [FROM, FROM + MINUTE].map((startMs) => ({
        startMs,
        open: '61168.13',
        high: '61300',
        low: '61000.5',
        close: '61250.01',
        volume: '123.45678901',
      })),
    })
    expect(opened.raw.map(({ status, body }) => [status, body.length > 10])).toEqual([[200, true]])
  })

  it('lists markets with tick and status and keeps no copy of the list', async () => {
    await using opened = await open(json(PRODUCTS))
    const listed = await opened.provider.listMarkets()
    expect(listed.map(({ id, tick, active }) => [id, tick, active])).toEqual([
      ['coinbase:BTC-USD', '0.01', true],
      ['coinbase:SHIB-USD', '0.00000001', true],
      ['coinbase:OLD-USD', '0.0001', false],
    ])
    expect(opened.raw).toEqual([])
  })

  it('gives the current price with its own time', async () => {
    await using opened = await open(
      json('{"ask":"2","bid":"1","price":"0.00001234500","time":"2024-03-01T11:59:30.5Z"}'),
    )
    expect(await opened.provider.prices([btc])).toEqual(
      new Map([[btc, { price: '0.000012345', asOfMs: Date.parse('2024-03-01T11:59:30.5Z') }]]),
    )
  })

  it('is not poisoned by a first call that fails', async () => {
    await using opened = await open(json('{"message":"slow down"}', 429), json(PRODUCTS))
    expect((await failure(opened.provider.listMarkets())).status).toBe(429)
    expect(await opened.provider.listMarkets()).toHaveLength(3)
  })

  it.each([
    [
      'a page with status 200',
      json('<html>sign in</html>', 200, { 'content-type': 'text/html' }),
      'text/html',
    ],
    ['a page that calls itself JSON', json('<html>sign in</html>'), 'no whole JSON'],
    ['truncated JSON', json('[[1709287200,61000.5,'), 'no whole JSON'],
    ['an empty body', json(''), 'no whole JSON'],
    ['an object', json('{"candles":[]}'), 'without a list of candles'],
    ['a server error', json('{"message":"Internal"}', 500), 'answered 500: "Internal"'],
    ['a bad gateway', json('<html>', 502, { 'content-type': 'text/html' }), 'answered 502'],
  ])('refuses %s whole, keeps it raw, and asks on', async (_, answer, words) => {
    await using opened = await open(answer, someCandles)
    expect((await failure(ask(opened.provider))).message).toContain(words)
    expect(opened.raw).toHaveLength(1)
    expect((await ask(opened.provider)).rows).toHaveLength(2)
  })

  it.each<[string, Answer, string]>([
    ['a reset connection', (request) => void request.socket.resetAndDestroy(), 'cannot be reached'],
    ['no answer in time', () => {}, 'within 1 s'],
    [
      'an answer that stops in the middle',
      (_, response) =>
        void response.writeHead(200, { 'content-type': 'application/json' }).write('[[1709287200,'),
      'within 1 s',
    ],
    [
      'a redirect',
      (_, response) => response.writeHead(302, { location: '/elsewhere' }).end(),
      'cannot be reached',
    ],
  ])('survives %s', async (_, answer, words) => {
    await using opened = await open(answer, someCandles)
    expect((await failure(ask(opened.provider))).message).toContain(words)
    expect((await ask(opened.provider)).rows).toHaveLength(2)
  })

  it('survives a name that does not resolve', async () => {
    await using opened = await open(someCandles, { baseUrl: 'http://exchange.invalid' })
    expect((await failure(ask(opened.provider))).message).toMatch(/cannot be reached: getaddrinfo/)
    expect(opened.provider.health().failures).toBe(1)
  })

  it.each(['[null]', '{}', 'null', '[[1]]', '"none"', '[{"id":7,"base_currency":{}}]'])(
    'refuses a list of markets with something else in it: %s',
    async (body) => {
      await using opened = await open(json(body), json(PRODUCTS))
      expect((await failure(opened.provider.listMarkets())).message).toMatch(
        /list of markets is empty|cannot be read/,
      )
      expect(await opened.provider.listMarkets()).toHaveLength(3)
    },
  )

  it('obeys Retry-After: nothing is asked before', async () => {
    await using opened = await open(json('{}', 429, { 'retry-after': '1' }), someCandles)
    const error = await failure(ask(opened.provider))
    const from = performance.now()
    expect(error.retryAtMs).toBe(NOW + 1000)
    expect(opened.provider.health().nextTryMs).toBeGreaterThan(NOW)
    await ask(opened.provider)
    expect(performance.now() - from).toBeGreaterThan(950)
    expect(opened.urls).toHaveLength(2)
  })

  it('opens its circuit after failures of several markets in a row and closes it at the first success', async () => {
    const broken = json('{}', 500)
    await using opened = await open(broken, broken, broken, someCandles)
    const { provider } = opened
    await failure(provider.prices([btc]))
    await failure(provider.prices([parseMarketId('coinbase:ETH-USD').id]))
    expect(provider.health()).toMatchObject({ failures: 2, nextTryMs: null })
    await failure(provider.prices([parseMarketId('coinbase:LTC-USD').id]))
    expect(provider.health()).toMatchObject({ failures: 3, available: 1 })
    expect(provider.health().nextTryMs).toBeGreaterThan(NOW)
    await ask(provider)
    expect(provider.health()).toMatchObject({ failures: 0, nextTryMs: null, lastError: null })
  })

  it('does not hold one broken product against the whole source', async () => {
    await using opened = await open(json('{}', 500))
    for (let i = 0; i < 5; i++) await failure(ask(opened.provider))
    expect(opened.provider.health()).toMatchObject({ failures: 1, nextTryMs: null })
  })

  it('takes "no such product" for an answer of a source in good health', async () => {
    await using opened = await open(json('{"message":"NotFound"}', 404))
    expect(await failure(ask(opened.provider))).toMatchObject({ status: 404 })
    expect(opened.provider.health()).toMatchObject({ failures: 0, nextTryMs: null })
  })

  it('counts its requests by how they ended', async () => {
    const html: Answer = (_, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')
    const tooMany = json('{}', 429, { 'retry-after': '0' })
    await using opened = await open(json('{"message":"NotFound"}', 404), tooMany, html, someCandles)
    for (let i = 0; i < 3; i++) await failure(ask(opened.provider))
    await ask(opened.provider)
    expect(opened.provider.health().requests).toEqual({
      answered: 1,
      refused: 1,
      'too-many': 1,
      failed: 1,
      unreachable: 0,
    })
  })

  it('believes the clock of the source where that one is behind', async () => {
    await using opened = await open(
      json(`[${candle(NOW - 30_000 - MINUTE)},${candle(NOW - 30_000 - 3 * MINUTE)}]`, 200, {
        date: new Date(NOW - 2 * MINUTE).toUTCString(),
      }),
    )
    const { rows, readAtMs } = await ask(opened.provider)
    expect(readAtMs).toBe(NOW - 2 * MINUTE + 1000)
    expect(opened.provider.health().lastAnswer).toMatchObject({ status: 200, clockOffsetMs: -2 * MINUTE })
    expect(rows.map((row) => row.startMs)).toEqual([NOW - 30_000 - 3 * MINUTE])
  })
})

const reference = process.env['REFERENCE_DATA']

describe.skipIf(!reference)('recorded answers (REFERENCE_DATA names no folder: skipped without it)', () => {
  const recorded = (name: string) => readFileSync(`${reference}/api/recorded/coinbase/${name}`, 'utf8')

  it('an hour series is read whole and equal', async () => {
    const text = recorded('candles_BTC-USD_3600_2020-03.json')
    const list = JSON.parse(text) as number[][]
    await using opened = await open(json(text))
    const from = Math.min(...list.map((row) => row[0]!)) * 1000
    const { rows, refused } = await opened.provider.candles(
      btc,
      '1h',
      from,
      from + 300 * 3_600_000,
      'backfill',
    )
    expect(refused).toEqual([])
    const wanted = list.filter((row) => row[0]! * 1000 < from + 300 * 3_600_000).sort((a, b) => a[0]! - b[0]!)
    expect(
      rows.map((row) => [row.startMs / 1000, row.low, row.high, row.open, row.close, row.volume].map(Number)),
    ).toEqual(wanted)
  })

  it('days of 2021 are read whole', async () => {
    await using opened = await open(json(recorded('candles_BTC-EUR_86400_2021-01.json')))
    const from = Date.UTC(2020, 11, 1)
    const { rows } = await opened.provider.candles(btc, '1d', from, from + 300 * 86_400_000, 'backfill')
    expect(rows).toHaveLength(7)
    expect(rows[0]).toMatchObject({ startMs: Date.UTC(2021, 0, 1), low: '23512.7', close: '24070.97' })
  })
})
