/**
 * CoinGecko through its own SDK, behind the client that every source has. It samples prices of coins across exchanges:
 * its candles are made of samples and say of how many, their volume is unknown. The SDK builds the requests; numbers are
 * read from the raw text, since it makes doubles of them.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type Coingecko from '@coingecko/coingecko-typescript'
import { isLosslessNumber } from 'lossless-json'
import { isMarketId, parseMarketId, type MarketId } from '../../core/market.ts'
import { DAY_MS, INTERVAL_MS, type StoredInterval } from '../../core/time/interval.ts'
import type { CandleRow } from '../../core/candle/row.ts'
import type { PricePoint } from '../../core/candle/sampled.ts'
import type { RefusedRow } from '../archive/types.ts'
import { SourceClient, type ClientOptions, type Question } from './client.ts'
import {
  chartSpans,
  priceOf,
  readPoints,
  rowsOfOhlc,
  rowsOfPoints,
  type ChartPoints,
  type ChartSpan,
} from './coingecko-chart.ts'
import { adviceOf, isDemoKey, obviousPlan, PLANS, type Plan, type PlanName } from './coingecko-plan.ts'
import { RawFilter } from './raw-filter.ts'
import type { Asked, CheckedRows } from './rows.ts'
import type { Answer } from './transport.ts'
import {
  type ListedMarket,
  type Price,
  type Priority,
  type Provider,
  type ProviderHealth,
  type Reach,
  type SliceAnswer,
} from './types.ts'

export interface CoinGeckoOptions extends Omit<ClientOptions, 'requestsPerSecond' | 'advice'> {
  /** null = the public service of the key's plan. */
  readonly baseUrl: string | null
  /** null = what the plan allows. */
  readonly requestsPerSecond: number | null
  readonly apiKey: string | null
  /** Currencies that are asked for whatever is followed, as `USD`. */
  readonly quotes: readonly string[]
}

/** A coin of its list. */
interface Coin {
  readonly id: string
  readonly symbol: string
  readonly name: string
}

/** What a call tells the hook, and what the hook tells the call. */
interface CallContext extends Question {
  answer: Answer | null
  value: unknown
  error: unknown
}

/** The answer of one call: its JSON with numbers as `LosslessNumber`, and as it came. */
interface Called {
  readonly value: unknown
  readonly answer: Answer
}

type Request = (sdk: Coingecko) => { asResponse(): Promise<Response> }

const SOURCE = 'coingecko'
const PATH = '/api/v3'
/** So many coins are an address of a few kilobytes, which every server on the way takes. */
const MARKETS_AT_ONCE = 250
/** The OHLC endpoint has bars of half an hour for a day and of four hours for a month; longer ones make no candle. */
const OHLC: Readonly<Partial<Record<StoredInterval, { readonly days: '1' | '30'; readonly ms: number }>>> = {
  '1h': { days: '1', ms: DAY_MS },
  '1d': { days: '30', ms: 30 * DAY_MS },
}

export class CoinGeckoProvider implements Provider {
  readonly source = SOURCE
  readonly foundedMs = Date.UTC(2013, 3)
  readonly intervals = ['1h', '1d'] as const
  readonly isSampled = true
  readonly pricesAtOnce = MARKETS_AT_ONCE
  readonly #options: CoinGeckoOptions
  readonly #client: SourceClient
  readonly #raw: RawFilter
  readonly #calls = new AsyncLocalStorage<CallContext>()
  readonly #sdks = new Map<PlanName, Promise<Coingecko>>()
  #plan: Plan | null
  #planning: Promise<Plan> | null = null
  #coins: ReadonlyMap<string, Coin> = new Map()
  /** Currencies in which it prices coins; null before it was asked. */
  #priced: ReadonlySet<unknown> | null = null

