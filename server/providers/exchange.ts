/**
 * Exchanges through ccxt, behind one fetch hook of ours: every request of ccxt passes the limiter and the circuit, and
 * its raw text and headers are captured before anything is parsed. ccxt builds the requests and names the markets;
 * the numbers of candles never pass through it.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Logger } from 'pino'
import { isLosslessNumber } from 'lossless-json'
import { isMarketId, parseMarketId, type MarketId } from '../../core/market.ts'
import { plainDecimal } from '../../core/decimal/text.ts'
import type { StoredInterval } from '../../core/time/interval.ts'
import type { Clock } from '../clock.ts'
import { Circuit } from './circuit.ts'
import { PriceFeed, type FeedDialect, type FeedListener } from './feed.ts'
import { Limiter, LimiterClosed } from './limiter.ts'
import { RawFilter } from './raw-filter.ts'
import { readRows, type RowShape } from './rows.ts'
import { tellingSent } from './sent.ts'
import { isJson, readJson, request, type Answer } from './transport.ts'
import {
  SourceError,
  type KeepRaw,
  type LastAnswer,
  type ListedMarket,
  type Priority,
  type Provider,
  type ProviderHealth,
  type RequestOutcome,
  type SliceAnswer,
} from './types.ts'

/** A method of ccxt that sends one request and gives what our hook made of the answer. */
type ImplicitCall = (parameters: Record<string, string | number>) => Promise<unknown>
type ImplicitCalls = Readonly<Record<string, ImplicitCall>>

/** What is particular to one exchange. */
export interface Dialect {
  readonly source: string
  /** Name of the class in ccxt. */
  readonly ccxtId: 'coinbaseexchange'
  readonly foundedMs: number
  readonly intervals: readonly StoredInterval[]
  readonly rowShape: RowShape
  readonly feed: FeedDialect
  productId(base: string, quote: string): string
  candles(
    exchange: ImplicitCalls,
    id: string,
    interval: StoredInterval,
    fromMs: number,
    toMs: number,
  ): Promise<unknown>
  names(exchange: ImplicitCalls): Promise<ReadonlyMap<string, string>>
  /** null and NaN for what the answer does not say. */
  price(exchange: ImplicitCalls, id: string): Promise<{ price: string | null; atMs: number }>
}

export interface ExchangeOptions {
  readonly baseUrl: string
  /** Address of its WebSocket; null = prices are only polled. */
  readonly feedUrl: string | null
  readonly requestsPerSecond: number
  readonly keepRaw: KeepRaw
  readonly clock: Clock
  readonly log: Logger
  /** Tests only; 10 s. */
  readonly deadlineMs?: number
  readonly random?: () => number
}

/** What a call tells the hook, and what the hook tells the call. */
interface CallContext {
  readonly priority: Priority
  /** ccxt understands numbers as text, our own readers as `LosslessNumber`. */
  readonly numbers: 'lossless' | 'text'
  /** The product that is asked about; null for all. */
  readonly subject: MarketId | null
  answer: Answer | null
}

const CONCURRENCY = 16
const HEADERS = { accept: 'application/json', 'user-agent': 'crypto-tracker' }
/** A Date header that differs by more is no clock to trust: a simulation, or a proxy's invention. */
const TRUSTED_CLOCK_DIFFERENCE_MS = 86_400_000

export class ExchangeProvider implements Provider {
  readonly source: string
  readonly foundedMs: number
  readonly intervals: readonly StoredInterval[]
  readonly #dialect: Dialect
  readonly #options: ExchangeOptions
  readonly #limiter: Limiter
  readonly #circuit: Circuit
  readonly #raw: RawFilter
  readonly #calls = new AsyncLocalStorage<CallContext>()
  readonly #requests: Record<RequestOutcome, number>
  #lastAnswer: LastAnswer | null = null
  #exchange: ReturnType<typeof openExchange> | null = null
  #feed: PriceFeed | null = null
  #isTheirClockTrusted = false

