/**
 * Bitstamp's public protocol: `markets`, `ohlc`, `ticker`. Pages begin with the last bar of the one before, and a bar of
 * days may stand in its page twice.
 */
import { unitsText } from '../bars.ts'
import { currencyName } from '../catalogue.ts'
import { ANYWHERE_FAULTS } from '../faults.ts'
import type { HttpAnswer } from '../faulty.ts'
import type { SimulatedMarket } from '../market.ts'
import { spoilAnywhere, type HttpFault, type Protocol } from './protocol.ts'
import { barText, json, numberOf } from './text.ts'

const STEPS = [60, 3600, 86_400]
const MOST_BARS = 1000
const OHLC = /^\/api\/v2\/ohlc\/([a-z0-9]+)\/?$/

export function bitstampProtocol(markets: readonly SimulatedMarket[]): Protocol {
  const byPair = new Map(markets.map((market) => [pairOf(market), market]))
  const answer = (url: URL, nowMs: number): HttpAnswer => {
    const path = url.pathname.replace(/\/$/, '')
    const listed = markets.filter(({ product }) => product.listedMs <= nowMs)
    if (path === '/api/v2/markets') return json(listed.map(marketJson))
    if (path === '/api/v2/trading-pairs-info') return json(listed.map(marketJson))
    if (path === '/api/v2/ticker') return json(listed.flatMap((market) => tickerJson(market, nowMs)))
    const pair = OHLC.exec(url.pathname)?.[1]
    const market = pair === undefined ? undefined : byPair.get(pair)
    return market
      ? ohlc(market, url.searchParams, nowMs)
      : json({ status: 'error', reason: 'Not found', code: 'not-found' }, 404)
  }
  return {
    answer,
    refusal: tooMany,
    question: (url) => `${url.pathname} ${url.searchParams.get('step')} ${url.searchParams.get('start')}`,
    possible: (url, { body }) =>
      OHLC.test(url.pathname) && body.includes('"timestamp"')
        ? [...ANYWHERE_FAULTS, ...OF_PAGES]
        : ANYWHERE_FAULTS,
    spoil(fault, url, _, ask) {
      const { kind } = fault
      if (kind === 'twice')
        return withRows(ask(url), (rows) => rows.flatMap((row, i) => (i === 0 ? [row, row] : [row])))
      if (kind === 'page-end')
        return withRows(ask(url), (rows) => [...rowsOf(ask(pageBefore(url))).slice(-1), ...rows])
      if (kind === 'too-many' || kind === 'too-many-retry-after') return tooMany()
      return spoilAnywhere(fault, url, ask)
    },
    tick: () => undefined,
  }
}

const OF_PAGES: readonly HttpFault[] = ['twice', 'page-end']

const tooMany = (): HttpAnswer =>
  json({ status: 'error', reason: 'Request rate limit exceeded.', code: '400.002' }, 429)

interface Ohlc {
  readonly data: { readonly pair: string; readonly ohlc: readonly unknown[] }
}

/** The rows of a page; none where it is no page. */
function rowsOf({ body }: HttpAnswer): readonly unknown[] {
  return (JSON.parse(body) as Partial<Ohlc>).data?.ohlc ?? []
}

function withRows(good: HttpAnswer, change: (rows: readonly unknown[]) => readonly unknown[]): HttpAnswer {
  const { data } = JSON.parse(good.body) as Ohlc
  return { ...good, body: JSON.stringify({ data: { ...data, ohlc: change(data.ohlc) } }) }
}

function pageBefore(url: URL): URL {
  const other = new URL(url)
  const [start, step] = [numberOf(url.searchParams, 'start'), numberOf(url.searchParams, 'step')]
  other.searchParams.set('start', String(start - 10 * step))
  other.searchParams.set('end', String(start - 1))
  return other
}

function pairOf({ product: { base, quote } }: SimulatedMarket): string {
  return `${base}${quote}`.toLowerCase()
}

function marketJson(market: SimulatedMarket) {
  const { base, quote, priceDecimals, amountDecimals } = market.product
  return {
    name: `${base}/${quote}`,
    market_symbol: pairOf(market),
    url_symbol: pairOf(market),
    base_currency: base,
    base_decimals: amountDecimals,
    counter_currency: quote,
    counter_decimals: priceDecimals,
    minimum_order_value: '10',
    minimum_order: `10.0 ${quote}`,
    trading: 'Enabled',
    instant_and_market_orders: 'Enabled',
    description: `${currencyName(base)} / ${currencyName(quote)}`,
    market_type: 'SPOT',
  }
}

function ohlc(market: SimulatedMarket, query: URLSearchParams, nowMs: number): HttpAnswer {
  const step = numberOf(query, 'step')
  if (!STEPS.includes(step))
    return json({ status: 'error', reason: { step: ['Not a valid choice'] }, code: 'invalid' }, 400)
  const limit = Math.min(MOST_BARS, numberOf(query, 'limit') || MOST_BARS)
  const [start, end] = [numberOf(query, 'start'), numberOf(query, 'end')]
  const toMs = Number.isNaN(end) ? nowMs : end * 1000
  const fromMs = Number.isNaN(start) ? toMs - (limit - 1) * step * 1000 : start * 1000
  const bars = market.bars(step * 1000, fromMs, Math.min(toMs, fromMs + (limit - 1) * step * 1000), nowMs)
  const { base, quote } = market.product
  return json({
    data: {
      pair: `${base}/${quote}`,
      ohlc: bars.map((bar) => ({ timestamp: String(bar.startMs / 1000), ...barText(market.product, bar) })),
    },
  })
}

function tickerJson(market: SimulatedMarket, nowMs: number) {
  const { base, quote, priceDecimals } = market.product
  const trade = market.lastTrade(nowMs)
  if (!trade) return []
  const price = unitsText(trade.price, priceDecimals)
  return [
    {
      timestamp: String(Math.floor(trade.atMs / 1000)),
      open: price,
      high: price,
      low: price,
      last: price,
      volume: '1',
      vwap: price,
      bid: price,
      ask: price,
      side: '0',
      open_24: price,
      percent_change_24: '0',
      pair: `${base}/${quote}`,
    },
  ]
}
