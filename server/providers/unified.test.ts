/** Exchanges in ccxt's own words, against a server that answers as each of them does. */
import { createServer } from 'node:http'
import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pino } from 'pino'
import { describe, expect, it, test } from 'vitest'
import { parseMarketId } from '../../core/market.ts'
import { MINUTE_MS } from '../../core/time/interval.ts'
import type { RawAnswer } from '../archive/types.ts'
import { createProvider } from './create.ts'
import { openReplay, type KeptAnswer } from './replay.ts'
import { SourceError } from './types.ts'

const NOW = Date.UTC(2024, 2, 1, 12)
const FROM = NOW - 60 * MINUTE_MS
const SECOND = FROM / 1000

type Answers = Readonly<Record<string, string | ((query: URLSearchParams) => string)>>

/** What each exchange says of one market, by path; anything else is 404. */
const EXCHANGES: Readonly<Record<string, { market: string; answers: Answers }>> = {
  kraken: {
    market: 'kraken:BTC-EUR',
    answers: {
      '/0/public/AssetPairs': `{"error":[],"result":{"XXBTZEUR":{"altname":"XBTEUR","wsname":"XBT/EUR","aclass_base":"currency","base":"XXBT","aclass_quote":"currency","quote":"ZEUR","pair_decimals":1,"lot_decimals":8,"cost_decimals":5,"tick_size":"0.1","ordermin":"0.0001","status":"online","fees":[[0,0.4]],"fees_maker":[[0,0.25]]}}}`,
      '/0/public/OHLC': `{"error":[],"result":{"XXBTZEUR":[[${SECOND},"57000.1","57010.0","56990.50","57000.123456789012","57001.0","1.50000000",7],[${SECOND + 120},"57000.1","57000.1","57000.1","57000.1","0.0","0.00000000",0]],"last":${SECOND}}}`,
      '/0/public/Ticker': `{"error":[],"result":{"XXBTZEUR":{"a":["57010.1","1","1.0"],"b":["57000.1","1","1.0"],"c":["57005.123456789012","0.001"],"v":["1","2"],"p":["1","2"],"t":[1,2],"l":["1","2"],"h":["1","2"],"o":"56000.0"}}}`,
    },
  },
  binance: {
    market: 'binance:SOL-USDT',
    answers: {
      '/api/v3/exchangeInfo': `{"timezone":"UTC","serverTime":${NOW},"rateLimits":[],"symbols":[{"symbol":"SOLUSDT","status":"TRADING","baseAsset":"SOL","baseAssetPrecision":8,"quoteAsset":"USDT","quotePrecision":8,"isSpotTradingAllowed":true,"filters":[{"filterType":"PRICE_FILTER","minPrice":"0.01","maxPrice":"10000","tickSize":"0.01000000"},{"filterType":"LOT_SIZE","minQty":"0.001","maxQty":"9000","stepSize":"0.001"}],"permissions":["SPOT"]},{"symbol":"OLDUSDT","status":"BREAK","baseAsset":"OLD","quoteAsset":"USDT","isSpotTradingAllowed":false,"filters":[],"permissions":["SPOT"]}]}`,
      '/api/v3/klines': `[[${FROM},"130.01000000","131.00000000","129.00000000","130.123456789012","10.5",${FROM + 59999},"1",3,"1","1","0"],[${FROM + 120_000},"130.01","130.01","130.01","130.01","0",${FROM + 179999},"0",0,"0","0","0"]]`,
      '/api/v3/ticker/24hr': `[{"symbol":"SOLUSDT","lastPrice":"131.123456789012","openPrice":"1","highPrice":"1","lowPrice":"1","volume":"1","quoteVolume":"1","openTime":1,"closeTime":${NOW - 500},"count":1}]`,
    },
  },
  bitstamp: {
    market: 'bitstamp:ETH-USD',
    answers: {
      '/api/v2/markets/': `[{"name":"ETH/USD","market_symbol":"ethusd","base_currency":"ETH","base_decimals":8,"counter_currency":"USD","counter_decimals":1,"minimum_order_value":"10","trading":"Enabled","instant_and_market_orders":"Enabled","description":"Ether / U.S. dollar","market_type":"SPOT"}]`,
      '/api/v2/trading-pairs-info/': `[{"name":"ETH/USD","url_symbol":"ethusd","base_decimals":8,"counter_decimals":1,"minimum_order":"10.0 USD","trading":"Enabled","instant_and_market_orders":"Enabled","description":"Ether / U.S. dollar"}]`,
      '/api/v2/ohlc/ethusd/': `{"data":{"pair":"ETH/USD","ohlc":[{"timestamp":"${SECOND}","open":"3400.1","high":"3401","low":"3399.5","close":"3400.123456789012","volume":"2.5"},{"timestamp":"${SECOND + 120}","open":"3400","high":"3400","low":"3400","close":"3400","volume":"0"},{"timestamp":"${SECOND}","open":"3400.1","high":"3401","low":"3399.5","close":"3400.123456789012","volume":"2.5"}]}}`,
      '/api/v2/ticker/': `[{"timestamp":"${NOW / 1000 - 5}","open":"1","high":"1","low":"1","last":"3405.123456789012","volume":"1","vwap":"1","bid":"1","ask":"1","side":"0","open_24":"1","percent_change_24":"1","pair":"ETH/USD"}]`,
    },
  },
}

