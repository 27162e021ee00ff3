/**
 * Exchanges through ccxt, behind one fetch hook of ours: every request of ccxt passes the limiter and the circuit, and
 * its raw text and headers are captured before anything is parsed. ccxt builds the requests, names the markets and knows
 * the words in which sources refuse; numbers pass through it as their text.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { isMarketId, parseMarketId, type MarketId } from '../../core/market.ts'
import type { Told } from '../../core/wire/told.ts'
import { plainDecimal } from '../../core/decimal/text.ts'
import { INTERVAL_MS, floorTo, type StoredInterval } from '../../core/time/interval.ts'
import { openExchange, statusOf, textNumbers } from './ccxt-exchange.ts'
import { SourceClient, type ClientOptions, type Question } from './client.ts'
import type { CcxtExchange, Dialect } from './dialect.ts'
import { PriceFeed, type FeedListener } from './feed.ts'
import { LimiterClosed } from './limiter.ts'
import { RawFilter } from './raw-filter.ts'
import { readRows } from './rows.ts'
import type { Answer } from './transport.ts'
import {
  SourceError,
  type ListedMarket,
  type Price,
  type Priority,
  type Provider,
  type ProviderHealth,
  type Reach,
  type SliceAnswer,
} from './types.ts'

export interface ExchangeOptions extends ClientOptions {
  /** null = the one that ccxt knows. */
  readonly baseUrl: string | null
  /** Address of its WebSocket; null = prices are only polled. */
  readonly feedUrl: string | null
}

/** What is read of a market of ccxt, none of it certain. */
interface CcxtMarket extends Readonly<Record<string, unknown>> {
  readonly active?: boolean
  readonly precision?: { readonly price?: unknown }
  readonly info?: { readonly display_name?: unknown }
}

/** What a call tells the hook, and what the hook tells the call. */
interface CallContext extends Question {
  /** ccxt understands numbers as text, our own readers as `LosslessNumber`. */
  readonly numbers: 'lossless' | 'text'
  answer: Answer | null
}

export class ExchangeProvider implements Provider {
  readonly source: string
  readonly foundedMs: number
  readonly intervals: readonly StoredInterval[]
  readonly reach: Reach | null
  readonly pricesAtOnce: number
  readonly #dialect: Dialect
  readonly #options: ExchangeOptions
  readonly #client: SourceClient
  readonly #raw: RawFilter
  readonly #calls = new AsyncLocalStorage<CallContext>()
  #exchange: Promise<CcxtExchange> | null = null
  #feed: PriceFeed | null = null
  #listing: Promise<unknown> | null = null

  constructor(dialect: Dialect, options: ExchangeOptions) {
    this.source = dialect.source
    this.foundedMs = dialect.foundedMs
    this.intervals = dialect.intervals
    this.reach = dialect.reach
    this.pricesAtOnce = dialect.pricesAtOnce
    this.#dialect = dialect
    this.#options = options
    this.#client = new SourceClient(dialect.source, options)
    this.#raw = new RawFilter(options.keepRaw)
  }

  async listMarkets(): Promise<readonly ListedMarket[]> {
    const exchange = await this.#open()
    // Not loadMarkets: an exchange object of ccxt remembers the rejection of its first one for ever.
    const { value } = await this.#call({ priority: 'live', numbers: 'text', subject: null }, () =>
      exchange.fetchMarkets(),
    )
    const listed = value.flatMap((market) => this.#listed(market as unknown as CcxtMarket) ?? [])
    if (listed.length === 0)
      throw new SourceError(this.source, `${this.source}: the list of markets is empty`, null, null, {
        code: 'source-empty',
        source: this.source,
      })
    if (this.#dialect.needsMarkets) exchange.setMarkets(value)
    return listed
  }

  async names(): Promise<ReadonlyMap<string, string>> {
    const { names } = this.#dialect
    if (names === null) return new Map()
    const exchange = await this.#open()
    const { value } = await this.#call({ priority: 'backfill', numbers: 'text', subject: null }, () =>
      names(exchange),
    )
    return value
  }

