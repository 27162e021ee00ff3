/**
 * A provider asks one source and gives checked rows; it knows limits and retries, nothing of the archive.
 */
import type { StoredInterval } from '../../core/time/interval.ts'
import type { MarketId } from '../../core/market.ts'
import type { Told } from '../../core/wire/told.ts'
import type { CandleRow } from '../../core/candle/row.ts'
import type { RawAnswer, RefusedRow, Sampled } from '../archive/types.ts'
import type { FeedListener, PriceFeed } from './feed.ts'
import type { Quota } from './quota.ts'

export interface ListedMarket {
  readonly id: MarketId
  readonly base: string
  readonly quote: string
  readonly name: string
  readonly tick: string | null
  readonly active: boolean
  /** The coin's ticker, where the identifier does not hold it. */
  readonly symbol?: string
  /** Its place by market capitalisation; null where it has none. */
  readonly rank?: number | null
  /** Where the source has a picture of the coin. */
  readonly logo?: string
}

/** How far back a source answers: so many of the newest bars, or so much time. */
export type Reach = { readonly bars: number } | { readonly ms: number }

export interface SliceAnswer {
  readonly rows: readonly CandleRow[]
  readonly refused: readonly RefusedRow[]
  /** Rows lay outside of what was asked: it may be the answer to another question. */
  readonly isAstray: boolean
  /** The source gives nothing that began before, so its absence says nothing; not there = it gives everything. */
  readonly reachMs?: number
  /** When it was asked, by our clock or the source's, whichever is behind: what closed later is not in it. */
  readonly readAtMs: number
  readonly sampled?: Sampled
}

/** How a request to a source ended: `refused` is a word of its own about what was asked, `failed` a fault of the source. */
export const REQUEST_OUTCOMES = ['answered', 'refused', 'too-many', 'failed', 'unreachable'] as const
export type RequestOutcome = (typeof REQUEST_OUTCOMES)[number]

/** The last answer of a source, good or not. */
export interface LastAnswer {
  readonly status: number
  readonly atMs: number
  readonly latencyMs: number
  /** The source's clock less ours; null where it did not tell the time. */
  readonly clockOffsetMs: number | null
}

/** How the source's limiter and circuit stand. */
export interface ProviderHealth {
  readonly source: string
  readonly requestsPerSecond: number
  /** Requests that may be handed in now without waiting in a queue. */
  readonly available: number
  /** Requests that are on their way or wait for their turn. */
  readonly pending: number
  /** Failures in a row that speak against the source as a whole. */
  readonly failures: number
  /** Requests since the start, by how they ended. */
  readonly requests: Readonly<Record<RequestOutcome, number>>
  readonly lastError: string | null
  readonly lastTold: Told | null
  /** null before the first one. */
  readonly lastAnswer: LastAnswer | null
  /** null while the source may be asked at once. */
  readonly nextTryMs: number | null
  /** The same, where the source has said that it takes no more requests; null otherwise. */
  readonly limitedUntilMs: number | null
  /** `open`: nothing is asked before `nextTryMs`; `probing`: one request at a time, until one is answered. */
  readonly circuit: 'closed' | 'open' | 'probing'
  readonly quota: Quota
  /** Requests that left since the start, and those that wait for their turn, by what they are for. */
  readonly byPriority: Readonly<Record<Priority, { readonly sent: number; readonly waiting: number }>>
}

export interface Price {
  readonly price: string
  readonly asOfMs: number
}

/** What a request is for; the more urgent goes first. */
export const PRIORITIES = ['live', 'settling', 'backfill'] as const
export type Priority = (typeof PRIORITIES)[number]

export interface Provider {
  readonly source: string
  /** Nothing older exists at this source. */
  readonly foundedMs: number
  readonly intervals: readonly StoredInterval[]
  /** Its candles are made of prices that it samples. */
  readonly isSampled?: boolean
  /** null = the whole history. */
  readonly reach: Reach | null
  /** Of how many markets one request tells the price. */
  readonly pricesAtOnce: number
  /**
   * Everything that can be followed. A source that prices each coin in dozens of currencies lists those that are set; of
   * others only the markets that are wanted.
   *
   * @throws SourceError
   */
  listMarkets(wanted: readonly MarketId[]): Promise<readonly ListedMarket[]>
  /** Markets by a text, for a source that is better asked than listed. @throws SourceError */
  search?(text: string): Promise<readonly ListedMarket[]>
  /** Full names of currencies by their symbols, as far as the source tells them. @throws SourceError */
  names(): Promise<ReadonlyMap<string, string>>
  /** Where pictures of its coins are, by coin. @throws SourceError */
  logos?(coins: readonly string[]): Promise<ReadonlyMap<string, string>>
  /** Candles with `fromMs` ≤ start < `toMs`, at most 300 places, closed ones only. @throws SourceError */
  candles(
    market: MarketId,
    interval: StoredInterval,
    fromMs: number,
    toMs: number,
    priority: Priority,
  ): Promise<SliceAnswer>
  /** Current prices, of at most `pricesAtOnce` markets; one that the source does not tell is left out. @throws SourceError */
  prices(markets: readonly MarketId[]): Promise<ReadonlyMap<MarketId, Price>>
  /** Opens the source's socket, which tells prices from its first `follow` on; null where there is none. */
  feed(listener: FeedListener): PriceFeed | null
  health(): ProviderHealth
  close(): Promise<void>
}

/** Takes each raw answer before it is parsed. */
export type KeepRaw = (answer: RawAnswer) => void

/** The source did not answer well; what was asked is still to be done. */
export class SourceError extends Error {
  override readonly name = 'SourceError'
  readonly source: string
  readonly status: number | null
  /** Not to be asked again before; null = as the limiter decides. */
  readonly retryAtMs: number | null
  /** What the message says, for devices. */
  readonly told: Told

  constructor(
    source: string,
    message: string,
    status: number | null,
    retryAtMs: number | null,
    told: Told,
    cause?: unknown,
  ) {
    super(message, { cause })
    this.source = source
    this.status = status
    this.retryAtMs = retryAtMs
    this.told = told
  }
}
