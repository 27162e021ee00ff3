/** What is left where the browser keeps nothing: the newest prices, while the server can be reached. */
import { parseMarketId } from '../../../core/market.ts'
import { askPrices } from '../sync/prices.ts'
import { clock } from './clock.ts'
import type { State } from './state.svelte.ts'

const PAUSE_MS = 30_000

export async function showPricesOnly(state: State, why: string, update: () => void): Promise<void> {
  state.setConnection({ trouble: why, notInstallable: why, storageDenied: true })
  const look = async (): Promise<void> => {
    try {
      const quotes = await askPrices({
        fetch: async (url, init) => {
          const response = await fetch(url, init)
          clock.hear(response)
          return response
        },
        signal: new AbortController().signal,
      })
      state.setMarkets(
        quotes.map(({ market, price, asOfMs, change24h, sparkline }) => {
          const { id, source, base, quote } = parseMarketId(market)
          const facts = {
            id,
            source,
            base,
            quote,
            name: base,
            tick: null,
            status: 'live' as const,
            sigma: null,
          }
          return { ...facts, price, priceAsOfMs: asOfMs, change24h, sparkline }
        }),
      )
      state.setConnection({ online: true, connecting: false, lastSuccessMs: clock.now() })
    } catch {
      state.setConnection({ online: false, connecting: false })
    }
  }
  await look()
  setInterval(() => void look(), PAUSE_MS)
  state.bind({
    setPacks: () => Promise.reject(new Error(why)),
    packCosts: () => Promise.reject(new Error(why)),
    packFile: () => Promise.reject(new Error(why)),
    takePackFile: () => Promise.reject(new Error(why)),
    clearAll: () => Promise.reject(new Error(why)),
    gaps: () => Promise.resolve(null),
    askPersistence: () => Promise.resolve(false),
    syncNow: () => void look(),
    applyUpdate: update,
  })
}
