/**
 * What one slice needs, judged from its coverage and the clock alone. Pure; knows nothing of other slices but the
 * evidence that the next longer interval gives.
 */
import { INTERVAL_MS, MINUTE_MS, floorTo, type StoredInterval } from '../../core/time/interval.ts'
import type { CoverageSlice } from '../archive/types.ts'

/** The order of work, the most urgent first. */
export const Rank = {
  live: 0,
  settling: 1,
  days: 2,
  recent: 3,
  again: 4,
  hours: 5,
  minutes: 6,
  probe: 7,
} as const
export type RankCode = (typeof Rank)[keyof typeof Rank]

/**
 * What the next longer interval says of the span: `traded`: it has a candle there; `quiet`: it was read to the end and
 * has none; `unknown`: it is not read yet.
 */
export type Evidence = 'traded' | 'quiet' | 'unknown'

export interface SliceView {
  readonly interval: StoredInterval
  readonly fromMs: number
  readonly toMs: number
  readonly known: CoverageSlice | undefined
  readonly evidence: Evidence
  /** The source still trades it. */
  readonly live: boolean
  /** So long lies at least between two readings while it is forming; 0 where each candle can be read as it closes. */
  readonly paceMs: number
  /** How long after a close this market's turn comes, where all of them cannot be asked at once. */
  readonly turnMs: number
  /** When the slice before was read last; 0 where it never was. */
  readonly olderReadMs: number
  /** Honest readings since all of it has settled, as far as this process knows. */
  readonly settledReadings: number
  /** So many silences resolve it where no longer candle speaks against that. */
  readonly silencesToResolve: number
  /** Quiet slices that end earlier need no mark: nothing of their period is ever going to be stored. */
  readonly marksFromMs: number
  readonly settlingMs: number
  /** Slices that reach beyond this instant are read at once, whatever is known of them. */
  readonly recentMs: number
  readonly nowMs: number
}

export type Need =
  | { readonly kind: 'read'; readonly rank: RankCode; readonly dueMs: number }
  /** Nothing is to be had there. */
  | { readonly kind: 'beyond' }
  /** Nothing, until something else becomes known. */
  | { readonly kind: 'none' }

/** A candle is asked for so long after its close: the source has to make it first. */
const CLOSE_LAG_MS = 1500
const HONEST_READINGS = 3
/** Where longer candles say that something was traded, a silence is most likely a mistake of the source. */
const SOON_AGAIN_MS = 10_000
const LONGEST_WAIT_MS = 24 * 60 * MINUTE_MS
const PROBE_EVERY_MS = 24 * 60 * MINUTE_MS
const NONE: Need = { kind: 'none' }

export function judge(view: SliceView): Need {
  const { known, interval, fromMs, toMs, nowMs } = view
  const firstCloseMs = fromMs + INTERVAL_MS[interval] + CLOSE_LAG_MS
  if (nowMs < firstCloseMs) return view.live ? { kind: 'read', rank: Rank.live, dueMs: firstCloseMs } : NONE
  if (wantsReading(known, view.evidence)) return judgeUnread(view)
  const forming = toMs + CLOSE_LAG_MS > nowMs
  if (isResolved(known)) return probe(view, known)
  if (forming) return view.live ? judgeForming(view, known) : NONE
  if (known.readings === 0) return judgeSilent(view, known)
  return known.readToMs < toMs ? judgeForming(view, known) : judgeRead(view, known)
}

/**
 * Never asked for, marked as unread by somebody, or marked as beyond without having been asked for, though a longer candle
 * says by now that something was traded there.
 */
export function wantsReading(known: CoverageSlice | undefined, evidence: Evidence): known is undefined {
  if (known === undefined) return true
  if (isResolved(known)) return known.lastReadMs === 0 && evidence === 'traded'
  return known.readings === 0 && known.silences === 0
}

/** Every place has its state or its reason, for good. */
export function isResolved(known: CoverageSlice): boolean {
  return known.readToMs >= known.toMs && known.open === 0 && known.settled
}

/** Asked for, but the source has only been silent so far, be it marked as beyond since or not. */
export function isSilent(known: CoverageSlice | undefined): known is CoverageSlice {
  return known !== undefined && known.silences > 0 && known.readings <= (isResolved(known) ? 1 : 0)
}

/** Its absences below `readToMs` can be believed: reading it again would tell nothing new. */
export function isSure(known: CoverageSlice): boolean {
  return (known.readings > 0 && known.open === 0) || known.readings >= HONEST_READINGS || isResolved(known)
}

