/**
 * Shapes of the JSON answers of `/api/v1`, the only thing that server and app share besides chunks and the tail.
 * Prices are shortest plain decimals, times ISO 8601 UTC, changes and σ fractions.
 */
import type { Told } from './told.ts'
import type { ChunkHash, Part } from '../chunk/chunk.ts'
import type { MarketId } from '../market.ts'
import type { Interval, StoredInterval } from '../time/interval.ts'
import type { RankingMethod } from '../volatility/ranking.ts'
import type { Mean } from '../volatility/types.ts'

/** The number of the wire format that this program speaks. */
export const WIRE_FORMAT = 1

export const SERVER_FRESHNESS = ['live', 'delayed', 'stale', 'ended'] as const
export type ServerFreshness = (typeof SERVER_FRESHNESS)[number]
/** `offline` is the device's own word. */
export type Freshness = ServerFreshness | 'offline'

export const MARKET_STATUSES = ['live', 'ended', 'unlisted', 'imported'] as const

export interface MarketAnswer {
  readonly id: MarketId
  readonly source: string
  readonly base: string
  readonly quote: string
  readonly name: string
  /** The coin's ticker, where the identifier does not hold it. */
  readonly symbol?: string
  /** Address of the coin's logo on this server, where it has one. */
  readonly logo?: string
  /** null where the source names none. */
  readonly tick: string | null
  readonly status: (typeof MARKET_STATUSES)[number]
  /** The owner has paused it; its status is then `ended`, which older apps know. */
  readonly paused?: true
  readonly freshness: ServerFreshness
  readonly first: Partial<Record<StoredInterval, string>>
  readonly last: Partial<Record<StoredInterval, string>>
  /** It was renamed. Left out by a market that continues none. */
  readonly continues?: Continues
}

/** The market whose history ends where this one's begins. */
export interface Continues {
  readonly market: MarketId
  /** The seam: start of the newer market's first candle; null while none is known. */
  readonly at: string | null
}

export interface PriceAnswer {
  readonly market: MarketId
  readonly price: string
  readonly as_of: string
  readonly freshness: ServerFreshness
  /** null where the price of 24 hours ago is not known. */
  readonly change_24h: number | null
  /** Hourly closes of the last 24 hours, the oldest first. */
  readonly sparkline: readonly string[]
}

export interface SyncMarket {
  readonly id: MarketId
  readonly tick?: string | null
  readonly name?: string
  readonly status?: MarketAnswer['status']
  readonly removed?: true
}

export interface SyncChunk {
  readonly market: MarketId
  readonly interval: StoredInterval
  readonly period: string
  readonly part: Part
  readonly sha256: ChunkHash
  readonly bytes: number
  readonly size: number
  readonly rows: number
  readonly expected: number
  readonly revision: number
  readonly removed?: true
}

/** How many slices of history the server wants to read of its sources, and how many it has read. */
export interface HistoryProgress {
  readonly wanted: number
  readonly done: number
}

export interface SyncPage {
  readonly archive: string
  readonly revision: number
  readonly more: boolean
  readonly format: number
  readonly sample_seconds: number
  /** The mark "simulated data" is shown when true. */
  readonly simulated: boolean
  /** Currencies in which this server prices coins (`QUOTES`), as it spells them. An older server leaves them out. */
  readonly quotes?: readonly string[]
  /** Of all markets together. A server that does not read, and an older one, leave it out. */
  readonly backfill?: HistoryProgress
  readonly markets: readonly SyncMarket[]
  readonly chunks: readonly SyncChunk[]
}

interface SyncReset {
  readonly archive: string
  readonly reset: true
}

export type SyncAnswer = SyncPage | SyncReset

/** All markets by their volatility, the largest first; those without a value last. */
export interface RankingAnswer {
  readonly window: string
  readonly method: RankingMethod
  /** Of the bars. */
  readonly interval: Interval
  /** Of the returns, for `close`; null for what takes no mean of them. */
  readonly mean: Mean | null
  /** Bars a year; null of levels, which are not annualised. */
  readonly annualisation: number | null
  /** The newest of all; null where no market has a candle. */
  readonly as_of: string | null
  readonly ranking: readonly RankingEntry[]
}

export interface RankingEntry {
  readonly market: MarketId
  readonly source: string
  /** A fraction per year; of levels, in the price's unit. null = not available, and then `reason` says why. */
  readonly sigma: number | null
  readonly n: number
  readonly expected: number
  readonly as_of: string | null
  readonly reason?: string
}

/** `[start, open, high, low, close, volume or null]`. */
export type CandleAnswer = readonly [string, string, string, string, string, string | null]

/** Data of the server-sent events, by event name. */
export interface LiveEvents {
  price: { readonly market: MarketId; readonly price: string; readonly as_of: string }
  candle: {
    readonly market: MarketId
    readonly interval: StoredInterval
    readonly candle: CandleAnswer
    /** Of a sampled source: how many samples it was made of. */
    readonly samples?: number
    readonly revision: number
  }
  revision: { readonly revision: number }
  /** Nothing has happened: the line is alive. */
  heartbeat: Readonly<Record<string, never>>
}

/** RFC 9457. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly errors?: readonly { readonly path: string; readonly message: string }[]
  /** The same as `detail`, for a device that speaks another language. */
  readonly told?: Told
}

/** How far the backfill of one series is; what people see as progress. */
export interface BackfillProgress extends HistoryProgress {
  readonly market: MarketId
  readonly interval: StoredInterval
}
