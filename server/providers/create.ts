/** How the provider of a source is made: those that are known by name in full, every other exchange by what ccxt knows. */
import { knownExchange } from './ccxt-exchange.ts'
import { coinbase } from './coinbase.ts'
import type { Dialect } from './dialect.ts'
import { ExchangeProvider, type ExchangeOptions } from './exchange.ts'
import type { Provider } from './types.ts'
import { unifiedDialect } from './unified.ts'

/** Sources that have settings of their own. */
export const NAMED_SOURCES = ['coinbase', 'kraken', 'binance', 'bitstamp'] as const

export interface ProviderOptions extends Omit<ExchangeOptions, 'requestsPerSecond'> {
  /** null = as ccxt has it. */
  readonly requestsPerSecond: number | null
}

/** null for a source that ccxt does not know, or that has no candles. */
export async function createProvider(source: string, options: ProviderOptions): Promise<Provider | null> {
  if (source === coinbase.source)
    return new ExchangeProvider(coinbase, {
      ...options,
      requestsPerSecond: options.requestsPerSecond ?? COINBASE_REQUESTS_PER_SECOND,
    })
  const known = await knownExchange(source)
  if (!known) return null
  const dialect = unifiedDialect(source, known.intervals, known.hasTickers)
  const requestsPerSecond = options.requestsPerSecond ?? known.requestsPerSecond
  return new ExchangeProvider(dialect, { ...options, requestsPerSecond })
}

/** How an exchange is spoken to; null for a source that ccxt does not know. */
export async function dialectOf(source: string): Promise<Dialect | null> {
  if (source === coinbase.source) return coinbase
  const known = await knownExchange(source)
  return known && unifiedDialect(source, known.intervals, known.hasTickers)
}

/** As published. */
const COINBASE_REQUESTS_PER_SECOND = 10
