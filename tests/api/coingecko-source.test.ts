/** CoinGecko against a simulated one over HTTP, with what was seen of the real one, and on recorded answers of it. */
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { parse } from 'lossless-json'
import { pino } from 'pino'
import { describe, expect, it, test } from 'vitest'
import { parseMarketId } from '../../core/market.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/time/interval.ts'
import { createCoinGecko } from '../../simulator/coingecko.ts'
import { createCoinGeckoSimulator, type CoinGeckoServeOptions } from '../../simulator/coingecko-serve.ts'
import type { RawAnswer } from '../../server/archive/types.ts'
import { chartSpans, readPoints, rowsOfOhlc, rowsOfPoints } from '../../server/providers/coingecko-chart.ts'
import { createProvider } from '../../server/providers/create.ts'
import { openReplay, type KeptAnswer } from '../../server/providers/replay.ts'
import { SourceError } from '../../server/providers/types.ts'

const NOW = Date.UTC(2024, 2, 14, 10, 20, 30)
const SEED = 'coingecko'
const btc = parseMarketId('coingecko:bitcoin-usd').id
const eth = parseMarketId('coingecko:ethereum-eur').id
const world = createCoinGecko({ seed: SEED, reachMs: null })

interface Opening extends Partial<CoinGeckoServeOptions> {
  readonly apiKey?: string
  readonly quotes?: readonly string[]
}

async function open({ apiKey, quotes = ['USD', 'EUR'], ...options }: Opening = {}) {
  const server = createCoinGeckoSimulator({ seed: SEED, reachMs: 365 * DAY_MS, now: () => NOW, ...options })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const raw: RawAnswer[] = []
  const provider = await createProvider('coingecko', {
    baseUrl,
    feedUrl: null,
    requestsPerSecond: 100,
    apiKey: apiKey ?? null,
    quotes,
    keepRaw: (answer) => void raw.push(answer),
    clock: { now: () => NOW },
    log: pino({ level: 'silent' }),
    random: () => 0,
  })
  return {
    provider: provider!,
    raw,
    asked: async () => (await (await fetch(`${baseUrl}/simulator/asked`)).json()) as string[],
    faults: (...names: string[]) =>
      fetch(`${baseUrl}/simulator/faults`, { method: 'POST', body: JSON.stringify(names) }),
    async [Symbol.asyncDispose]() {
      await provider!.close()
      server.closeAllConnections()
      server.close()
    },
  }
}

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: unknown) => error,
  )

describe.concurrent('prices', () => {
  test('of all coins in all currencies come with one call, with every digit, as of when they were updated', async () => {
    await using opened = await open()
    const tiny = parseMarketId('coingecko:tiny-coin-btc').id
    const prices = await opened.provider.prices([btc, eth, tiny])
    const asked = await opened.asked()
    expect(asked).toHaveLength(1)
    expect(new URL(asked[0]!, 'http://x').searchParams.get('vs_currencies')).toBe('usd,eur,btc')
    const atMs = Math.floor((NOW - 3_000) / 1000) * 1000
    expect(prices.get(btc)).toEqual({ price: world.price('bitcoin', 'usd', atMs), asOfMs: atMs })
    // Printed with an exponent, told without.
    expect(world.price('tiny-coin', 'btc', atMs)).toMatch(/e-\d+$/)
    expect(prices.get(tiny)!.price).toMatch(/^0\.0{10,}\d+$/)
    expect(Number(prices.get(tiny)!.price)).toBe(Number(world.price('tiny-coin', 'btc', atMs)))
  })

  test('an unknown coin and a renamed one are left out, and the others are told', async () => {
    await using opened = await open()
    const unknown = parseMarketId('coingecko:no-such-coin-usd').id
    const renamed = parseMarketId('coingecko:matic-network-usd').id
    const prices = await opened.provider.prices([unknown, renamed, btc])
    expect([...prices.keys()]).toEqual([btc])
  })
})

test('coins are found in those of the wanted currencies in which they are priced, whose list is asked once', async () => {
  await using opened = await open({ quotes: ['USD', 'XAG'] })
  const ids = async () => (await opened.provider.search!('bitcoin')).map(({ id }) => id)
  expect(await ids()).toEqual([btc])
  expect(await ids()).toEqual([btc])
  expect(await opened.asked()).toHaveLength(3)
})