function judgeUnread(view: SliceView): Need {
  const { interval, toMs, evidence, nowMs, live, paceMs, olderReadMs, recentMs, marksFromMs } = view
  const closed = toMs + CLOSE_LAG_MS <= nowMs
  if (!closed && live && interval === '1m') {
    // Slices of all markets begin at once: each is read when its market's turn comes.
    const dueMs = paceMs > 0 && olderReadMs > 0 ? olderReadMs + paceMs : 0
    return { kind: 'read', rank: Rank.live, dueMs }
  }
  if (interval === '1d') return { kind: 'read', rank: Rank.days, dueMs: 0 }
  if (toMs > recentMs) return { kind: 'read', rank: Rank.recent, dueMs: 0 }
  if (evidence === 'quiet') return toMs > marksFromMs ? { kind: 'beyond' } : NONE
  if (evidence === 'unknown') return NONE
  return { kind: 'read', rank: interval === '1h' ? Rank.hours : Rank.minutes, dueMs: 0 }
}

/** Not read to its end yet: each candle just after its close, and once more when the newest one has settled. */
function judgeForming(view: SliceView, known: CoverageSlice): Need {
  const { interval, nowMs, settlingMs } = view
  const step = INTERVAL_MS[interval]
  const closedMs = Math.min(view.toMs, floorTo(interval, nowMs - CLOSE_LAG_MS))
  // A silent answer moves nothing forward: it is asked again soon, and at the latest after the next close.
  const readToMs = known.readings > 0 ? known.readToMs : floorTo(interval, known.lastReadMs - CLOSE_LAG_MS)
  const nextCloseMs = readToMs + step + CLOSE_LAG_MS + view.turnMs
  const pacedMs = view.paceMs === 0 ? 0 : known.lastReadMs + view.paceMs
  if (known.readings === 0) {
    const againMs = known.lastReadMs + silenceMs(known.silences, view.evidence)
    return { kind: 'read', rank: Rank.live, dueMs: Math.max(Math.min(nextCloseMs, againMs), pacedMs) }
  }
  const settledMs = readToMs + settlingMs + view.turnMs
  if (readToMs < closedMs) return { kind: 'read', rank: Rank.live, dueMs: Math.max(nextCloseMs, pacedMs) }
  // A slice of days forms for most of a year: its absences are not left open for so long.
  const againMs = known.lastReadMs + MINUTE_MS
  const isOpen = known.open > 0 && known.readings < HONEST_READINGS
  if (isOpen && againMs < Math.min(nextCloseMs, settledMs))
    return { kind: 'read', rank: Rank.again, dueMs: againMs }
  if (known.lastReadMs >= settledMs || nextCloseMs <= settledMs)
    return { kind: 'read', rank: Rank.live, dueMs: Math.max(nextCloseMs, pacedMs) }
  return { kind: 'read', rank: Rank.settling, dueMs: Math.max(settledMs, pacedMs) }
}

/** Closed, and answered well at least once. */
function judgeRead(view: SliceView, known: CoverageSlice): Need {
  const settledMs = view.toMs + view.settlingMs
  const rank = view.toMs > view.recentMs ? Rank.settling : Rank.again
  const againMs = known.lastReadMs + MINUTE_MS
  if (!known.settled) return { kind: 'read', rank: Rank.settling, dueMs: Math.max(settledMs, againMs) }
  // The last places of a slice that was followed live have had fewer readings than its first ones.
  const enough = view.settledReadings >= HONEST_READINGS
  if (known.open === 0) return NONE
  return { kind: 'read', rank, dueMs: enough ? known.lastReadMs + LONGEST_WAIT_MS : againMs }
}

function judgeSilent(view: SliceView, known: CoverageSlice): Need {
  const { interval, evidence, silencesToResolve, nowMs, toMs, settlingMs } = view
  const settled = nowMs >= toMs + settlingMs && known.lastReadMs >= toMs + settlingMs
  // Against the evidence it is never resolved here: the archive itself believes it in the end, and it is probed daily.
  const enough = (evidence === 'quiet' || interval === '1d') && known.silences >= silencesToResolve
  if (settled && enough) return { kind: 'beyond' }
  return { kind: 'read', rank: Rank.again, dueMs: known.lastReadMs + silenceMs(known.silences, evidence) }
}

/** Once a day it is tried whether a span beyond the source's limit has become available. */
function probe(view: SliceView, known: CoverageSlice): Need {
  if (!isSilent(known) || view.evidence !== 'traded') return NONE
  return { kind: 'read', rank: Rank.probe, dueMs: known.lastReadMs + PROBE_EVERY_MS }
}

/** How long after the n-th silence it is asked again. */
function silenceMs(silences: number, evidence: Evidence): number {
  if (evidence === 'traded' && silences === 1) return SOON_AGAIN_MS
  return Math.min(LONGEST_WAIT_MS, MINUTE_MS * 2 ** Math.max(0, silences - 4))
}
