/**
 * Kraken's public protocol: `AssetPairs`, `OHLC`, `Ticker`. Whatever is asked, OHLC gives the newest 720 bars and no
 * others; some pairs have a slash in their names; its limit is told with status 200.
 */
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/time/interval.ts'
import { unitsText } from '../bars.ts'
import { ANYWHERE_FAULTS } from '../faults.ts'
import type { HttpAnswer } from '../faulty.ts'
import type { SimulatedMarket } from '../market.ts'
import { spoilAnywhere, type HttpFault, type Protocol } from './protocol.ts'
import { barText, html, json, numberOf } from './text.ts'

const STEPS: Readonly<Record<string, number>> = { 1: MINUTE_MS, 60: HOUR_MS, 1440: DAY_MS }
/** Of any interval. */
export const KRAKEN_BARS = 720
/** Its old names of some assets. */
const OLD_NAMES: Readonly<Record<string, string>> = {
  BTC: 'XXBT',
  ETH: 'XETH',
  XRP: 'XXRP',
  LTC: 'XLTC',
  USD: 'ZUSD',
  EUR: 'ZEUR',
}
/** Pairs of newer assets are named with a slash. */
const SLASHED = ['SOL', 'LINK']

const POSSIBLE: readonly HttpFault[] = [...ANYWHERE_FAULTS, 'limit-200', 'cloudflare']

export function krakenProtocol(markets: readonly SimulatedMarket[]): Protocol {
  const byName = new Map(markets.map((market) => [nameOf(market), market]))
  const answer = (url: URL, nowMs: number): HttpAnswer => {
    const pair = url.searchParams.get('pair')
    const listed = [...byName].filter(([, { product }]) => product.listedMs <= nowMs)
    switch (url.pathname) {
      case '/0/public/Time':
        return result({ unixtime: Math.floor(nowMs / 1000) })
      case '/0/public/AssetPairs':
        return result(Object.fromEntries(listed.map(([name, market]) => [name, pairJson(market)])))
      case '/0/public/OHLC':
        return ohlc(pair ?? '', byName.get(pair ?? ''), url.searchParams, nowMs)
      case '/0/public/Ticker': {
        const wanted = pair === null ? null : new Set(pair.split(','))
        const told = listed.filter(([name]) => !wanted || wanted.has(name))
        return result(Object.fromEntries(told.flatMap(([name, market]) => tickerEntry(name, market, nowMs))))
      }
      default:
        return json({ error: ['EGeneral:Unknown method'] })
    }
  }
  return {
    answer,
    refusal: tooMany,
    question: (url) => `${url.pathname} ${url.searchParams.get('pair')} ${url.searchParams.get('interval')}`,
    possible: () => POSSIBLE,
    spoil(fault, url, _, ask) {
      const { kind } = fault
      if (kind === 'cloudflare')
        return html(520, 'api.kraken.com | 520: Web server is returning an unknown error')
      if (kind === 'limit-200' || kind === 'too-many' || kind === 'too-many-retry-after') return tooMany()
      return spoilAnywhere(fault, url, ask)
    },
    tick: () => undefined,
  }
}

const tooMany = (): HttpAnswer => json({ error: ['EGeneral:Too many requests'] })

function result(value: unknown): HttpAnswer {
  return json({ error: [], result: value })
}

function nameOf({ product: { base, quote } }: SimulatedMarket): string {
  return SLASHED.includes(base) ? `${base}/${quote}` : `${oldName(base)}${oldName(quote)}`
}

function oldName(symbol: string): string {
  return OLD_NAMES[symbol] ?? symbol
}

function pairJson({ product }: SimulatedMarket) {
  const { base, quote, priceDecimals, amountDecimals } = product
  return {
    altname: `${base}${quote}`,
    wsname: `${base}/${quote}`,
    aclass_base: 'currency',
    base: oldName(base),
    aclass_quote: 'currency',
    quote: oldName(quote),
    pair_decimals: priceDecimals,
    lot_decimals: amountDecimals,
    cost_decimals: 5,
    tick_size: unitsText(1, priceDecimals),
    ordermin: '1',
    status: 'online',
    fees: [[0, 0.4]],
    fees_maker: [[0, 0.25]],
  }
}

function ohlc(
  name: string,
  market: SimulatedMarket | undefined,
  query: URLSearchParams,
  nowMs: number,
): HttpAnswer {
  if (!market) return json({ error: ['EQuery:Unknown asset pair'] })
  const stepMs = STEPS[query.get('interval') ?? '1']
  if (!stepMs) return json({ error: ['EGeneral:Invalid arguments'] })
  const newestMs = Math.floor(nowMs / stepMs) * stepMs
  const since = (numberOf(query, 'since') || 0) * 1000
  const fromMs = Math.max(newestMs - (KRAKEN_BARS - 1) * stepMs, since + 1)
  const list = market.bars(stepMs, fromMs, nowMs, nowMs).map((bar) => {
    const { open, high, low, close, volume } = barText(market.product, bar)
    return [bar.startMs / 1000, open, high, low, close, close, volume, 1]
  })
  return result({ [name]: list, last: newestMs / 1000 - stepMs / 1000 })
}

function tickerEntry(name: string, market: SimulatedMarket, nowMs: number): [string, unknown][] {
  const trade = market.lastTrade(nowMs)
  if (!trade) return []
  const price = unitsText(trade.price, market.product.priceDecimals)
  const pair = [price, price]
  return [
    [
      name,
      {
        a: [price, '1', '1.0'],
        b: [price, '1', '1.0'],
        c: [price, '1'],
        v: ['1', '1'],
        p: pair,
        t: [1, 1],
        l: pair,
        h: pair,
        o: price,
      },
    ],
  ]
}
