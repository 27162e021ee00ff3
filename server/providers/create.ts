/** The sources that this version asks, and how their providers are made. */
import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import { coinbase } from './coinbase.ts'
import { ExchangeProvider, type Dialect } from './exchange.ts'
import type { KeepRaw, Provider } from './types.ts'

export interface ProviderOptions {
  readonly baseUrl: string
  readonly requestsPerSecond: number
  readonly keepRaw: KeepRaw
  readonly clock: Clock
  readonly log: Logger
}

const DIALECTS: Readonly<Record<string, Dialect>> = { coinbase }

/** Names of the sources that can be asked. */
export const SOURCES: readonly string[] = Object.keys(DIALECTS)

/** @throws RangeError for a source that this version does not know */
export function createProvider(source: string, options: ProviderOptions): Provider {
  const dialect = DIALECTS[source]
  if (!dialect)
    throw new RangeError(
      `${source} is no source of this version: its markets can begin with ${SOURCES.join(', ')}`,
    )
  return new ExchangeProvider(dialect, options)
}
