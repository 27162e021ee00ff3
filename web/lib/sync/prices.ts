/**
 * The list of markets and the newest prices, as the server answers them; the order of the list is the server's.
 */
import { isMarketId } from '../../../core/market.ts'
import type { MarketAnswer, PriceAnswer } from '../../../core/wire/api.ts'
import type { Store } from '../store/database.ts'
import type { QuoteRow } from '../store/records.ts'
import { askJson, RequestError } from './request.ts'
import type { SyncContext } from './context.ts'

/** Asks for the list and keeps what the manifest does not say: order, symbols. @throws RequestError */
export async function pullMarkets(context: SyncContext): Promise<void> {
  const answer = await askJson(context.fetch, '/api/v1/markets', context.signal)
  const markets = listIn<MarketAnswer>(answer, 'markets').filter((market) => isMarketId(market.id))
  const { store } = context
  await store.transaction('rw', store.markets, async () => {
    for (const [order, { id, base, quote, name, tick, status }] of markets.entries())
      await store.markets.update(id, { order, base, quote, name, tick, status })
  })
}

/** Asks for all prices. @throws RequestError */
export async function askPrices(context: Pick<SyncContext, 'fetch' | 'signal'>): Promise<QuoteRow[]> {
  const answer = await askJson(context.fetch, '/api/v1/prices', context.signal)
  return listIn<PriceAnswer>(answer, 'prices')
    .filter((price) => isMarketId(price.market) && !Number.isNaN(Date.parse(price.as_of)))
    .map((price) => ({
      market: price.market,
      price: price.price,
      asOfMs: Date.parse(price.as_of),
      change24h: price.change_24h,
      sparkline: price.sparkline.map(Number),
    }))
}

/** Keeps prices; an older one never takes the place of a newer. */
export async function keepQuotes(store: Store, quotes: readonly QuoteRow[]): Promise<void> {
  await store.transaction('rw', store.quotes, async () => {
    const before = await store.quotes.bulkGet(quotes.map((quote) => quote.market))
    await store.quotes.bulkPut(quotes.filter((quote, i) => quote.asOfMs >= (before[i]?.asOfMs ?? 0)))
  })
}

function listIn<Item>(answer: unknown, name: string): readonly Item[] {
  const list = (answer as Record<string, unknown> | null)?.[name]
  if (!Array.isArray(list)) throw new RequestError(`/api/v1/${name}: the answer has no list of ${name}`, null)
  return list as readonly Item[]
}