  constructor(options: CoinGeckoOptions) {
    this.#options = options
    const obvious = obviousPlan(options.apiKey, options.baseUrl)
    this.#plan = obvious && PLANS[obvious]
    this.#client = new SourceClient(SOURCE, {
      ...options,
      requestsPerSecond: options.requestsPerSecond ?? (this.#plan ?? PLANS.demo).requestsPerSecond,
      advice: ({ status }) => adviceOf(status, options.apiKey),
    })
    this.#raw = new RawFilter(options.keepRaw)
  }

  /** As far as its plan goes; nothing is called out of reach before the plan is known. */
  get reach(): Reach | null {
    return this.#plan?.reach ?? null
  }

  async listMarkets(wanted: readonly MarketId[]): Promise<readonly ListedMarket[]> {
    const question: Question = { priority: 'live', subject: null }
    const list = await this.#call(question, (sdk) => sdk.coins.list.get({}))
    const coins = coinsOf(list.value)
    if (coins.length === 0) throw this.#client.malformed(list.answer, 'gave no list of coins')
    const priced = await this.#readPriced(question)
    this.#coins = new Map(coins.map((coin) => [coin.id, coin]))
    const own = this.#ownQuotes(priced)
    const listed = coins.flatMap((coin) => own.flatMap((quote) => listedMarket(coin, quote) ?? []))
    const ids = new Set(listed.map(({ id }) => id))
    const others = wanted.filter((id) => !ids.has(id)).map(parseMarketId)
    return [
      ...listed,
      ...others.flatMap(({ base, quote }) => {
        const coin = this.#coins.get(base)
        return (coin && priced.has(quote) && listedMarket(coin, quote)) || []
      }),
    ]
  }

  async names(): Promise<ReadonlyMap<string, string>> {
    return new Map([...this.#coins].map(([id, { name }]) => [id, name]))
  }

  async search(text: string): Promise<readonly ListedMarket[]> {
    const question: Question = { priority: 'live', subject: null }
    const own = this.#ownQuotes(this.#priced ?? (await this.#readPriced(question)))
    const { value, answer } = await this.#call(question, (sdk) => sdk.search.get({ query: text }))
    const { coins } = (value ?? {}) as { coins?: unknown }
    if (!Array.isArray(coins)) throw this.#client.malformed(answer, 'found no list of coins')
    return coins.flatMap((found: unknown) => {
      const [coin] = coinsOf([found])
      const { market_cap_rank: told, large: logo } = (found ?? {}) as {
        market_cap_rank?: unknown
        large?: unknown
      }
      const rank = isLosslessNumber(told) ? Number(told.value) : null
      const more = { rank, ...(typeof logo === 'string' && { logo }) }
      return coin ? own.flatMap((quote) => listedMarket(coin, quote, more) ?? []) : []
    })
  }

  async logos(coins: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const { value } = await this.#call({ priority: 'backfill', subject: null }, (sdk) =>
      sdk.coins.markets.get({ vs_currency: 'usd', ids: coins.join(','), per_page: MARKETS_AT_ONCE }),
    )
    const list = Array.isArray(value) ? (value as { id?: unknown; image?: unknown }[]) : []
    return new Map(
      list.flatMap(({ id, image }) =>
        typeof id === 'string' && typeof image === 'string' ? [[id, image] as const] : [],
      ),
    )
  }

  async candles(
    market: MarketId,
    interval: StoredInterval,
    fromMs: number,
    toMs: number,
    priority: Priority,
  ): Promise<SliceAnswer> {
    const question: Question = { priority, subject: market }
    const { reach } = await this.#planned()
    const nowMs = this.#options.clock.now()
    const step = INTERVAL_MS[interval]
    // A bucket that the plan cuts would be made of a part of its points.
    const oldestMs = reach && 'ms' in reach ? Math.ceil((nowMs - reach.ms) / step) * step : 0
    const asked = { interval, fromMs: Math.max(fromMs, oldestMs), toMs, readAtMs: nowMs }
    const points = new Map<string, PricePoint>()
    const refused: RefusedRow[] = []
    let isAstray = false
    for (const span of chartSpans(asked.fromMs, toMs, nowMs)) {
      const { chart, checked, readAtMs } = await this.#chart(market, interval, span, question)
      asked.readAtMs = Math.min(asked.readAtMs, readAtMs)
      // Where two spans meet, both answers have the point.
      for (const point of chart.points) points.set(`${point.atMs} ${point.price}`, point)
      refused.push(...checked.refused)
      isAstray ||= checked.isAstray
    }
    const { rows } = rowsOfPoints({ points: [...points.values()], refused: [] }, asked)
    const lacking = await this.#lacking(market, asked, rows, question)
    return {
      rows: [...rows, ...lacking].sort((a, b) => a.startMs - b.startMs),
      refused,
      isAstray,
      ...(oldestMs > 0 && { reachMs: oldestMs }),
      readAtMs: asked.readAtMs,
      sampled: 'there',
    }
  }

  async prices(markets: readonly MarketId[]): Promise<ReadonlyMap<MarketId, Price>> {
    const names = markets.map(parseMarketId)
    const coins = [...new Set(names.map(({ base }) => base))]
    const quotes = [...new Set([...this.#quotes(), ...names.map(({ quote }) => quote)])]
    const subject = markets.length === 1 ? markets[0]! : null
    const { value, answer } = await this.#call({ priority: 'live', subject }, (sdk) =>
      sdk.simple.price.get({
        ids: coins.join(','),
        vs_currencies: quotes.join(','),
        include_last_updated_at: true,
        precision: 'full',
      }),
    )
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw this.#client.malformed(answer, 'answered without prices')
    const told = value as Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>
    const prices = new Map<MarketId, Price>()
    for (const { id, base, quote } of names) {
      // What it does not know it leaves out, and a coin that was renamed is there without any price.
      const price = priceOf(told[base]?.[quote])
      const updated = told[base]?.['last_updated_at']
      if (price === null) continue
      const atMs = isLosslessNumber(updated) ? Number(updated.value) * 1000 : answer.sentMs
      prices.set(id, { price, asOfMs: Math.min(this.#options.clock.now(), atMs) })
    }
    return prices
  }

  feed(): null {
    return null
  }

  health(): ProviderHealth {
    return this.#client.health()
  }

  async close(): Promise<void> {
    this.#client.close()
  }

  async #chart(
    market: MarketId,
    interval: StoredInterval,
    { fromMs, toMs }: ChartSpan,
    question: Question,
  ): Promise<{ chart: ChartPoints; checked: CheckedRows; readAtMs: number }> {
    const { base, quote } = parseMarketId(market)
    const { value, answer } = await this.#call(question, (sdk) =>
      sdk.coins.marketChart.getRange(base, {
        vs_currency: quote,
        from: String(fromMs / 1000),
        to: String(Math.ceil(toMs / 1000)),
        precision: 'full',
      }),
    )
    const chart = readPoints(value, interval)
    if (!chart) throw this.#client.malformed(answer, 'answered without a list of prices')
    const readAtMs = this.#client.readAt(answer)
    const checked = rowsOfPoints(chart, { interval, fromMs, toMs, readAtMs })
    const raw = { market, interval, fromMs, toMs, readAtMs, product: base }
    this.#raw.candles({ ...this.#client.raw(answer), question: raw }, question.priority, checked)
    return { chart, checked, readAtMs }
  }

  /** Newest places for which the chart has no point, out of the bars that CoinGecko makes itself. */
  async #lacking(
    market: MarketId,
    asked: Asked,
    rows: readonly CandleRow[],
    question: Question,
  ): Promise<CandleRow[]> {
    const { interval, fromMs, toMs, readAtMs } = asked
    const bars = OHLC[interval]
    if (!bars || rows.length === 0) return []
    const known = new Set(rows.map(({ startMs }) => startMs))
    const step = INTERVAL_MS[interval]
    const first = Math.max(fromMs, Math.ceil((readAtMs - bars.ms) / step) * step, rows[0]!.startMs)
    const end = Math.min(toMs, Math.floor(readAtMs / step) * step)
    let isLacking = false
    for (let start = first; start < end; start += step) isLacking ||= !known.has(start)
    if (!isLacking) return []
    const { base, quote } = parseMarketId(market)
    const { value, answer } = await this.#call(question, (sdk) =>
      sdk.coins.ohlc.get(base, { vs_currency: quote, days: bars.days, precision: 'full' }),
    )
    const found = rowsOfOhlc(value, asked).filter(({ startMs }) => !known.has(startMs))
    if (found.length > 0) this.#options.keepRaw(this.#client.raw(answer))
    return found
  }

  /** The plan, found out by one question where the key alone does not tell it. */
  async #planned(): Promise<Plan> {
    if (this.#plan) return this.#plan
    this.#planning ??= this.#findPlan().finally(() => (this.#planning = null))
    return this.#planning
  }

  async #findPlan(): Promise<Plan> {
    const question: Question = { priority: 'live', subject: null }
    const context: CallContext = { ...question, answer: null, value: null, error: null }
    const plan = await this.#send(PLANS.pro, context, (sdk) => sdk.key.get()).then(
      ({ value }) => ({ ...PLANS.pro, requestsPerSecond: allowed(value) ?? PLANS.pro.requestsPerSecond }),
      (error: unknown) => {
        if (context.answer && isDemoKey(context.answer)) return PLANS.demo
        throw error
      },
    )
    this.#plan = plan
    if (this.#options.requestsPerSecond === null) this.#client.setPace(plan.requestsPerSecond)
    this.#options.log.info(
      `coingecko: the key is of the ${plan.name} plan, at most ${this.#client.health().requestsPerSecond.toFixed(2)} requests a second`,
    )
    return plan
  }

  async #call(question: Question, run: Request): Promise<Called> {
    const plan = await this.#planned()
    return this.#send(plan, { ...question, answer: null, value: null, error: null }, run)
  }

  async #send(plan: Plan, context: CallContext, run: Request): Promise<Called> {
    const sdk = await this.#sdk(plan)
    try {
      await this.#calls.run(context, () => run(sdk).asResponse())
    } catch (error) {
      // The SDK wraps what its fetch throws.
      throw context.error ?? error
    }
    if (!context.answer) throw new Error('coingecko: the SDK gave a result without asking')
    return { value: context.value, answer: context.answer }
  }

  #sdk(plan: Plan): Promise<Coingecko> {
    const known = this.#sdks.get(plan.name) ?? this.#openSdk(plan)
    this.#sdks.set(plan.name, known)
    known.catch(() => this.#sdks.delete(plan.name))
    return known
  }

  async #openSdk(plan: Plan): Promise<Coingecko> {
    const { default: Sdk } = await import('@coingecko/coingecko-typescript')
    const { apiKey, baseUrl } = this.#options
    const host = baseUrl ?? plan.host
    return new Sdk({
      baseURL: host.endsWith(PATH) ? host : `${host}${PATH}`,
      proAPIKey: plan.name === 'pro' ? apiKey : null,
      demoAPIKey: plan.name === 'demo' ? apiKey : null,
      // "No key" has to be said, or it refuses to ask.
      defaultHeaders: plan.name === 'keyless' ? { 'x-cg-pro-api-key': null, 'x-cg-demo-api-key': null } : {},
      // Retries, deadlines and words are those of our own client.
      maxRetries: 0,
      timeout: DAY_MS,
      logLevel: 'off',
      fetch: (url, init) => this.#hook(String(url), new Headers(init?.headers)),
    })
  }

  /** Stands in for the SDK's own fetch; of its headers only the key is sent. */
  async #hook(url: string, given: Headers): Promise<Response> {
    const context = this.#calls.getStore()
    if (!context) throw new Error(`coingecko: a request outside of a call: ${url}`)
    const headers = Object.fromEntries([...given].filter(([name]) => name.startsWith('x-cg-')))
    const seen = (answer: Answer) => (context.answer = answer)
    try {
      context.value = await this.#client.send(url, context, headers, seen, (value) => value)
      return new Response(null, { status: 204 })
    } catch (error) {
      context.error = error
      throw error
    }
  }

  async #readPriced(question: Question): Promise<ReadonlySet<unknown>> {
    const { value, answer } = await this.#call(question, (sdk) => sdk.simple.supportedVsCurrencies.get())
    if (!Array.isArray(value)) throw this.#client.malformed(answer, 'gave no list of currencies')
    this.#priced = new Set(value as unknown[])
    return this.#priced
  }

  #ownQuotes(priced: ReadonlySet<unknown>): string[] {
    return this.#quotes().filter((quote) => priced.has(quote))
  }

  #quotes(): string[] {
    return this.#options.quotes.map((quote) => quote.toLowerCase())
  }
}