  constructor(dialect: Dialect, options: ExchangeOptions) {
    this.source = dialect.source
    this.foundedMs = dialect.foundedMs
    this.intervals = dialect.intervals
    this.#dialect = dialect
    this.#options = options
    this.#limiter = new Limiter({
      requestsPerSecond: options.requestsPerSecond,
      concurrency: CONCURRENCY,
    })
    this.#circuit = new Circuit(this.#limiter, options.random ?? Math.random)
    this.#raw = new RawFilter(options.keepRaw)
    this.#requests = { answered: 0, refused: 0, 'too-many': 0, failed: 0, unreachable: 0 }
  }

  async listMarkets(): Promise<readonly ListedMarket[]> {
    const exchange = await this.#open()
    // Not loadMarkets: an exchange object of ccxt remembers the rejection of its first one for ever.
    const { value } = await this.#call({ priority: 'live', numbers: 'text', subject: null }, () =>
      exchange.fetchMarkets(),
    )
    const listed = value.flatMap((market) => listedMarket(this.source, market) ?? [])
    if (listed.length === 0)
      throw new SourceError(this.source, `${this.source}: the list of markets is empty`, null, null)
    return listed
  }

  async names(): Promise<ReadonlyMap<string, string>> {
    const implicit = (await this.#open()) as unknown as ImplicitCalls
    const { value } = await this.#call({ priority: 'backfill', numbers: 'text', subject: null }, () =>
      this.#dialect.names(implicit),
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
    const implicit = (await this.#open()) as unknown as ImplicitCalls
    const lastMs = Math.min(toMs, Math.max(fromMs + 2000, this.#options.clock.now()))
    const { value, answer } = await this.#call({ priority, numbers: 'lossless', subject: market }, () =>
      this.#dialect.candles(implicit, this.#productId(market), interval, fromMs, lastMs),
    )
    if (!Array.isArray(value)) throw this.#malformed(answer, 'answered without a list of candles')
    const readAtMs = this.#readAt(answer)
    const checked = readRows(value, this.#dialect.rowShape, { interval, fromMs, toMs, readAtMs })
    this.#raw.candles(this.#rawAnswer(answer), priority, `${market} ${interval} ${fromMs}`, checked)
    return { ...checked, readAtMs }
  }

  async price(market: MarketId): Promise<{ price: string; asOfMs: number }> {
    const implicit = (await this.#open()) as unknown as ImplicitCalls
    const { value, answer } = await this.#call(
      { priority: 'live', numbers: 'lossless', subject: market },
      () => this.#dialect.price(implicit, this.#productId(market)),
    )
    if (value.price === null || !(Number(value.price) > 0))
      throw this.#malformed(answer, `gave no price of ${market}`)
    const nowMs = this.#options.clock.now()
    return {
      price: value.price,
      asOfMs: Number.isNaN(value.atMs) ? answer.sentMs : Math.min(nowMs, value.atMs),
    }
  }

  feed(listener: FeedListener): PriceFeed | null {
    const { feedUrl: url, clock, log } = this.#options
    if (url === null || this.#feed) return this.#feed
    const productId = (market: MarketId) => this.#productId(market)
    this.#feed = new PriceFeed(
      { source: this.source, url, dialect: this.#dialect.feed, productId, clock, log },
      listener,
    )
    return this.#feed
  }

  health(): ProviderHealth {
    const pauseMs = this.#limiter.pauseLeftMs()
    return {
      source: this.source,
      requestsPerSecond: this.#limiter.requestsPerSecond,
      available: this.#limiter.available(),
      pending: this.#limiter.pending(),
      failures: this.#circuit.failures,
      requests: { ...this.#requests },
      lastError: this.#circuit.lastError,
      lastAnswer: this.#lastAnswer,
      nextTryMs: pauseMs > 0 ? Math.ceil(this.#options.clock.now() + pauseMs) : null,
    }
  }

  async close(): Promise<void> {
    this.#feed?.close()
    this.#limiter.close()
    await this.#exchange?.catch(() => {}) // A failed import was told to whoever asked.
  }

  #open(): ReturnType<typeof openExchange> {
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
    try {
      const value = await this.#calls.run(context, run)
      if (!context.answer) throw new Error(`${this.source}: ccxt gave a result without asking`)
      return { value, answer: context.answer }
    } catch (error) {
      if (error instanceof SourceError || error instanceof LimiterClosed || !context.answer) throw error
      // JSON of another shape than ccxt takes for granted.
      throw this.#malformed(context.answer, 'answered with something that cannot be read', error)
    }
  }

  /** Stands in for ccxt's own fetch. */
  async #hook(url: string): Promise<unknown> {
    const context = this.#calls.getStore()
    if (!context) throw new Error(`${this.source}: a request outside of a call: ${url}`)
    return this.#limiter.run(context.priority, async (sent) => {
      const begun = this.#circuit.begin()
      try {
        const startedMs = performance.now()
        const answer = await tellingSent(sent, () => request(this.source, url, HEADERS, this.#options))
        this.#lastAnswer = lastAnswerOf(answer, performance.now() - startedMs)
        context.answer = answer
        const value = readJson(this.source, answer, this.#options.clock.now())
        this.#circuit.succeeded()
        this.#requests.answered++
        return context.numbers === 'text' ? textNumbers(value) : value
      } catch (error) {
        if (error instanceof SourceError) this.#failed(begun, error, context)
        throw error
      }
    })
  }

  #failed(begun: number, error: SourceError, { answer, subject }: CallContext): void {
    if (answer) this.#options.keepRaw(this.#rawAnswer(answer))
    this.#options.log.debug({ err: error }, 'a request failed')
    const { message, status, retryAtMs } = error
    this.#requests[outcomeOf(status)]++
    if (status !== null && isOnlyRefusal(status)) return this.#circuit.succeeded()
    const isAnswered =
      status !== null && status !== 429 && (status >= 500 || (answer !== null && isJson(answer)))
    this.#circuit.failed(begun, {
      message,
      isTooMany: isTooMany(status),
      waitMs: retryAtMs === null ? null : retryAtMs - this.#options.clock.now(),
      subject: isAnswered ? subject : null,
    })
  }

  /** By our clock, or by the source's where that one is behind. */
  #readAt(answer: Answer): number {
    const theirs = Date.parse(answer.headers.get('date') ?? '') + 1000
    const behind = answer.sentMs - theirs
    // Once the two agreed, it is ours that was set.
    this.#isTheirClockTrusted ||= Math.abs(behind) < TRUSTED_CLOCK_DIFFERENCE_MS
    return behind > 0 && this.#isTheirClockTrusted ? theirs : answer.sentMs
  }

  #malformed(answer: Answer, what: string, cause?: unknown): SourceError {
    this.#options.keepRaw(this.#rawAnswer(answer))
    return new SourceError(
      this.source,
      `${this.source}: ${what}: ${answer.text.slice(0, 100)} (${answer.url})`,
      answer.status,
      null,
      cause,
    )
  }

  #rawAnswer(answer: Answer) {
    return {
      source: this.source,
      url: answer.url,
      atMs: answer.sentMs,
      status: answer.status,
      body: answer.text,
    }
  }

  #productId(market: MarketId): string {
    const { base, quote } = parseMarketId(market)
    return this.#dialect.productId(base, quote)
  }
}

