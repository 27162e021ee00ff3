/**
 * What the owner of a server is told and may decide: shapes of `/api/v1/owner` and `/api/v1/admin/…`, as far as the app
 * uses them. Instants are Unix milliseconds where a name ends in `Ms`, else ISO 8601 UTC.
 */
import type { MarketId } from '../market.ts'
import type { StoredInterval } from '../time/interval.ts'
import type { BackfillProgress, MarketAnswer } from './api.ts'
import type { Told } from './told.ts'

export const CIRCUITS = ['closed', 'open', 'probing'] as const

/** One source: its limit, what of it is used, and whether it answers. */
export interface SourceStatus {
  readonly source: string
  readonly requestsPerSecond: number
  /** Requests under way or waiting. */
  readonly pending: number
  /** Failures in a row that speak against the source as a whole. */
  readonly failures: number
  readonly lastError: string | null
  /** The same for devices; null where an older server does not say. */
  readonly lastTold: Told | null
  readonly lastAnswer: { readonly status: number; readonly atMs: number; readonly latencyMs: number } | null
  /** Left alone until then. */
  readonly nextTryMs: number | null
  readonly limitedUntilMs: number | null
  readonly circuit: (typeof CIRCUITS)[number]
  /** Requests within the last minute, and how many more the limit allows in one. */
  readonly quota: { readonly used: number; readonly left: number }
  readonly byPriority: Readonly<Record<string, { readonly sent: number; readonly waiting: number }>>
}

export interface SourcePace {
  readonly source: string
  readonly markets: number
  readonly pricesEverySeconds: number
  readonly minutesEverySeconds: number
}

/** How a followed market stands at its source. */
export interface FollowedMarket {
  readonly market: MarketId
  readonly live: boolean
  readonly lastError: string | null
  /** The same for devices; null where an older server does not say. */
  readonly lastTold: Told | null
  readonly heldUntilMs: number | null
}

/** A market that cannot be asked for, and which names come near. */
export interface UnknownMarket {
  readonly market: string
  readonly reason: string
  readonly nearest: readonly string[]
  readonly told: Told | null
}

export const TRACKED_STATUSES = ['live', 'ended', 'unlisted', 'imported', 'paused'] as const

export interface TrackedMarket {
  readonly id: MarketId
  readonly name: string
  readonly status: MarketAnswer['status'] | 'paused'
}

/** `GET /api/v1/admin/ingest`. What reads is not there in a server that only serves. */
export interface IngestAnswer {
  readonly revision: number
  /** Bytes. */
  readonly size: { readonly database: number; readonly chunks: number; readonly rows: number }
  readonly tracked: readonly TrackedMarket[]
  readonly sources?: readonly SourceStatus[]
  readonly paces?: readonly SourcePace[]
  readonly markets?: readonly FollowedMarket[]
  readonly unknown?: readonly UnknownMarket[]
  readonly backfill: readonly BackfillProgress[]
}

/** Why places are missing. */
export const GAP_CLASSES = [
  'outage',
  'rate-limited',
  'unread',
  'unwanted',
  'not-listed',
  'limit',
  'refused',
  'unsampled',
  'unconfirmed',
  'not-imported',
  'dropped',
] as const
export type GapClass = (typeof GAP_CLASSES)[number]

/** A stretch of missing places of one class. */
export interface GapAnswer {
  readonly market: MarketId
  readonly interval: StoredInterval
  readonly from: string
  readonly to: string
  readonly places: number
  readonly class: GapClass
  readonly why: string
}

/** `GET /api/v1/admin/gaps`. */
export interface GapsAnswer {
  /** Places by class. */
  readonly missing: Partial<Record<GapClass, number>>
  readonly gaps: readonly GapAnswer[]
  /** There are more stretches than these. */
  readonly more: boolean
}

export const REVIEWS = ['accepted', 'rejected'] as const

/** A row of `GET /api/v1/admin/quarantine`. */
export interface QuarantinedAnswer {
  readonly id: number
  /** When it came. */
  readonly at: string
  /** Start of the candle; null of a price. */
  readonly start: string | null
  readonly source: string
  readonly market: string | null
  readonly interval: string | null
  readonly reason: string
  readonly told: Told | null
  readonly raw: string
  readonly can_be_accepted: boolean
  /** What another source said, and how far the price lies above it. */
  readonly compared_with: { readonly market: string; readonly basis_points: number } | null
  readonly review: (typeof REVIEWS)[number] | null
}
