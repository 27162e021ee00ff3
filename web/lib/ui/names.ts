/** Plain names for what the code abbreviates: estimators, sources, windows, bars, states of freshness. */
import type { Interval } from '../../../core/time/interval.ts'
import type { Freshness } from '../../../core/wire/api.ts'
import type { Estimator } from '../../../core/volatility/types.ts'

export const ESTIMATOR_NAMES: Readonly<Record<Estimator, string>> = {
  close: 'Close to close',
  parkinson: 'Parkinson',
  'garman-klass': 'Garman-Klass',
  'rogers-satchell': 'Rogers-Satchell',
  'gk-yz': 'Garman-Klass with opening jump',
  'yang-zhang': 'Yang-Zhang',
}

/** What an estimator looks at, in a sentence for the chooser. */
export const ESTIMATOR_NOTES: Readonly<Record<Estimator, string>> = {
  close: 'closing prices only',
  parkinson: 'highs and lows',
  'garman-klass': 'open, high, low, close',
  'rogers-satchell': 'all four prices, also in a trend',
  'gk-yz': 'all four prices and the jump from the close before',
  'yang-zhang': 'all four prices, jumps and trends',
}

const SOURCES: Readonly<Record<string, string>> = {
  coinbase: 'Coinbase',
  kraken: 'Kraken',
  binance: 'Binance',
  bitstamp: 'Bitstamp',
  coingecko: 'CoinGecko',
  csv: 'Imported',
}

export function sourceName(source: string): string {
  return SOURCES[source] ?? source.charAt(0).toUpperCase() + source.slice(1)
}

/** `30 d`, `30 h`, `30 × 5m`. */
export function windowText(window: number, interval: Interval): string {
  if (interval === '1d') return `${window} d`
  if (interval === '1h') return `${window} h`
  return `${window} × ${interval}`
}

/** What the bars of an interval are called: `days`, `hours`, `bars of 5m`. */
export function barsName(interval: Interval): string {
  if (interval === '1d') return 'days'
  if (interval === '1h') return 'hours'
  if (interval === '1m') return 'minutes'
  return `bars of ${interval}`
}

export const FRESHNESS_NAMES: Readonly<Record<Freshness, string>> = {
  live: 'live',
  delayed: 'delayed',
  stale: 'stale',
  ended: 'ended',
  offline: 'offline',
}
