/** What is particular to one exchange: how ccxt's object of it is made and asked, and what the answers look like. */
import type { Exchange } from 'ccxt'
import type { StoredInterval } from '../../core/time/interval.ts'
import type { FeedDialect } from './feed.ts'
import type { RowShape } from './rows.ts'
import type { Reach } from './types.ts'

export type CcxtExchange = InstanceType<typeof Exchange>

/** A price as an answer tells it: null and NaN for what it does not say. */
export interface ToldPrice {
  readonly price: string | null
  readonly atMs: number
}

export interface Dialect {
  readonly source: string
  /** Name of the class in ccxt. */
  readonly ccxtId: string
  readonly foundedMs: number
  readonly intervals: readonly StoredInterval[]
  /** null = the whole history. */
  readonly reach: Reach | null
  readonly rowShape: RowShape
  /** In which form ccxt gets the numbers of candles: as their text, or as `LosslessNumber` where it hands them on. */
  readonly numbers: 'lossless' | 'text'
  /** What its socket is like; null where prices are only polled. */
  readonly feed: FeedDialect | null
  /** Of how many products one request tells the price. */
  readonly pricesAtOnce: number
  /** ccxt must know the list of markets before it can ask for one. */
  readonly needsMarkets: boolean
  /** Options of ccxt's constructor, the base address in them where one is given. */
  settings(baseUrl: string | null): Readonly<Record<string, unknown>>
  /** How ccxt names the product of an identifier. */
  productId(base: string, quote: string): string
  /** The identifier's parts of a market of ccxt; null where it is none that is followed (a future, an auction). */
  identify(
    market: Readonly<Record<string, unknown>>,
  ): { readonly base: string; readonly quote: string } | null
  candles(
    exchange: CcxtExchange,
    product: string,
    interval: StoredInterval,
    fromMs: number,
    toMs: number,
  ): Promise<unknown>
  /** Full names of currencies; null where the source does not tell them. */
  readonly names: ((exchange: CcxtExchange) => Promise<ReadonlyMap<string, string>>) | null
  /** By product; what the answer does not speak of is left out. */
  prices(exchange: CcxtExchange, products: readonly string[]): Promise<ReadonlyMap<string, ToldPrice>>
}
