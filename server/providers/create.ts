/** How the provider of a source is made: those that are known by name in full, every other exchange by what ccxt knows. */
import { knownExchange } from './ccxt-exchange.ts'
import { coinbase } from './coinbase.ts'
import { CoinGeckoProvider } from './coingecko.ts'
import type { Dialect } from './dialect.ts'
import { ExchangeProvider, type ExchangeOptions } from './exchange.ts'
import { withRolledUp } from './rolled-up.ts'
import type { Provider } from './types.ts'
import { unifiedDialect } from './unified.ts'

/** Sources that have settings of their own. */
export const NAMED_SOURCES = ['coinbase', 'kraken', 'binance', 'bitstamp', 'coingecko'] as const

export interface ProviderOptions extends Omit<ExchangeOptions, 'requestsPerSecond'> {
  /** null = as published. */
  readonly requestsPerSecond: number | null
  /** Of a source that has keys. */
  readonly apiKey?: string | null
  /** Currencies in which a source that prices coins in dozens of them is asked. */
  readonly quotes?: readonly string[]
}

/** null for a source that ccxt does not know, or that has no candles. */
export async function createProvider(source: string, options: ProviderOptions): Promise<Provider | null> {
  if (source === coinbase.source)
    return new ExchangeProvider(coinbase, {
      ...options,
      requestsPerSecond: options.requestsPerSecond ?? COINBASE_REQUESTS_PER_SECOND,
    })
  if (source === 'coingecko')
    return new CoinGeckoProvider({
      ...options,
      apiKey: options.apiKey ?? null,
      quotes: options.quotes ?? [],
    })
  const known = await knownExchange(source)
  if (!known) return null
  const dialect = unifiedDialect(source, known.intervals, known.hasTickers)
  const requestsPerSecond = options.requestsPerSecond ?? known.requestsPerSecond
  return withRolledUp(new ExchangeProvider(dialect, { ...options, requestsPerSecond }))
}

/** How an exchange is spoken to; null for a source that ccxt does not know. */
export async function dialectOf(source: string): Promise<Dialect | null> {
  if (source === coinbase.source) return coinbase
  const known = await knownExchange(source)
  return known && unifiedDialect(source, known.intervals, known.hasTickers)
}

/** As published. */
const COINBASE_REQUESTS_PER_SECOND = 10