  async candles(
    market: MarketId,
    interval: StoredInterval,
    fromMs: number,
    toMs: number,
    priority: Priority,
  ): Promise<SliceAnswer> {
    const exchange = await this.#ready()
    const { numbers } = this.#dialect
    const lastMs = Math.min(toMs, Math.max(fromMs + 2000, this.#options.clock.now()))
    const { value, answer } = await this.#call({ priority, numbers, subject: market }, () =>
      this.#dialect.candles(exchange, this.#productId(market), interval, fromMs, lastMs),
    )
    if (!Array.isArray(value)) throw this.#client.malformed(answer, 'answered without a list of candles')
    const readAtMs = this.#client.readAt(answer)
    const checked = readRows(value, this.#dialect.rowShape, { interval, fromMs, toMs, readAtMs })
    const product = this.#dialect.needsMarkets
      ? String(exchange.market(this.#productId(market)).id)
      : this.#productId(market)
    const question = { market, interval, fromMs, toMs, readAtMs, product }
    this.#raw.candles({ ...this.#client.raw(answer), question }, priority, checked)
    const { reach } = this
    if (reach === null) return { ...checked, readAtMs }
    if ('ms' in reach) return { ...checked, readAtMs, reachMs: readAtMs - reach.ms }
    const step = INTERVAL_MS[interval]
    // The forming bar is one of them, and another one may have begun since it was asked.
    return { ...checked, readAtMs, reachMs: floorTo(interval, readAtMs) - (reach.bars - 2) * step }
  }

  async prices(markets: readonly MarketId[]): Promise<ReadonlyMap<MarketId, Price>> {
    const exchange = await this.#ready()
    const { numbers } = this.#dialect
    const subject = markets.length === 1 ? markets[0]! : null
    const products = new Map(markets.map((market) => [this.#productId(market), market]))
    const { value, answer } = await this.#call({ priority: 'live', numbers, subject }, () =>
      this.#dialect.prices(exchange, [...products.keys()]),
    )
    const nowMs = this.#options.clock.now()
    const prices = new Map<MarketId, Price>()
    for (const [product, { price, atMs }] of value) {
      const market = products.get(product)
      if (!market || price === null || !(Number(price) > 0 && Number(price) < Infinity)) continue
      prices.set(market, { price, asOfMs: Number.isNaN(atMs) ? answer.sentMs : Math.min(nowMs, atMs) })
    }
    if (prices.size === 0)
      throw this.#client.malformed(answer, `gave no price of ${markets.slice(0, 3).join(', ')}`)
    return prices
  }

  feed(listener: FeedListener): PriceFeed | null {
    const { feedUrl: url, clock, log } = this.#options
    const { feed: dialect } = this.#dialect
    if (url === null || dialect === null || this.#feed) return this.#feed
    this.#feed = new PriceFeed({ source: this.source, url, dialect, clock, log }, listener)
    return this.#feed
  }

  health(): ProviderHealth {
    return this.#client.health()
  }

  async close(): Promise<void> {
    this.#feed?.close()
    this.#client.close()
    await this.#exchange?.catch(() => {}) // A failed import was told to whoever asked.
  }

  /** The exchange object, with its list of markets where it needs that first. */
  async #ready(): Promise<CcxtExchange> {
    const exchange = await this.#open()
    if (this.#dialect.needsMarkets && !exchange.markets) {
      this.#listing ??= this.listMarkets().finally(() => (this.#listing = null))
      await this.#listing
    }
    return exchange
  }

  #open(): Promise<CcxtExchange> {
    this.#exchange ??= openExchange(this.#dialect, this.#options.baseUrl, (url) => this.#hook(url))
    this.#exchange.catch(() => (this.#exchange = null))
    return this.#exchange
  }

  /** Runs calls of ccxt and gives their result with the last raw answer beneath it. */
  async #call<T>(
    question: Omit<CallContext, 'answer'>,
    run: () => Promise<T>,
  ): Promise<{ value: T; answer: Answer }> {
    const context: CallContext = { ...question, answer: null }
    const value = await this.#calls.run(context, run).catch((error: unknown) => this.#misread(error, context))
    if (!context.answer) throw new Error(`${this.source}: ccxt gave a result without asking`)
    return { value, answer: context.answer }
  }

  /** What ccxt itself says against an answer or a question: a product that it does not know, a form that has changed. */
  async #misread(error: unknown, { answer }: CallContext): Promise<never> {
    if (error instanceof SourceError || error instanceof LimiterClosed) throw error
    const status = await statusOf(error)
    const message = error instanceof Error ? error.message : String(error)
    if (answer === null && status !== null)
      throw new SourceError(
        this.source,
        message.slice(0, 300),
        status,
        null,
        this.#said(status, message),
        error,
      )
    if (answer === null) throw error
    throw this.#client.malformed(
      answer,
      `answered with something that cannot be read (${message.slice(0, 100)})`,
      error,
    )
  }

  /** Stands in for ccxt's own fetch. */
  async #hook(url: string): Promise<unknown> {
    const context = this.#calls.getStore()
    if (!context) throw new Error(`${this.source}: a request outside of a call: ${url}`)
    const seen = (answer: Answer) => (context.answer = answer)
    return this.#client.send(url, context, {}, seen, async (value, answer) => {
      const given = context.numbers === 'text' ? textNumbers(value) : value
      await this.#refuseInWords(answer, given)
      return given
    })
  }

  /** Some sources say with status 200 that they do not answer; ccxt knows their words. */
  async #refuseInWords({ url, status, text, headers }: Answer, value: unknown): Promise<void> {
    if (!this.#dialect.needsMarkets) return
    const exchange = await this.#open()
    try {
      exchange.handleErrors(status, '', url, 'GET', Object.fromEntries(headers), text, value, {}, undefined)
    } catch (error) {
      const meant = await statusOf(error)
      if (meant === null) throw error
      throw new SourceError(
        this.source,
        `${(error as Error).message.slice(0, 300)} (${url})`,
        meant,
        null,
        this.#said(meant, (error as Error).message),
        error,
      )
    }
  }

  #said(status: number, words: string): Told {
    return { code: 'source-status', source: this.source, status, words: words.slice(0, 200) }
  }

  #listed(market: CcxtMarket): ListedMarket | undefined {
    const name = this.#dialect.identify(market)
    if (!name) return undefined
    const id = `${this.source}:${name.base}-${name.quote}`
    if (!isMarketId(id)) return undefined
    const { active, precision, info } = market
    const tick = precision?.price
    return {
      id,
      ...name,
      name: typeof info?.display_name === 'string' ? info.display_name : `${name.base}/${name.quote}`,
      tick: tick === undefined || tick === null ? null : plainDecimal(String(tick)),
      active: active !== false,
    }
  }

  #productId(market: MarketId): string {
    const { base, quote } = parseMarketId(market)
    return this.#dialect.productId(base, quote)
  }
}
