/** The sources that this version asks, and how their providers are made. */
import { coinbase } from './coinbase.ts'
import { ExchangeProvider, type Dialect, type ExchangeOptions } from './exchange.ts'
import type { Provider } from './types.ts'

const DIALECTS: Readonly<Record<string, Dialect>> = { coinbase }

/** @throws RangeError for a source that this version does not know */
export function createProvider(source: string, options: ExchangeOptions): Provider {
  const dialect = DIALECTS[source]
  if (!dialect)
    throw new RangeError(
      `${source} is no source of this version: its markets can begin with ${Object.keys(DIALECTS).join(', ')}`,
    )
  return new ExchangeProvider(dialect, options)
}
