/**
 * Coinbase Exchange's public REST protocol over the simulated markets: a path in, a status and JSON text out.
 * Knows nothing of sockets or limits.
 */
import { DAY_MS } from '../core/time/interval.ts'
import { unitsText } from './bars.ts'
import { currencyName, type Product } from './catalogue.ts'
import {
  createMarkets,
  type End,
  type SimulatedMarket,
  type SimulationOptions,
  type TimedBar,
} from './market.ts'

interface ExchangeAnswer {
  readonly status: number
  readonly body: string
}

/** The newest trade of a product and what goes with it, as the socket tells it. */
export interface Tick {
  readonly atMs: number
  readonly tradeId: number
  readonly price: string
  readonly bid: string
  readonly ask: string
  readonly size: string
}

export interface Exchange {
  /** Answers a GET of this path and query at this instant. */
  answer(url: URL, nowMs: number): ExchangeAnswer
  /** null while nothing was traded; undefined where there is no such product. */
  tick(id: string, nowMs: number): Tick | null | undefined
}

const GRANULARITIES = ['60', '300', '900', '3600', '21600', '86400']
const MOST_BUCKETS = 300

/** The simulated exchange of this world. */
export function createExchange(options: SimulationOptions): Exchange {
  const markets = new Map(createMarkets(options).map((market) => [market.product.id, market]))
  return {
    answer(url, nowMs) {
      const [room, id, view, more] = url.pathname.split('/').slice(1)
      if (more !== undefined) return notFound()
      if (room === 'time' && id === undefined)
        return json({ iso: new Date(nowMs).toISOString(), epoch: nowMs / 1000 })
      if (room === 'currencies' && id === undefined) return json(currencies([...markets.values()]))
      if (room !== 'products') return notFound()
      if (id === undefined)
        return json(
          [...markets.values()]
            .filter((m) => isListed(m, nowMs) && (!hasEnded(m, nowMs) || m.end?.listed === 'as delisted'))
            .map((m) => productJson(m.product, hasEnded(m, nowMs))),
        )
      const market = markets.get(id)
      if (!market || !isListed(market, nowMs)) return notFound()
      if (hasEnded(market, nowMs)) return ended(market.end)
      if (view === undefined) return json(productJson(market.product, false))
      if (view === 'candles') return candles(market, url.searchParams, nowMs)
      if (view === 'ticker') return ticker(market, nowMs)
      return notFound()
    },
    tick(id, nowMs) {
      const market = markets.get(id)
      return market && isListed(market, nowMs) && !hasEnded(market, nowMs) ? tickOf(market, nowMs) : undefined
    },
  }
}

function json(value: unknown, status = 200): ExchangeAnswer {
  return { status, body: JSON.stringify(value) }
}

function notFound(): ExchangeAnswer {
  return json({ message: 'NotFound' }, 404)
}

function isListed(market: SimulatedMarket, nowMs: number): boolean {
  return (market.listedMs ?? market.product.listedMs) <= nowMs
}

function hasEnded({ end }: SimulatedMarket, nowMs: number): boolean {
  return end !== undefined && end.atMs <= nowMs
}

/** A renamed product is not known any more; the name of a delisted one is, and nothing else. */
function ended(end: End | undefined): ExchangeAnswer {
  if (end?.renamedTo) return notFound()
  return end?.listed === 'no' ? json([]) : json({ message: 'Not allowed for delisted products' }, 404)
}

function increment(decimals: number): string {
  return unitsText(1, decimals)
}

function productJson(product: Product, isDelisted: boolean): Record<string, unknown> {
  return {
    id: product.id,
    base_currency: product.base,
    quote_currency: product.quote,
    quote_increment: increment(product.priceDecimals),
    base_increment: increment(product.amountDecimals),
    display_name: `${product.base}/${product.quote}`,
    min_market_funds: '1',
    margin_enabled: false,
    post_only: false,
    limit_only: false,
    cancel_only: false,
    status: isDelisted ? 'delisted' : 'online',
    status_message: '',
    trading_disabled: isDelisted,
    fx_stablecoin: false,
    max_slippage_percentage: '0.03000000',
    auction_mode: false,
    high_bid_limit_percentage: '',
  }
}