describe.concurrent('candles', () => {
  test('of hours are made of the finest points, say of how many, and have no volume', async () => {
    await using opened = await open()
    const fromMs = Math.floor(NOW / (300 * HOUR_MS)) * 300 * HOUR_MS
    const { rows, refused, sampled, isAstray } = await opened.provider.candles(
      btc,
      '1h',
      fromMs,
      fromMs + 300 * HOUR_MS,
      'live',
    )
    expect({ refused, sampled, isAstray }).toEqual({ refused: [], sampled: 'there', isAstray: false })
    const lastHour = Math.floor(NOW / HOUR_MS) * HOUR_MS - HOUR_MS
    // Every closed hour, the forming one not.
    expect(rows.map(({ startMs }) => startMs)).toEqual(
      Array.from({ length: (lastHour - fromMs) / HOUR_MS + 1 }, (_, i) => fromMs + i * HOUR_MS),
    )
    expect(rows.at(-1)).toMatchObject({ volume: null, samples: 12 })
    expect(rows[0]).toMatchObject({ volume: null, samples: 1 })
    expect(opened.raw).toHaveLength(2)
    // Read again without a network, the kept answers say the same.
    const replay = (await openReplay('coingecko'))!
    const again = await Promise.all(opened.raw.map((answer) => replay.read(answer as KeptAnswer)))
    expect(again.flatMap((answer) => answer.rows)).toEqual(rows)
  })

  test('of days are made of hourly points as far back as the plan goes, and no further is asked', async () => {
    await using opened = await open()
    const slice = 300 * DAY_MS
    const newest = Math.floor(NOW / slice) * slice
    for (const fromMs of [newest, newest - slice]) {
      const { rows } = await opened.provider.candles(btc, '1d', fromMs, fromMs + slice, 'backfill')
      const from = Math.max(fromMs, Math.ceil((NOW - 365 * DAY_MS) / DAY_MS) * DAY_MS)
      const to = Math.min(fromMs + slice, Math.floor(NOW / DAY_MS) * DAY_MS)
      expect(rows).toHaveLength((to - from) / DAY_MS)
      expect(Math.min(...rows.map(({ samples }) => samples!))).toBeGreaterThanOrEqual(23)
    }
  })

  test('a coin or a currency that it lacks is refused by its own words', async () => {
    await using opened = await open()
    const unknown = parseMarketId('coingecko:no-such-coin-usd').id
    expect(await failure(opened.provider.candles(unknown, '1d', NOW - DAY_MS, NOW, 'live'))).toMatchObject({
      status: 404,
      message: expect.stringContaining('coin not found') as string,
    })
  })
})

describe.concurrent('what was seen in the wild', () => {
  const chart = (opened: Awaited<ReturnType<typeof open>>) =>
    opened.provider.candles(btc, '1h', NOW - 20 * HOUR_MS, NOW, 'live')

  test.each([
    ['too-many', 429, 53_000],
    ['too-many-long', 429, 119_000],
  ])('%s: left alone for as long as it says', async (fault, status, waitMs) => {
    await using opened = await open()
    await opened.faults(fault)
    expect(await failure(chart(opened))).toMatchObject({ status, retryAtMs: NOW + waitMs })
    expect(opened.provider.health().nextTryMs).toBeGreaterThan(NOW + waitMs - 2000)
  })

  test.each([
    ['server-error', 500, /answered 500/],
    ['captcha', 200, /content type text\/html/],
    ['truncated', 200, /no whole JSON/],
    ['missing-parameter', 422, /Missing parameter vs_currency/],
  ])('%s: refused whole, kept, and the next call goes out', async (fault, status, message) => {
    await using opened = await open()
    await opened.faults(fault)
    const error = await failure(chart(opened))
    expect(error).toBeInstanceOf(SourceError)
    expect(error).toMatchObject({ status, message: expect.stringMatching(message) as string })
    expect(opened.raw).toHaveLength(1)
    expect((await chart(opened)).rows.length).toBeGreaterThan(15)
  })

  test('a point without a price goes to quarantine by its hour', async () => {
    await using opened = await open()
    await opened.faults('null-prices')
    const from = Math.floor(1709290000000 / HOUR_MS) * HOUR_MS
    const { refused } = await opened.provider.candles(btc, '1h', from, from + 2 * HOUR_MS, 'backfill')
    expect(refused).toMatchObject([{ startMs: from, raw: '[1709290000000,null]' }])
  })
})

