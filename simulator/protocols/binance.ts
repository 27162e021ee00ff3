/**
 * Binance's public spot protocol: `exchangeInfo`, `klines`, `ticker/24hr`, with the weights that it counts by the minute.
 * It lists dead symbols in status `BREAK`, and a symbol's klines lack three hours of June 2020.
 */
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/time/interval.ts'
import { unitsText } from '../bars.ts'
import { ANYWHERE_FAULTS } from '../faults.ts'
import type { HttpAnswer } from '../faulty.ts'
import type { SimulatedMarket } from '../market.ts'
import { spoilAnywhere, type HttpFault, type Protocol } from './protocol.ts'
import { barText, html, json, numberOf } from './text.ts'

const STEPS: Readonly<Record<string, number>> = { '1m': MINUTE_MS, '1h': HOUR_MS, '1d': DAY_MS }
const MOST_KLINES = 1000
/** As published: request weight of an address in any minute of the clock. */
const WEIGHT_A_MINUTE = 6000
const WEIGHTS: Readonly<Record<string, number>> = { exchangeInfo: 20, klines: 2, '24hr': 80 }
/** Spans [from, to) that its klines lack. */
const HOLES = [[Date.UTC(2020, 5, 28, 2), Date.UTC(2020, 5, 28, 5)]] as const
/** Traded no longer, and listed still. */
export const BROKEN_PRODUCT = 'LTC-USD'
const BAN_MS = 3000

const POSSIBLE: readonly HttpFault[] = [...ANYWHERE_FAULTS, 'restricted', 'banned', 'cloudfront']

export function binanceProtocol(markets: readonly SimulatedMarket[]): Protocol {
  const bySymbol = new Map(markets.map((market) => [symbolOf(market), market]))
  const used = { minute: 0, weight: 0 }
  const stats = { weight: 0, mostWeightInAMinute: 0, askedWhileBanned: 0, silentBeforeItsEndMs: BAN_MS }
  let bannedUntilMs = 0

  /** Counts what was asked; its headers tell how much of the minute is used. */
  function weigh(url: URL, nowMs: number): Readonly<Record<string, string>> {
    const minute = Math.floor(nowMs / MINUTE_MS)
    if (minute !== used.minute) Object.assign(used, { minute, weight: 0 })
    const weight = WEIGHTS[url.pathname.split('/').at(-1)!] ?? 1
    used.weight += weight
    stats.weight += weight
    stats.mostWeightInAMinute = Math.max(stats.mostWeightInAMinute, used.weight)
    return { 'x-mbx-used-weight': String(used.weight), 'x-mbx-used-weight-1m': String(used.weight) }
  }

  function answer(url: URL, nowMs: number): HttpAnswer {
    const query = url.searchParams
    switch (url.pathname) {
      case '/api/v3/time':
        return json({ serverTime: nowMs })
      case '/api/v3/exchangeInfo':
        return json({
          timezone: 'UTC',
          serverTime: nowMs,
          rateLimits: [
            {
              rateLimitType: 'REQUEST_WEIGHT',
              interval: 'MINUTE',
              intervalNum: 1,
              limit: WEIGHT_A_MINUTE,
            },
          ],
          symbols: [...markets.filter((market) => market.product.listedMs <= nowMs).map(symbolJson), DEAD],
        })
      case '/api/v3/klines':
        return klines(bySymbol.get(query.get('symbol') ?? ''), query, nowMs)
      case '/api/v3/ticker/24hr': {
        const symbols = query.get('symbols')
        const wanted = symbols === null ? null : new Set(JSON.parse(symbols) as string[])
        const told = markets.filter((market) => !wanted || wanted.has(symbolOf(market)))
        return json(told.flatMap((market) => tickerJson(market, nowMs) ?? []))
      }
      default:
        return html(404, 'Not Found')
    }
  }

  return {
    answer: (url, nowMs) => {
      const headers = weigh(url, nowMs)
      if (used.weight > WEIGHT_A_MINUTE)
        return { ...tooMuchWeight(), headers: { ...headers, 'retry-after': '1' } }
      return { ...answer(url, nowMs), headers }
    },
    refusal: tooMuchWeight,
    question: (url) =>
      `${url.pathname} ${url.searchParams.get('symbol')} ${url.searchParams.get('interval')} ${url.searchParams.get('startTime')}`,
    possible: () => POSSIBLE,
    spoil(fault, url, nowMs, ask) {
      const { kind, stream } = fault
      if (kind === 'restricted') return restricted()
      if (kind === 'cloudfront')
        return html(stream.length % 2 === 0 ? 403 : 503, 'ERROR: The request could not be satisfied')
      if (kind === 'too-many') return tooMuchWeight()
      if (kind === 'too-many-retry-after') return { ...tooMuchWeight(), headers: { 'retry-after': '1' } }
      if (kind !== 'banned') return spoilAnywhere(fault, url, ask)
      bannedUntilMs = nowMs + BAN_MS
      return banned(bannedUntilMs)
    },
    closed(nowMs) {
      if (nowMs >= bannedUntilMs) return null
      stats.askedWhileBanned++
      stats.silentBeforeItsEndMs = bannedUntilMs - nowMs
      return banned(bannedUntilMs)
    },
    stats: () => stats,
    tick: () => undefined,
  }
}

