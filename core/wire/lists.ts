/** Reads the answers of `/api/v1/markets` and `/api/v1/prices`, as far as a device uses them. */
import type { Continues, MarketAnswer, PriceAnswer } from './api.ts'
import { MARKET_STATUSES, SERVER_FRESHNESS } from './api.ts'
import { WireError } from './error.ts'
import { decimalOf, fieldsOf, instantOf, listOf, marketOf, nameOf, wordOf, wrong } from './fields.ts'

/** What a device keeps of a market besides the manifest. */
export type ListedMarket = Pick<
  MarketAnswer,
  'id' | 'base' | 'quote' | 'name' | 'symbol' | 'tick' | 'status' | 'paused' | 'continues'
>

/** The tracked markets in the server's order. @throws WireError when a field breaks the rules; the path names it */
export function readMarketsAnswer(json: unknown): readonly ListedMarket[] {
  return listOf(fieldsOf(json, 'answer').markets, 'markets').map((entry, index) => {
    const path = `markets[${index}]`
    const market = fieldsOf(entry, path)
    return {
      id: marketOf(market.id, `${path}.id`),
      base: nameOf(market.base, `${path}.base`),
      quote: nameOf(market.quote, `${path}.quote`),
      name: nameOf(market.name, `${path}.name`),
      ...(market.symbol === undefined ? {} : { symbol: nameOf(market.symbol, `${path}.symbol`) }),
      tick: market.tick === null ? null : decimalOf(market.tick, `${path}.tick`),
      status: wordOf(market.status, `${path}.status`, MARKET_STATUSES),
      ...(market.paused === true ? { paused: true as const } : {}),
      ...(market.continues === undefined
        ? {}
        : { continues: continuesOf(market.continues, `${path}.continues`) }),
    }
  })
}

function continuesOf(json: unknown, path: string): Continues {
  const { market, at } = fieldsOf(json, path)
  return { market: marketOf(market, `${path}.market`), at: at === null ? null : instantOf(at, `${path}.at`) }
}

/** A day has 24 hours; nothing longer is painted as one. */
const MAX_SPARKLINE = 100

/** The newest price of each market. @throws WireError when a field breaks the rules; the path names it */
export function readPricesAnswer(json: unknown): readonly PriceAnswer[] {
  return listOf(fieldsOf(json, 'answer').prices, 'prices').map((entry, index) => {
    const path = `prices[${index}]`
    const price = fieldsOf(entry, path)
    return {
      market: marketOf(price.market, `${path}.market`),
      price: decimalOf(price.price, `${path}.price`),
      as_of: instantOf(price.as_of, `${path}.as_of`),
      freshness: wordOf(price.freshness, `${path}.freshness`, SERVER_FRESHNESS),
      change_24h: changeOf(price.change_24h, `${path}.change_24h`),
      sparkline: sparklineOf(price.sparkline, `${path}.sparkline`),
    }
  })
}

function changeOf(json: unknown, path: string): number | null {
  if (json === null || (typeof json === 'number' && Number.isFinite(json) && json >= -1)) return json
  throw wrong(path, 'a fraction of at least -1, or null', json)
}

function sparklineOf(json: unknown, path: string): readonly string[] {
  const prices = listOf(json, path)
  if (prices.length > MAX_SPARKLINE)
    throw new WireError(path, `${prices.length} prices, at most ${MAX_SPARKLINE}`)
  return prices.map((price, index) => decimalOf(price, `${path}[${index}]`))
}
