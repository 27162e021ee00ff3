/**
 * Any exchange of ccxt, asked in ccxt's own unified words: candles, tickers, list of spot markets. Numbers reach ccxt as
 * their text and come out of it as text, so prices stay what the source printed.
 */
import { plainDecimal } from '../../core/decimal/text.ts'
import { INTERVAL_MS, type StoredInterval } from '../../core/time/interval.ts'
import { binanceFeed } from './binance-frames.ts'
import { bitstampFeed } from './bitstamp-frames.ts'
import type { Dialect, ToldPrice } from './dialect.ts'
import type { FeedDialect } from './feed.ts'
import { krakenFeed } from './kraken-frames.ts'
import type { Reach } from './types.ts'

/** What is known of an exchange beyond what ccxt knows. */
interface ExchangeFacts {
  readonly foundedMs: number
  readonly reach: Reach | null
  readonly feed: FeedDialect | null
  /** Options of ccxt's constructor. */
  readonly settings: Dialect['settings']
}

/** Nothing is traded anywhere before; an exchange of which we know no founding year is asked from here on. */
const FIRST_EXCHANGES_MS = Date.UTC(2011, 0)

const FACTS: Readonly<Record<string, ExchangeFacts>> = {
  kraken: {
    foundedMs: Date.UTC(2013, 8),
    // Its OHLC endpoint gives the newest 720 bars, whatever it is asked for.
    reach: { bars: 720 },
    feed: krakenFeed,
    settings: (baseUrl) => addresses(baseUrl, ''),
  },
  binance: {
    foundedMs: Date.UTC(2017, 6),
    reach: null,
    feed: binanceFeed,
    settings: (baseUrl) => ({
      // Its other venues have hosts of their own, and none of their markets is followed.
      options: { fetchMarkets: { types: ['spot'] } },
      ...addresses(baseUrl, '/api/v3'),
    }),
  },
  bitstamp: {
    foundedMs: Date.UTC(2011, 7),
    reach: null,
    feed: bitstampFeed,
    settings: (baseUrl) => addresses(baseUrl, '/api'),
  },
}

const UNKNOWN: ExchangeFacts = {
  foundedMs: FIRST_EXCHANGES_MS,
  reach: null,
  feed: null,
  settings: (baseUrl) => addresses(baseUrl, ''),
}
/** Beyond so many symbols an address grows too long, and all tickers are asked for. */
const MOST_SYMBOLS = 50

/**
 * @param ccxtId name of the class in ccxt, which is the source's name here as well
 * @param intervals those of ours that it has candles for
 */
export function unifiedDialect(
  ccxtId: string,
  intervals: readonly StoredInterval[],
  hasTickers: boolean,
): Dialect {
  const { foundedMs, reach, feed, settings } = FACTS[ccxtId] ?? UNKNOWN
  return {
    source: ccxtId,
    ccxtId,
    foundedMs,
    intervals,
    reach,
    rowShape: { start: 0, open: 1, high: 2, low: 3, close: 4, volume: 5, numbers: 'text' },
    numbers: 'text',
    feed,
    pricesAtOnce: hasTickers ? Infinity : 1,
    needsMarkets: true,
    settings,
    productId: (base, quote) => `${base}/${quote}`,
    identify: ({ base, quote, spot }) =>
      spot === true && typeof base === 'string' && typeof quote === 'string' ? { base, quote } : null,
    async candles(exchange, symbol, interval, fromMs, toMs) {
      const limit = Math.ceil((toMs - fromMs) / INTERVAL_MS[interval])
      const bars = await exchange.fetchOHLCV(symbol, interval, fromMs, limit, { until: toMs - 1000 })
      // Who gives its newest bars whatever it is asked, begins later than asked for and goes on longer.
      return reach === null ? bars : bars.filter(([start]) => Number(start) < toMs)
    },
    names: null,
    async prices(exchange, symbols) {
      const tickers = hasTickers
        ? await exchange.fetchTickers(symbols.length > MOST_SYMBOLS ? undefined : [...symbols])
        : Object.fromEntries(
            await Promise.all(
              symbols.map(async (symbol) => [symbol, await exchange.fetchTicker(symbol)] as const),
            ),
          )
      return new Map(
        symbols.flatMap((symbol): [string, ToldPrice][] => {
          const ticker: unknown = tickers[symbol]
          return ticker ? [[symbol, toldPrice(ticker)]] : []
        }),
      )
    },
  }
}

/** ccxt's addresses of public calls with another host in them. */
function addresses(baseUrl: string | null, path: string): Readonly<Record<string, unknown>> {
  if (baseUrl === null) return {}
  const url = `${baseUrl}${path}`
  return { urls: { api: { public: url, private: url } } }
}

function toldPrice(ticker: unknown): ToldPrice {
  const { last, timestamp } = ticker as { last?: unknown; timestamp?: unknown }
  return {
    price: typeof last === 'string' ? plainDecimal(last) : null,
    atMs: typeof timestamp === 'number' ? timestamp : NaN,
  }
}