function lastAnswerOf({ status, headers, sentMs }: Answer, latencyMs: number): LastAnswer {
  const dateMs = Date.parse(headers.get('date') ?? '')
  return { status, atMs: sentMs, latencyMs, clockOffsetMs: Number.isNaN(dateMs) ? null : dateMs - sentMs }
}

function isTooMany(status: number | null): boolean {
  return status === 429 || status === 418
}

function outcomeOf(status: number | null): RequestOutcome {
  if (status === null) return 'unreachable'
  if (isTooMany(status)) return 'too-many'
  return isOnlyRefusal(status) ? 'refused' : 'failed'
}

/** "No such product" and the like are answers of a source in good health. */
function isOnlyRefusal(status: number): boolean {
  return status >= 400 && status < 500 && ![403, 408, 418, 425, 429, 451].includes(status)
}

/** An exchange object of ccxt whose requests go through the hook; imported at the first use, since it is 150 MB in memory. */
async function openExchange(dialect: Dialect, baseUrl: string, hook: (url: string) => Promise<unknown>) {
  const { default: ccxt } = await import('ccxt')
  const exchange = new ccxt[dialect.ccxtId]({
    urls: { api: { public: baseUrl, private: baseUrl } },
    enableRateLimit: false,
    number: String,
  })
  // One request less, and nothing here needs what it tells.
  exchange.has['fetchCurrencies'] = false
  exchange.fetch = hook
  return exchange
}

/** Every number as its text, as ccxt takes it. */
function textNumbers(value: unknown): unknown {
  if (isLosslessNumber(value)) return value.value
  if (Array.isArray(value)) return value.map(textNumbers)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, textNumbers(item)]))
}

/** What we keep of a market of ccxt; undefined where it has no identifier here (a future, an auction). */
function listedMarket(source: string, market: unknown): ListedMarket | undefined {
  const { baseId, quoteId, active, precision, info } = market as {
    baseId?: string
    quoteId?: string
    active?: boolean
    precision?: { price?: unknown }
    info?: { id?: unknown; display_name?: unknown }
  }
  const id = `${source}:${baseId}-${quoteId}`
  if (!baseId || !quoteId || !isMarketId(id)) return undefined
  const tick = precision?.price
  return {
    id,
    base: baseId,
    quote: quoteId,
    name: typeof info?.display_name === 'string' ? info.display_name : `${baseId}/${quoteId}`,
    tick: tick === undefined || tick === null ? null : plainDecimal(String(tick)),
    active: active !== false,
  }
}