async function open(source: string, answers: Answers, status = 200) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://x')
    asked.push(pathname)
    const answer = answers[pathname]
    const text = typeof answer === 'function' ? answer(searchParams) : answer
    response.writeHead(text === undefined ? 404 : status, { 'content-type': 'application/json' })
    response.end(text ?? '{"error":"not here"}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const raw: RawAnswer[] = []
  const provider = await createProvider(source, {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    feedUrl: null,
    requestsPerSecond: 100,
    keepRaw: (answer) => void raw.push(answer),
    clock: { now: () => NOW },
    log: pino({ level: 'silent' }),
  })
  return {
    provider: provider!,
    asked,
    raw,
    async [Symbol.asyncDispose]() {
      await provider!.close()
      server.closeAllConnections()
      server.close()
    },
  }
}

describe.concurrent.each(Object.entries(EXCHANGES))('%s', (source, { market, answers }) => {
  const { id } = parseMarketId(market)

  it('lists its spot markets in unified names, with their ticks', async () => {
    await using opened = await open(source, answers)
    const listed = await opened.provider.listMarkets([])
    const own = listed.find((one) => one.id === id)
    expect(own).toMatchObject({ id, active: true })
    expect(Number(own!.tick)).toBeGreaterThan(0)
  })

  it('gives candles with every digit that was printed, once each, asked for without a list before', async () => {
    await using opened = await open(source, answers)
    const { rows, refused } = await opened.provider.candles(id, '1m', FROM, FROM + 30 * MINUTE_MS, 'backfill')
    expect(refused).toEqual([])
    expect(rows.map(({ startMs }) => startMs)).toEqual([FROM, FROM + 2 * MINUTE_MS])
    expect(rows[0]!.close).toMatch(/\.123456789012$/)
    expect(opened.raw).toHaveLength(1)
  })

  it('reads a kept answer again without a network, and finds the same in it', async () => {
    await using opened = await open(source, answers)
    const { rows, refused } = await opened.provider.candles(id, '1m', FROM, FROM + 30 * MINUTE_MS, 'backfill')
    const [kept] = opened.raw
    const replay = (await openReplay(source))!
    expect(await replay.read(kept as KeptAnswer)).toEqual({ rows, refused, isAstray: false })
  })

  it('tells prices of all markets in one request', async () => {
    await using opened = await open(source, answers)
    expect(opened.provider.pricesAtOnce).toBe(Infinity)
    const prices = await opened.provider.prices([id])
    expect(prices.get(id)!.price).toMatch(/\.123456789012$/)
    expect(prices.get(id)!.asOfMs).toBeGreaterThan(NOW - 60_000)
  })

  it('a product that it does not list is refused by name', async () => {
    await using opened = await open(source, answers)
    const unknown = parseMarketId(`${source}:NOPE-USD`).id
    const refused = await opened.provider
      .candles(unknown, '1m', FROM, NOW, 'backfill')
      .catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(SourceError)
    expect(refused).toMatchObject({ status: 404, message: expect.stringContaining('NOPE') as string })
  })

  it('an answer whose form has changed is refused whole, kept, and nothing of it is taken', async () => {
    const path = Object.keys(answers).find((one) => /OHLC|klines|ohlc/.test(one))!
    await using opened = await open(source, { ...answers, [path]: '{"hello":[[1,2,3]]}' })
    const outcome = await opened.provider.candles(id, '1m', FROM, NOW, 'backfill').then(
      ({ rows }) => rows,
      (error: unknown) => error,
    )
    if (Array.isArray(outcome)) expect(outcome).toEqual([])
    else expect(outcome).toBeInstanceOf(SourceError)
    expect(opened.raw).toHaveLength(1)
  })
})

test.concurrent(
  'a slice that is reached in part is read from there on, and says from where: Kraken',
  async () => {
    const bars = Array.from({ length: 720 }, (_, i) => {
      const second = NOW / 1000 - (719 - i) * 60
      return `[${second},"57000.1","57000.1","57000.1","57000.1","0.0","0.00000000",0]`
    })
    await using opened = await open('kraken', {
      ...EXCHANGES['kraken']!.answers,
      '/0/public/OHLC': `{"error":[],"result":{"XXBTZEUR":[${bars.join()}],"last":0}}`,
    })
    const { id } = parseMarketId('kraken:BTC-EUR')
    const [fromMs, toMs] = [NOW - 900 * MINUTE_MS, NOW - 600 * MINUTE_MS]
    const answer = await opened.provider.candles(id, '1m', fromMs, toMs, 'backfill')
    expect(answer).toMatchObject({ refused: [], isAstray: false, reachMs: NOW - 718 * MINUTE_MS })
    expect(answer.rows.map(({ startMs }) => startMs)).toEqual(
      Array.from({ length: 119 }, (_, i) => NOW - (719 - i) * MINUTE_MS),
    )
  },
)

