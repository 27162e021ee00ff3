/**
 * What lies in each table of the device's store. Bytes at rest are decoded chunks and frames of the wire format;
 * nothing sealed is stored one row a candle.
 */
import type { ChunkHash, Part } from '../../../core/chunk/chunk.ts'
import type { MarketId } from '../../../core/market.ts'
import type { StoredInterval } from '../../../core/time/interval.ts'
import type { Continues, MarketAnswer } from '../../../core/wire/api.ts'

/** The archive that this device follows, and how far. One row, `key` is always `archive`. */
export interface ArchiveRow {
  readonly key: 'archive'
  readonly archive: string
  /** Up to here the manifest of all markets is on the device. */
  readonly revision: number
  readonly sampleSeconds: number
  readonly simulated: boolean
  /** Left out by older servers, by packs, and by what an earlier version of the app stored. */
  readonly quotes?: readonly string[] | undefined
  readonly lastSuccessMs: number
  /** The server's list of markets was read since one of them changed. */
  readonly listed: boolean
}

/** A followed market; its presence here says that it is followed. */
export interface MarketRow {
  readonly market: MarketId
  /** Place in the server's list. */
  readonly order: number
  readonly source: string
  readonly base: string
  readonly quote: string
  readonly name: string
  readonly tick: string | null
  readonly status: MarketAnswer['status']
  /** Left out like `continues`. */
  readonly symbol?: string | undefined
  readonly paused?: true | undefined
  /** Left out by a market that continues none, and by what an earlier version of the app stored. */
  readonly continues?: Continues | undefined
}

/** How far a market is on the device. */
export interface PositionRow {
  readonly market: MarketId
  /** Its manifest is here from the beginning; false while a market that joined later has yet to ask for its past. */
  readonly whole: boolean
  /** Revision of the tail; 0 = not asked yet. */
  readonly tail: number
}

/** `[market, interval, period, part]` */
export type PeriodKey = [MarketId, StoredInterval, string, Part]

/** One line of the manifest, and which bytes the device holds for it. */
export interface ManifestRow {
  readonly market: MarketId
  readonly interval: StoredInterval
  readonly period: string
  readonly part: Part
  readonly fromMs: number
  readonly toMs: number
  /** The chunk that the server names; null once a longer period has taken this one's place. */
  readonly sha256: ChunkHash | null
  readonly bytes: number
  readonly size: number
  readonly rows: number
  readonly expected: number
  readonly revision: number
  /** The chunk that lies here: the one above, or an older one until that has come. */
  readonly held: ChunkHash | null
}

export interface ChunkRow {
  readonly hash: ChunkHash
  readonly bytes: Uint8Array
}

/** Everything recent of one market, interval and UTC day (1m), month (1h) or year (1d), merged into one frame. */
export interface TailRow {
  readonly market: MarketId
  readonly interval: StoredInterval
  readonly period: string
  readonly part: Part
  readonly fromMs: number
  readonly toMs: number
  readonly bytes: Uint8Array
  /** The newest revision that went in. */
  readonly revision: number
}

export interface QuoteRow {
  readonly market: MarketId
  readonly price: string
  readonly asOfMs: number
  readonly change24h: number | null
  readonly sparkline: readonly number[]
}

/** A period that somebody asked for by itself, beyond the depth of its pack. */
export interface PickedPeriod {
  readonly interval: StoredInterval
  readonly period: string
}

/** What the owner of this device asked to keep of a market, where it is not the default. */
export interface PackRow {
  readonly market: MarketId
  readonly minuteDays: number
  // Left out by what an earlier version of the app stored.
  readonly hourYears?: number
  readonly picked?: readonly PickedPeriod[]
  readonly paused?: boolean
  readonly volume?: boolean
}