describe.concurrent('keys', () => {
  const keys = { 'CG-demo-key': 'demo', 'CG-pro-key': 'pro' } as const

  test.each([
    ['CG-demo-key', { ms: 365 * DAY_MS }],
    ['CG-pro-key', null],
  ])('%s is recognised by what the service says of it', async (apiKey, reach) => {
    await using opened = await open({ apiKey, keys })
    expect((await opened.provider.prices([btc])).size).toBe(1)
    expect(opened.provider.reach).toEqual(reach)
    expect(await opened.asked()).toHaveLength(2)
  })

  test('a wrong key is said by name, with what to do, and is in no message', async () => {
    await using opened = await open({ apiKey: 'CG-wrong-key', keys })
    const error = await failure(opened.provider.prices([btc]))
    expect(error).toMatchObject({
      status: 401,
      message: expect.stringMatching(/API Key Missing or wrong.*check COINGECKO_API_KEY/) as string,
    })
    expect((error as Error).message).not.toContain('CG-wrong-key')
    expect(opened.provider.health().failures).toBe(1)
  })
})

test.concurrent('coins are found by name, symbol or id; each in the currencies that are set', async () => {
  await using opened = await open()
  const found = await opened.provider.search!('bitc')
  expect(found).toMatchObject([
    { id: btc, name: 'Bitcoin', symbol: 'BTC', rank: 1 },
    { id: 'coingecko:bitcoin-eur', name: 'Bitcoin' },
  ])
})

test.concurrent(
  'its list has every coin in the currencies that are set, and in others what is wanted and there',
  async () => {
    await using opened = await open()
    const wanted = ['coingecko:bitcoin-btc', 'coingecko:bitcoin-xyz', 'coingecko:nobody-btc'].map(
      (id) => parseMarketId(id).id,
    )
    const ids = (await opened.provider.listMarkets(wanted)).map(({ id }) => id)
    expect(ids).toEqual(expect.arrayContaining([btc, 'coingecko:bitcoin-eur', wanted[0]]))
    expect(ids).not.toContain(wanted[1])
    expect(ids).not.toContain(wanted[2])
    expect((await opened.provider.names()).get('bitcoin')).toBe('Bitcoin')
  },
)

describe('how a span is asked for', () => {
  it('in no more than 90 days at once, and the last day apart', () => {
    const from = Date.UTC(2023, 5, 1)
    const spans = chartSpans(from, NOW + DAY_MS, NOW)
    expect(spans[0]).toEqual({ fromMs: from, toMs: from + 90 * DAY_MS })
    for (const [i, span] of spans.entries()) {
      expect(span.toMs - span.fromMs).toBeLessThanOrEqual(90 * DAY_MS)
      expect(span.fromMs).toBe(spans[i - 1]?.toMs ?? from)
    }
    expect(spans.at(-1)).toEqual({ fromMs: Date.UTC(2024, 2, 13, 11), toMs: NOW })
  })
})

describe('OHLC', () => {
  const asked = (interval: '1h' | '1d', readAtMs: number) => ({
    interval,
    fromMs: 0,
    toMs: readAtMs,
    readAtMs,
  })
  const bars = (text: string) => parse(text)

  it('is stamped at the close: two half hours are the hour before their last stamp', () => {
    const close = NOW - (NOW % HOUR_MS)
    const half = close - 30 * MINUTE_MS
    const list = `[[${half - 30 * MINUTE_MS},3,3,3,3],[${half},1,4,1,2],[${close},2,2,0.5,2],[${close + 30 * MINUTE_MS},9,9,9,9]]`
    expect(rowsOfOhlc(bars(list), asked('1h', NOW))).toEqual([
      { startMs: close - HOUR_MS, open: '1', high: '4', low: '0.5', close: '2', volume: null, samples: 5 },
    ])
  })

  it('of four days is never a day', () => {
    const list = [1, 2, 3].map((i) => `[${i * 4 * DAY_MS},1,1,1,1]`)
    expect(rowsOfOhlc(bars(`[${list}]`), asked('1d', NOW))).toEqual([])
  })
})