test.concurrent('a limit that is told with status 200 is a limit: Kraken', async () => {
  const { answers } = EXCHANGES['kraken']!
  await using opened = await open('kraken', {
    ...answers,
    '/0/public/OHLC': '{"error":["EGeneral:Too many requests"]}',
  })
  const refused = await opened.provider
    .candles(parseMarketId('kraken:BTC-EUR').id, '1m', FROM, NOW, 'backfill')
    .catch((error: unknown) => error)
  expect(refused).toMatchObject({ status: 429 })
  expect(opened.provider.health()).toMatchObject({ requests: { 'too-many': 1 } })
  expect(opened.provider.health().nextTryMs).not.toBeNull()
})

test.concurrent('a ban is obeyed until it ends: Binance', async () => {
  const until = NOW + 90_000
  const banned = `{"code":-1003,"msg":"Way too much request weight used; IP banned until ${until}. Please use WebSocket Streams for live updates to avoid bans."}`
  await using opened = await open('binance', { '/api/v3/exchangeInfo': banned }, 418)
  const refused = await opened.provider.listMarkets([]).catch((error: unknown) => error)
  expect(refused).toMatchObject({ status: 418, retryAtMs: until })
})

test.concurrent('a source that does not serve this country says so: Binance', async () => {
  const answer =
    '{"code":0,"msg":"Service unavailable from a restricted location according to \'b. Eligibility\'."}'
  await using opened = await open('binance', { '/api/v3/exchangeInfo': answer }, 451)
  const refused = await opened.provider.listMarkets([]).catch((error: unknown) => error)
  expect(refused).toMatchObject({
    status: 451,
    message: expect.stringMatching(/country.*restricted location/s) as string,
  })
})

test.concurrent('any other exchange of ccxt that has candles is a source, and no other name is', async () => {
  const options = {
    baseUrl: null,
    feedUrl: null,
    requestsPerSecond: null,
    keepRaw: () => {},
    clock: { now: () => NOW },
    log: pino({ level: 'silent' }),
  }
  const bybit = await createProvider('bybit', options)
  expect(bybit).toMatchObject({ source: 'bybit', intervals: ['1m', '1h', '1d'] })
  await bybit!.close()
  expect(await createProvider('nowhere', options)).toBeNull()
})

const data = process.env['REFERENCE_DATA']
describe.skipIf(!data)('answers recorded from the real services (REFERENCE_DATA)', () => {
  test.each([
    ['kraken', 'kraken:BTC-EUR', 'kraken/OHLC_XXBTZUSD_1m_2017-08-11.json', '/0/public/OHLC', '1m', 60_000],
    [
      'binance',
      'binance:SOL-USDT',
      'binance/klines_BTCUSDT_1h_2020-06_gap.json',
      '/api/v3/klines',
      '1h',
      3_600_000,
    ],
    [
      'bitstamp',
      'bitstamp:ETH-USD',
      'bitstamp/ohlc_btcusd_60_2019-12-31.json',
      '/api/v2/ohlc/ethusd/',
      '1m',
      60_000,
    ],
    [
      'bitstamp',
      'bitstamp:ETH-USD',
      'bitstamp/ohlc_btcusd_86400_duplicate.json',
      '/api/v2/ohlc/ethusd/',
      '1d',
      86_400_000,
    ],
  ] as const)('%s: %s %s', async (source, market, file, path, interval, step) => {
    const recorded = await readFile(join(data!, 'api', 'recorded', file), 'utf8')
    const text = recorded.replace('XXBTZUSD', 'XXBTZEUR')
    const firstMs =
      Number(/(?:\[\[|\[\s*\[\s*|"timestamp":\s*")(\d+)/.exec(text)![1]) * (source === 'binance' ? 1 : 1000)
    await using opened = await open(source, { ...EXCHANGES[source]!.answers, [path]: text })
    const { rows, refused } = await opened.provider.candles(
      parseMarketId(market).id,
      interval,
      firstMs,
      firstMs + 300 * step,
      'backfill',
    )
    expect(refused).toEqual([])
    expect(rows.length).toBeGreaterThan(10)
    expect(rows[0]!.startMs).toBe(firstMs)
    expect(new Set(rows.map(({ startMs }) => startMs)).size).toBe(rows.length)
    for (const { close } of rows) expect(text).toContain(close)
  })
})
