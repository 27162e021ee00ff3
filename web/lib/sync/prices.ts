/**
 * The list of markets and the newest prices, as the server answers them; the order of the list is the server's.
 */
import { WireError } from '../../../core/wire/error.ts'
import { readMarketsAnswer, readPricesAnswer } from '../../../core/wire/lists.ts'
import type { Store } from '../store/database.ts'
import type { QuoteRow } from '../store/records.ts'
import { askJson, RequestError } from './request.ts'
import type { SyncContext } from './context.ts'

/** Asks for the list and keeps what the manifest does not say: order, symbols. @throws RequestError */
export async function pullMarkets(context: SyncContext): Promise<void> {
  const markets = await askList(context, '/api/v1/markets', readMarketsAnswer)
  const { store } = context
  await store.transaction('rw', [store.markets, store.meta], async () => {
    for (const [order, market] of markets.entries()) {
      const { id, base, quote, name, symbol, tick, status, paused, continues } = market
      const told = { order, base, quote, name, symbol, tick, status, paused, continues }
      await store.markets.update(id, told)
    }
    await store.meta.update('archive', { listed: true })
  })
}

/** Asks for all prices. @throws RequestError */
export async function askPrices(context: Pick<SyncContext, 'fetch' | 'signal'>): Promise<QuoteRow[]> {
  const prices = await askList(context, '/api/v1/prices', readPricesAnswer)
  return prices.map((price) => ({
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

/** An answer that breaks the rules is no answer of our server: nothing of it is taken. */
async function askList<List>(
  { fetch, signal }: Pick<SyncContext, 'fetch' | 'signal'>,
  path: string,
  read: (json: unknown) => List,
): Promise<List> {
  const answer = await askJson(fetch, path, signal)
  try {
    return read(answer)
  } catch (error) {
    if (error instanceof WireError) {
      throw new RequestError({ why: 'unreadable', path, message: error.message }, error)
    }
    throw error
  }
}
