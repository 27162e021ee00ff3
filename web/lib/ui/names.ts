/** Plain names for what the code abbreviates: estimators, sources, windows, bars, states of freshness. */
import { t } from '../i18n/t.ts'
import type { Interval } from '../../../core/time/interval.ts'
import type { Freshness } from '../../../core/wire/api.ts'
import type { Estimator } from '../../../core/volatility/types.ts'

export function estimatorNames(): Readonly<Record<Estimator, string>> {
  return {
    close: t('Close to close'),
    parkinson: 'Parkinson',
    'garman-klass': 'Garman-Klass',
    'rogers-satchell': 'Rogers-Satchell',
    'gk-yz': t('Garman-Klass with opening jump'),
    'yang-zhang': 'Yang-Zhang',
    ewma: t('Exponentially weighted'),
    realized: t('Realised'),
    bipower: t('Bipower'),
    'med-rv': 'MedRV',
  }
}

/** What an estimator looks at, in a sentence for the chooser. */
export function estimatorNotes(): Readonly<Record<Estimator, string>> {
  return {
    close: t('closing prices only'),
    parkinson: t('highs and lows'),
    'garman-klass': t('open, high, low, close'),
    'rogers-satchell': t('all four prices, also in a trend'),
    'gk-yz': t('all four prices and the jump from the close before'),
    'yang-zhang': t('all four prices, jumps and trends'),
    ewma: t('closing prices, the newest count most'),
    realized: t('5-minute returns of each day'),
    bipower: t('5-minute returns, without jumps'),
    'med-rv': t('5-minute returns, without jumps and standstill'),
  }
}

/** Coins as people call them, for exchanges that name only their symbols. */
export const COINS: Readonly<Record<string, string>> = {
  ADA: 'Cardano',
  AVAX: 'Avalanche',
  BCH: 'Bitcoin Cash',
  BTC: 'Bitcoin',
  DOGE: 'Dogecoin',
  DOT: 'Polkadot',
  ETH: 'Ethereum',
  LINK: 'Chainlink',
  LTC: 'Litecoin',
  PEPE: 'Pepe',
  SHIB: 'Shiba Inu',
  SOL: 'Solana',
  UNI: 'Uniswap',
  XLM: 'Stellar',
}

/** The market's name; where its source gives only the pair, the coin's. The identifier stands beside it wherever it matters. */
export function marketName({
  name,
  base,
  quote,
}: {
  readonly name: string
  readonly base: string
  readonly quote: string
}): string {
  // An imported series has its name alone.
  if (quote === '') return name || base
  // Before its source has answered, a market has its ticker for a name.
  const pair = name === '' || name === base || name.replace(/[^A-Za-z0-9]/g, '') === base + quote
  return pair ? (COINS[base] ?? base) : name
}

/** `BTC/USD`: the ticker, where the identifier holds the id of a coin, too; an imported series has its name alone. */
export function pairName({
  base,
  quote,
  symbol,
}: {
  readonly base: string
  readonly quote: string
  readonly symbol?: string | undefined
}): string {
  return quote === '' ? base : `${(symbol ?? base).toUpperCase()}/${quote.toUpperCase()}`
}

/** Where the server may have a logo of the market's coin; null where its source names no coins. */
export function logoOf({ source, base }: { readonly source: string; readonly base: string }): string | null {
  return source === 'coingecko' ? `/api/v1/logos/${base}` : null
}

const SOURCES: Readonly<Record<string, string>> = {
  coinbase: 'Coinbase',
  kraken: 'Kraken',
  binance: 'Binance',
  bitstamp: 'Bitstamp',
  coingecko: 'CoinGecko',
}

export function sourceName(source: string): string {
  if (source === 'csv') return t('Imported')
  return SOURCES[source] ?? source.charAt(0).toUpperCase() + source.slice(1)
}

/** `30 d`, `30 h`, `30 × 5m`. */
export function windowText(window: number, interval: Interval): string {
  if (interval === '1d') return t(`${window} d`)
  if (interval === '1h') return t(`${window} h`)
  return `${window} × ${interval}`
}

/** What the bars of an interval are called: `days`, `hours`, `bars of 5m`. */
export function barsName(interval: Interval): string {
  if (interval === '1d') return t('days')
  if (interval === '1h') return t('hours')
  if (interval === '1m') return t('minutes')
  return t(`bars of ${interval}`)
}

export function freshnessName(freshness: Freshness): string {
  switch (freshness) {
    case 'live':
      return t('live')
    case 'delayed':
      return t('delayed')
    case 'stale':
      return t('stale')
    case 'ended':
      return t('ended')
    case 'offline':
      return t('offline')
  }
}
