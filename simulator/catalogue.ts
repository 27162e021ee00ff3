/**
 * The simulated exchange's listing: assets with their character, products with their rules.
 * Invented numbers at the size of the real ones of 2024 to 2026; no recorded price is in here.
 */

/** What a coin is like, whatever it is quoted in. */
export interface Asset {
  readonly name: string
  /** US dollars around which the price wanders for years. */
  readonly usd: number
  /** Typical volatility, a fraction per year. */
  readonly sigmaYear: number
  /** How much of its noise is the whole market's, 0 to 1. */
  readonly shared: number
}

/** One product of the exchange. */
export interface Product {
  /** `BTC-USD`. */
  readonly id: string
  readonly base: string
  readonly quote: string
  /** Decimals of the price tick and of the smallest amount. */
  readonly priceDecimals: number
  readonly amountDecimals: number
  /** Nothing was traded before. */
  readonly listedMs: number
  /** Trades of an ordinary minute; minutes without any have no candle. */
  readonly tradesPerMinute: number
  /** Turnover of an ordinary minute, in the quote currency. */
  readonly turnoverPerMinute: number
  /** Spans [from, to) in which trading was halted. */
  readonly halts: readonly (readonly [number, number])[]
}

export const ASSETS: Readonly<Record<string, Asset>> = {
  BTC: { name: 'Bitcoin', usd: 68_000, sigmaYear: 0.5, shared: 0.93 },
  ETH: { name: 'Ethereum', usd: 2_900, sigmaYear: 0.65, shared: 0.85 },
  SOL: { name: 'Solana', usd: 150, sigmaYear: 0.85, shared: 0.75 },
  XRP: { name: 'XRP', usd: 1.4, sigmaYear: 0.8, shared: 0.65 },
  DOGE: { name: 'Dogecoin', usd: 0.19, sigmaYear: 0.95, shared: 0.65 },
  ADA: { name: 'Cardano', usd: 0.62, sigmaYear: 0.85, shared: 0.75 },
  LINK: { name: 'Chainlink', usd: 15.5, sigmaYear: 0.85, shared: 0.75 },
  LTC: { name: 'Litecoin', usd: 92, sigmaYear: 0.7, shared: 0.7 },
  SHIB: { name: 'Shiba Inu', usd: 0.0000129, sigmaYear: 1.0, shared: 0.65 },
  PEPE: { name: 'Pepe', usd: 0.0000094, sigmaYear: 1.2, shared: 0.6 },
}

/** US dollars for one unit of a quote currency, around which it wanders. */
export const QUOTE_USD: Readonly<Record<string, number>> = { USD: 1, EUR: 1.1 }

const QUOTE_NAMES: Readonly<Record<string, string>> = { USD: 'United States Dollar', EUR: 'Euro' }

export const PRODUCTS: readonly Product[] = [
  product('BTC-USD', 2, 8, '2020-01-01', 220, 260_000),
  product('ETH-USD', 2, 8, '2020-01-01', 160, 150_000),
  product('SOL-USD', 2, 8, '2021-06-17T16:00', 60, 60_000),
  product('XRP-USD', 4, 6, '2020-01-01', 45, 50_000, [['2024-05-06T14:00', '2024-10-21T16:00']]),
  product('DOGE-USD', 5, 1, '2021-06-03T16:00', 30, 25_000),
  product('ADA-USD', 4, 8, '2021-03-18T16:00', 14, 12_000),
  product('LINK-USD', 3, 2, '2020-01-01', 11, 9_000),
  product('LTC-USD', 2, 8, '2020-01-01', 8, 8_000),
  product('BTC-EUR', 2, 8, '2020-01-01', 20, 14_000),
  product('ETH-EUR', 2, 8, '2020-01-01', 7, 5_000),
  product('SHIB-USD', 8, 0, '2021-09-09T16:00', 5, 5_000),
  product('PEPE-USD', 8, 0, '2024-11-13T17:00', 9, 9_000),
]

/** Spans [from, to) in which the whole exchange was down for hours. Shorter outages come by chance. */
export const OUTAGES: readonly (readonly [number, number])[] = [
  [utc('2021-05-19T12:40'), utc('2021-05-19T16:55')],
  [utc('2022-11-08T18:10'), utc('2022-11-08T20:25')],
  [utc('2023-03-04T03:00'), utc('2023-03-04T08:30')],
]

/** Name of a coin or currency; its symbol when it has none here. */
export function currencyName(symbol: string): string {
  return ASSETS[symbol]?.name ?? QUOTE_NAMES[symbol] ?? symbol
}

function product(
  id: string,
  priceDecimals: number,
  amountDecimals: number,
  listed: string,
  tradesPerMinute: number,
  turnoverPerMinute: number,
  halts: readonly (readonly [string, string])[] = [],
): Product {
  const [base = '', quote = ''] = id.split('-')
  return {
    id,
    base,
    quote,
    priceDecimals,
    amountDecimals,
    listedMs: utc(listed),
    tradesPerMinute,
    turnoverPerMinute,
    halts: halts.map(([from, to]) => [utc(from), utc(to)] as const),
  }
}

function utc(text: string): number {
  return Date.parse(text.includes('T') ? `${text}:00Z` : `${text}T00:00:00Z`)
}
