/**
 * Puts what a search found together by coin, so that nobody takes the wrong coin for a ticker. An exchange's market is of a
 * coin only where both are called by the same name and ticker, and no other coin is; one that has a ticker alone stands apart.
 */
import type { FoundMarket } from '../../../core/wire/found.ts'

/** What markets are of, as far as it is known. */
export interface Coin {
  readonly key: string
  /** null: its sources tell the ticker alone. */
  readonly name: string | null
  readonly symbol: string
  /** By market capitalisation; null where it is not known. */
  readonly rank: number | null
  readonly logo: string | null
  /** Other coins among what was found have the same ticker. */
  readonly isTickerShared: boolean
  readonly markets: readonly FoundMarket[]
}

/** The source whose identifiers name coins, not tickers. */
const LISTS_COINS = 'coingecko'

/** Currencies that most people look for; others follow by the alphabet. */
const QUOTES = ['USD', 'EUR', 'USDT', 'USDC']

/**
 * The coins that were found, the likeliest first.
 *
 * @param text  what was looked for
 * @param known names of tickers that are beyond doubt, for sources that tell none
 * @param preferred currency that the reader likes best; null = the one that most do
 */
export function coinsOf(
  found: readonly FoundMarket[],
  text: string,
  known: Readonly<Record<string, string>> = {},
  preferred: string | null = null,
): Coin[] {
  const groups = grouped(found, known)
  const tickers = Map.groupBy(groups.keys(), (key) => key.slice(0, key.indexOf('|')))
  const coins = [...groups].map(([key, markets]): Coin => {
    const listed = markets.find(({ rank }) => rank !== null)
    const { symbol } = markets[0]!
    return {
      key,
      name: markets.find(({ coin }) => coin !== null)?.coin ?? known[symbol] ?? null,
      symbol,
      rank: listed?.rank ?? null,
      logo: markets.find(({ logo }) => logo !== null)?.logo ?? null,
      isTickerShared: tickers.get(symbol.toUpperCase())!.length > 1,
      markets: [...markets].sort((a, b) => byUse(a, b, preferred)),
    }
  })
  const wanted = text.trim().toLowerCase()
  return coins.sort(
    (a, b) =>
      distance(a, wanted) - distance(b, wanted) ||
      (a.rank ?? Infinity) - (b.rank ?? Infinity) ||
      Number(a.name === null) - Number(b.name === null) ||
      (a.key < b.key ? -1 : 1),
  )
}

/** `TICKER|name|id`; without an id where no list of coins knows it. */
function grouped(
  found: readonly FoundMarket[],
  known: Readonly<Record<string, string>>,
): ReadonlyMap<string, readonly FoundMarket[]> {
  const nameOf = ({ symbol, coin }: FoundMarket) => {
    const name = coin ?? known[symbol] ?? ''
    return `${symbol.toUpperCase()}|${name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')}|`
  }
  const ids = new Map<string, Set<string>>()
  for (const market of found)
    if (market.source === LISTS_COINS)
      ids.set(nameOf(market), (ids.get(nameOf(market)) ?? new Set()).add(market.base))
  return Map.groupBy(found, (market) => {
    const name = nameOf(market)
    if (market.source === LISTS_COINS) return name + market.base
    const [id = '', another] = ids.get(name) ?? []
    return name + (another === undefined ? id : '')
  })
}

/** How far the names are from what was written; more words than a name may name a currency. */
function distance({ name, symbol }: Coin, wanted: string): number {
  const names = [symbol.toLowerCase(), name?.toLowerCase() ?? '']
  const [first = ''] = wanted.split(/[\s/]+/)
  if (names.includes(wanted) || names.includes(first)) return 0
  return names.some((one) => one.startsWith(wanted) || one.startsWith(first)) ? 1 : 2
}

/** What is still traded first, then by currency, then by source. */
function byUse(a: FoundMarket, b: FoundMarket, preferred: string | null): number {
  const quote = (market: FoundMarket) => {
    const currency = market.quote.toUpperCase()
    if (currency === preferred) return -1
    const at = QUOTES.indexOf(currency)
    return at < 0 ? QUOTES.length : at
  }
  return (
    Number(b.active) - Number(a.active) ||
    quote(a) - quote(b) ||
    a.quote.toUpperCase().localeCompare(b.quote.toUpperCase()) ||
    Number(a.rank !== null) - Number(b.rank !== null) ||
    a.source.localeCompare(b.source)
  )
}