const data = process.env['REFERENCE_DATA']
describe.skipIf(!data)('answers recorded from CoinGecko (REFERENCE_DATA)', () => {
  const recorded = (file: string) => readFile(join(data!, 'api', 'recorded', 'coingecko', file), 'utf8')
  const READ = Date.UTC(2021, 4, 15, 14, 40)

  test('a chart of a day gives whole hours, first to last price of each, points that go back in time and all', async () => {
    const text = await recorded('market_chart_bitcoin_usd_1d_2021-05-15.json')
    const points = readPoints(parse(text), '1h')!
    const { rows, refused } = rowsOfPoints(points, {
      interval: '1h',
      fromMs: Date.UTC(2021, 4, 14, 15),
      toMs: Date.UTC(2021, 4, 15, 15),
      readAtMs: READ,
    })
    expect(refused).toEqual([])
    const { prices } = JSON.parse(text) as { prices: [number, number][] }
    expect(prices.at(-1)![0]).toBeLessThan(prices.at(-2)![0])
    expect(rows).toHaveLength(23)
    for (const row of rows) {
      const inside = prices
        .filter(([at]) => at > row.startMs && at <= row.startMs + HOUR_MS)
        .sort(([a], [b]) => a - b)
        .map(([, price]) => price)
      expect(row.samples).toBe(inside.length)
      expect([row.open, row.close].map(Number)).toEqual([inside[0], inside.at(-1)])
      expect([row.high, row.low].map(Number)).toEqual([Math.max(...inside), Math.min(...inside)])
      for (const price of [row.open, row.high, row.low, row.close]) expect(text).toContain(price)
    }
  })

  test('a daily chart: the price of midnight closes the day before', async () => {
    const text = await recorded('market_chart_bitcoin_usd_90d_daily_2021-05-15.json')
    const { rows } = rowsOfPoints(readPoints(parse(text), '1d')!, {
      interval: '1d',
      fromMs: Date.UTC(2021, 0, 1),
      toMs: READ,
      readAtMs: READ,
    })
    expect(rows[0]).toEqual({
      startMs: Date.UTC(2021, 1, 14),
      open: '48607.8745224845',
      high: '48607.8745224845',
      low: '48607.8745224845',
      close: '48607.8745224845',
      volume: null,
      samples: 1,
    })
    expect(rows.at(-1)).toMatchObject({ startMs: Date.UTC(2021, 4, 14), samples: 1 })
  })

  test('OHLC of four hours lands on its start and makes the days that are whole', async () => {
    const text = await recorded('ohlc_bitcoin_usd_7d_2021-05-15.json')
    const rows = rowsOfOhlc(parse(text), { interval: '1d', fromMs: 0, toMs: READ, readAtMs: READ })
    expect(rows.map(({ startMs }) => startMs)).toEqual(
      [9, 10, 11, 12, 13, 14].map((day) => Date.UTC(2021, 4, day)),
    )
    // The bars that are stamped 04:00 of the 14th to 00:00 of the 15th.
    expect(rows.at(-1)).toMatchObject({
      open: '49972.8',
      high: '51253.27',
      low: '49049.42',
      close: '49950.27',
    })
  })

  test('error answers are refused by their status and their own words', async () => {
    const answers = JSON.parse(await recorded('errors_422_500_vcr.json')) as {
      status: number
      body_raw: string
    }[]
    const check = async ({ status, body_raw: body }: (typeof answers)[number]) => {
      const { error } = JSON.parse(body) as { error: string }
      const server = createServer((_, response) => {
        response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
        response.end(body)
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const provider = await createProvider('coingecko', {
        baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        feedUrl: null,
        requestsPerSecond: 100,
        quotes: ['USD'],
        keepRaw: () => {},
        clock: { now: () => READ },
        log: pino({ level: 'silent' }),
      })
      expect(await failure(provider!.prices([btc]))).toMatchObject({
        status,
        message: expect.stringContaining(error) as string,
      })
      await provider!.close()
      server.close()
    }
    await Promise.all(answers.map(check))
  })
})