function symbolOf({ product }: SimulatedMarket): string {
  return `${product.base}${product.quote}`
}

const tooMuchWeight = (): HttpAnswer =>
  json(
    {
      code: -1003,
      msg: `Too much request weight used; current limit is ${WEIGHT_A_MINUTE} request weight per 1 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API.`,
    },
    429,
  )

const restricted = (): HttpAnswer =>
  json(
    {
      code: 0,
      msg: "Service unavailable from a restricted location according to 'b. Eligibility' in https://www.binance.com/en/terms. Please contact customer service if you believe you received this message in error.",
    },
    451,
  )

function banned(untilMs: number): HttpAnswer {
  const msg = `Way too much request weight used; IP banned until ${untilMs}. Please use WebSocket Streams for live updates to avoid bans.`
  return json({ code: -1003, msg }, 418)
}

/** Renamed long ago, listed for ever. */
const DEAD = symbolEntry('MATIC', 'USDT', 'BREAK', 4, 1)

function symbolJson({ product }: SimulatedMarket) {
  const status = product.id === BROKEN_PRODUCT ? 'BREAK' : 'TRADING'
  return symbolEntry(product.base, product.quote, status, product.priceDecimals, product.amountDecimals)
}

function symbolEntry(
  base: string,
  quote: string,
  status: string,
  priceDecimals: number,
  amountDecimals: number,
) {
  return {
    symbol: `${base}${quote}`,
    status,
    baseAsset: base,
    baseAssetPrecision: 8,
    quoteAsset: quote,
    quotePrecision: 8,
    isSpotTradingAllowed: status === 'TRADING',
    filters: [
      {
        filterType: 'PRICE_FILTER',
        minPrice: '0.00000001',
        maxPrice: '10000000',
        tickSize: unitsText(1, priceDecimals),
      },
      {
        filterType: 'LOT_SIZE',
        minQty: '0.00000001',
        maxQty: '10000000',
        stepSize: unitsText(1, amountDecimals),
      },
    ],
    permissions: ['SPOT'],
  }
}

function klines(market: SimulatedMarket | undefined, query: URLSearchParams, nowMs: number): HttpAnswer {
  if (!market) return json({ code: -1121, msg: 'Invalid symbol.' }, 400)
  const stepMs = STEPS[query.get('interval') ?? '']
  if (!stepMs) return json({ code: -1120, msg: 'Invalid interval.' }, 400)
  const limit = Math.min(MOST_KLINES, numberOf(query, 'limit') || 500)
  const fromMs = numberOf(query, 'startTime')
  const toMs = numberOf(query, 'endTime') || nowMs
  const endMs = market.product.id === BROKEN_PRODUCT ? brokenMs(nowMs) - 1 : nowMs
  // Without a start it gives the newest ones.
  const start = Number.isNaN(fromMs) ? toMs - limit * stepMs : fromMs
  const bars = market
    .bars(stepMs, start, Math.min(toMs, endMs, start + (limit - 1) * stepMs), nowMs)
    .filter(({ startMs }) => !HOLES.some(([from, to]) => startMs >= from && startMs + stepMs <= to))
  const list = bars.map((bar) => {
    const { open, high, low, close, volume } = barText(market.product, bar)
    return [bar.startMs, open, high, low, close, volume, bar.startMs + stepMs - 1, '0', 1, '0', '0', '0']
  })
  return json(list)
}

/** Its last trade was before the day began. */
function brokenMs(nowMs: number): number {
  return Math.floor(nowMs / DAY_MS) * DAY_MS
}

function tickerJson(market: SimulatedMarket, nowMs: number) {
  const trade = market.product.id === BROKEN_PRODUCT ? null : market.lastTrade(nowMs)
  if (!trade) return null
  const price = unitsText(trade.price, market.product.priceDecimals)
  return {
    symbol: symbolOf(market),
    lastPrice: price,
    openPrice: price,
    highPrice: price,
    lowPrice: price,
    bidPrice: price,
    askPrice: price,
    volume: '1',
    quoteVolume: '1',
    openTime: trade.atMs - DAY_MS,
    closeTime: trade.atMs,
    count: 1,
  }
}