/** Coins of a list, as far as they have what is needed. */
function coinsOf(list: unknown): Coin[] {
  return (Array.isArray(list) ? (list as unknown[]) : []).flatMap((coin) => {
    const { id, symbol, name } = (coin ?? {}) as { id?: unknown; symbol?: unknown; name?: unknown }
    return typeof id === 'string' && typeof symbol === 'string' && typeof name === 'string'
      ? { id, symbol: symbol.toUpperCase(), name: name.trim() || id }
      : []
  })
}

/** null for a coin whose name cannot be part of an identifier. */
function listedMarket(
  { id: base, symbol, name }: Coin,
  quote: string,
  more: Pick<ListedMarket, 'rank' | 'logo'> = {},
): ListedMarket | null {
  const id = `${SOURCE}:${base}-${quote}`
  if (!isMarketId(id)) return null
  return { id, base, quote, name, tick: null, active: true, symbol, ...more }
}

/** Requests a second that the key's own account is allowed. */
function allowed(value: unknown): number | null {
  const told = (value ?? {}) as Readonly<Record<string, unknown>>
  const limits = ['rate_limit_request_per_minute', 'api_key_rate_limit_request_per_minute']
    .map((name) => told[name])
    .map((limit) => (isLosslessNumber(limit) ? Number(limit.value) : NaN))
    .filter((limit) => limit > 0 && limit < 1e6)
  return limits.length === 0 ? null : Math.min(...limits) / 60
}