function currencies(markets: readonly SimulatedMarket[]): unknown[] {
  const amounts = new Map<string, { decimals: number; type: string }>()
  for (const { product } of markets) {
    amounts.set(product.base, { decimals: product.amountDecimals, type: 'crypto' })
    amounts.set(product.quote, { decimals: 2, type: 'fiat' })
  }
  return [...amounts].map(([symbol, { decimals, type }]) => ({
    id: symbol,
    name: currencyName(symbol),
    min_size: increment(decimals),
    max_precision: increment(decimals),
    status: 'online',
    message: '',
    convertible_to: [],
    details: { type, display_name: currencyName(symbol) },
    default_network: '',
    supported_networks: [],
  }))
}

function candles(market: SimulatedMarket, query: URLSearchParams, nowMs: number): ExchangeAnswer {
  const granularity = query.get('granularity') ?? '60'
  if (!GRANULARITIES.includes(granularity)) return json({ message: 'Unsupported granularity' }, 400)
  const stepMs = Number(granularity) * 1000
  const startText = query.get('start')
  const endText = query.get('end')
  let fromMs = nowMs - (MOST_BUCKETS - 1) * stepMs
  let lastMs = nowMs
  // As at Coinbase, one of the two alone is ignored.
  if (startText && endText) {
    fromMs = readTime(startText)
    lastMs = readTime(endText)
    if (Number.isNaN(fromMs)) return json({ message: 'Invalid start' }, 400)
    if (Number.isNaN(lastMs)) return json({ message: 'Invalid end' }, 400)
    if (fromMs > lastMs) return json({ message: 'start must be before end' }, 400)
    if ((lastMs - fromMs) / stepMs > MOST_BUCKETS) return tooManyBuckets()
  } else fromMs = Math.floor(fromMs / stepMs) * stepMs
  const rows = market.bars(stepMs, fromMs, lastMs, nowMs).map((bar) => candleText(market.product, bar))
  return { status: 200, body: `[${rows.reverse().join(',')}]` }
}

/** More was asked than one answer holds. */
export function tooManyBuckets(): ExchangeAnswer {
  return json(
    {
      message: `granularity too small for the requested time range. Count of aggregations requested exceeds ${MOST_BUCKETS}`,
    },
    400,
  )
}

/** Unix seconds or ISO 8601; NaN for anything else. */
function readTime(text: string): number {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text)
}

/** Numbers are written digit by digit: `[start, low, high, open, close, volume]`. */
function candleText(product: Product, bar: TimedBar): string {
  const price = (ticks: number) => unitsText(ticks, product.priceDecimals)
  const volume = unitsText(bar.volume, product.amountDecimals)
  return `[${bar.startMs / 1000},${price(bar.low)},${price(bar.high)},${price(bar.open)},${price(bar.close)},${volume}]`
}

function tickOf(market: SimulatedMarket, nowMs: number): Tick | null {
  const { product } = market
  const trade = market.lastTrade(nowMs)
  return (
    trade && {
      atMs: trade.atMs,
      tradeId: Math.floor(trade.atMs / 1000),
      price: unitsText(trade.price, product.priceDecimals),
      bid: unitsText(Math.max(1, trade.price - 1), product.priceDecimals),
      ask: unitsText(trade.price + 1, product.priceDecimals),
      size: increment(product.amountDecimals),
    }
  )
}

function ticker(market: SimulatedMarket, nowMs: number): ExchangeAnswer {
  const tick = tickOf(market, nowMs)
  if (!tick) return notFound()
  const traded = market.bars(DAY_MS, nowMs - DAY_MS, nowMs, nowMs)
  const volume = traded.reduce((sum, bar) => sum + bar.volume, 0)
  return json({
    ask: tick.ask,
    bid: tick.bid,
    volume: unitsText(volume, market.product.amountDecimals),
    trade_id: tick.tradeId,
    price: tick.price,
    size: tick.size,
    time: new Date(tick.atMs).toISOString(),
    rfq_volume: '0',
  })
}
