/**
 * How Coinbase Exchange is asked and what its answers look like. Public REST API, no key.
 * Candles: `[start s, low, high, open, close, volume]`, newest first, buckets without trades left out, the forming one in.
 */
import { isLosslessNumber } from 'lossless-json'
import { plainDecimal } from '../../core/decimal/text.ts'
import { isoSeconds } from '../../core/time/iso.ts'
import { INTERVAL_MS } from '../../core/time/interval.ts'
import { readTickerFrame } from './coinbase-frames.ts'
import type { CcxtExchange, Dialect } from './dialect.ts'

/** Methods of ccxt that send one request and give what our hook made of the answer. */
type ImplicitCalls = Readonly<
  Record<string, (parameters: Record<string, string | number>) => Promise<unknown>>
>

export const coinbase: Dialect = {
  source: 'coinbase',
  ccxtId: 'coinbaseexchange',
  foundedMs: Date.UTC(2015, 0),
  intervals: ['1m', '1h', '1d'],
  reach: null,
  rowShape: { start: 0, low: 1, high: 2, open: 3, close: 4, volume: 5, numbers: 'bare' },
  numbers: 'lossless',
  feed: {
    productId: (base, quote) => `${base}-${quote}`,
    // It takes 100 messages a second.
    talkMs: 20,
    // A heartbeat comes each second and market.
    idleMs: 10_000,
    subscribe: (product) => feedMessage('subscribe', product),
    unsubscribe: (product) => feedMessage('unsubscribe', product),
    read: readTickerFrame,
  },
  pricesAtOnce: 1,
  needsMarkets: false,
  settings: (baseUrl) => (baseUrl === null ? {} : { urls: { api: { public: baseUrl, private: baseUrl } } }),
  productId: (base, quote) => `${base}-${quote}`,
  identify: ({ baseId, quoteId }) =>
    typeof baseId === 'string' && typeof quoteId === 'string' ? { base: baseId, quote: quoteId } : null,

  candles: (exchange, id, interval, fromMs, toMs) =>
    implicit(exchange)['publicGetProductsIdCandles']!({
      id,
      granularity: INTERVAL_MS[interval] / 1000,
      start: isoSeconds(fromMs),
      // A second before the end asks for exactly the places wanted, whether the server counts its end in or out.
      end: isoSeconds(toMs - 1000),
    }),

  async names(exchange) {
    const answer = await implicit(exchange)['publicGetCurrencies']!({})
    const currencies = Array.isArray(answer) ? (answer as { id?: unknown; name?: unknown }[]) : []
    return new Map(
      currencies.flatMap(({ id, name }) =>
        typeof id === 'string' && typeof name === 'string' && name !== '' ? [[id, name] as const] : [],
      ),
    )
  },

  async prices(exchange, [id]) {
    const answer = await implicit(exchange)['publicGetProductsIdTicker']!({ id: id! })
    const { price, time } = (answer ?? {}) as { price?: unknown; time?: unknown }
    const text = isLosslessNumber(price) ? price.value : price
    return new Map([
      [
        id!,
        {
          price: typeof text === 'string' ? plainDecimal(text) : null,
          atMs: typeof time === 'string' ? Date.parse(time) : NaN,
        },
      ],
    ])
  },
}

function implicit(exchange: CcxtExchange): ImplicitCalls {
  return exchange as unknown as ImplicitCalls
}

/** The heartbeat of each second tells a quiet market from a dead socket. */
function feedMessage(type: 'subscribe' | 'unsubscribe', product: string): string {
  return JSON.stringify({ type, product_ids: [product], channels: ['ticker', 'heartbeat'] })
}
