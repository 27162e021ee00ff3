/** How reading stands over all processes: what each lease's holder told at its last renewal, put together. */
import type { BackfillProgress } from '../../core/wire/api.ts'
import { isoSeconds } from '../../core/time/iso.ts'
import type { IngestStatus, UnknownMarket } from '../ingest/types.ts'
import { UPKEEP } from './leases.ts'
import type { KnownLease, Member } from './members.ts'

type Standing = Pick<IngestStatus, 'sources' | 'feeds' | 'paces'>
type Details = Pick<IngestStatus, 'markets' | 'unknown' | 'backfill'>

export function standingText({ sources, feeds, paces }: IngestStatus): string {
  return JSON.stringify({ sources, feeds, paces } satisfies Standing)
}

/** @param unknown markets of which this process knows that they have no source */
export function detailsText(
  { markets, unknown, backfill }: IngestStatus,
  alsoUnknown: readonly UnknownMarket[],
): string {
  return JSON.stringify({ markets, unknown: [...unknown, ...alsoUnknown], backfill } satisfies Details)
}

/** @param progress what the archive itself knows, for series of which nobody has told */
export function standingOf(
  leases: readonly KnownLease[],
  members: readonly Member[],
  progress: readonly BackfillProgress[],
  nowMs: number,
): IngestStatus {
  // Written by a program of this very schema; other versions are kept out.
  const standings = leases.flatMap((lease) =>
    lease.standing === null ? [] : [silenced(lease, nowMs, JSON.parse(lease.standing) as Standing)],
  )
  const details = leases.flatMap((lease) =>
    lease.details === null ? [] : [JSON.parse(lease.details) as Details],
  )
  const tolds = new Map(details.flatMap(({ backfill }) => backfill).map((one) => [nameOf(one), one]))
  const place = new Map(members.map(({ id, place }) => [id, place]))
  return {
    sources: standings.flatMap(({ sources }) => sources),
    feeds: standings.flatMap(({ feeds }) => feeds),
    paces: standings.flatMap(({ paces }) => paces),
    markets: details.flatMap(({ markets }) => markets),
    unknown: details.flatMap(({ unknown }) => unknown),
    backfill: progress.map((one) => tolds.get(nameOf(one)) ?? one),
    processes: members.map(({ role, version, place, startedMs, silentMs }) => ({
      role,
      version,
      place,
      startedMs,
      seenMs: nowMs - silentMs,
    })),
    leases: leases.map(({ name, holder, heldMs, renewedMsAgo, leftMs }) => ({
      what: name === UPKEEP ? 'sealing and retention' : name,
      holder: leftMs > 0 ? (place.get(holder) ?? null) : null,
      takenMs: nowMs - heldMs,
      renewedMs: nowMs - renewedMsAgo,
    })),
  }
}

const nameOf = ({ market, interval }: BackfillProgress) => `${market} ${interval}`

/** A source that nobody reads any more is told as such, with what was known of it last. */
function silenced(
  { name, leftMs, renewedMsAgo }: KnownLease,
  nowMs: number,
  { sources, feeds, paces }: Standing,
): Standing {
  if (leftMs > 0) return { sources, feeds, paces }
  const lastError = `no process has read ${name} since ${isoSeconds(nowMs - renewedMsAgo)}: one with ROLE=ingest (or all) goes on at once`
  const lastTold = { code: 'source-unread', source: name } as const
  return {
    feeds: feeds.map((feed) => ({ ...feed, isOpen: false })),
    sources: sources.map((source) => ({ ...source, available: 0, pending: 0, lastError, lastTold })),
    paces,
  }
}
