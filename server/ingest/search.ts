/** Finds the most urgent task of one series among its slices, the newest first. Pure. */
import { LONGEST_PERIOD, periodAt } from '../../core/time/period.ts'
import { MINUTE_MS, type StoredInterval } from '../../core/time/interval.ts'
import type { CoverageSlice } from '../archive/types.ts'
import {
  Rank,
  isResolved,
  isSilent,
  judge,
  wantsReading,
  type Evidence,
  type Need,
  type RankCode,
} from './judge.ts'
import type { Series } from './series.ts'
import { sliceMs, sliceStart } from './slice.ts'

/** Which slices are looked at, and when. */
export interface Scope {
  /** The series is wanted from here to now. */
  readonly wantedMs: number
  /** What reaches beyond this instant is wanted first. */
  readonly recentMs: number
  /** The source gives nothing that began before, whatever it is asked. */
  readonly reachMs: number
  /** The source still trades the market. */
  readonly live: boolean
  /** So long lies at least between two readings of a slice that is still forming. */
  readonly paceMs: number
  readonly nowMs: number
}

interface Span {
  readonly fromMs: number
  readonly toMs: number
}

/** A slice to be read, and how urgently. */
export interface ReadTask extends Span {
  readonly rank: RankCode
  /** Since when. */
  readonly dueMs: number
}

/** What is to be done next for a series. */
export interface Found {
  /** The most urgent slice that is due. */
  readonly read: ReadTask | null
  /** A span to be marked as beyond what the source gives. */
  readonly mark: Span | null
  /** When something else falls due by the clock alone. */
  readonly nextMs: number
  /** The source gives nothing before; null where no such limit is known. */
  readonly limitMs: number | null
}

/** So many neighbouring silences where longer candles exist, each so often: the source does not reach back as far. */
const LIMIT_RUN = 5
const LIMIT_SILENCES = 4
/** How long the places before a first candle wait to be told whether it is the listing. */
const LISTING_WAIT_MS = 10 * MINUTE_MS

/** Hours and days close everywhere at once; markets of a source that cannot be asked at once are spread over so long. */
const LONGEST_TURN_MS = 25 * MINUTE_MS

/** How urgent a slice is that was never read, at the least. */
const UNREAD_RANK: Readonly<Record<StoredInterval, RankCode>> = {
  '1m': Rank.minutes,
  '1h': Rank.hours,
  '1d': Rank.days,
}

/** What is the same for all slices of one search. */
interface Search extends Scope {
  readonly marksFromMs: number
}

export function search(series: Series, within: Scope): Found {
  const { nowMs } = within
  const { longer } = series
  const scope: Search = { ...within, marksFromMs: longer ? periodStart(series, longer.firstPresentMs) : 0 }
  let read: ReadTask | null = null
  let mark: Span | null = null
  let nextMs = Infinity
  let limitMs: number | null = null
  const run = new SilentRun()
  for (const fromMs of slices(series, scope)) {
    const toMs = fromMs + sliceMs(series.interval)
    const known = series.known(fromMs)
    // Most slices of a long history: nothing is to be asked about them any more.
    if (known && isFinished(known)) {
      run.end()
      continue
    }
    // Nothing older that was never read is more urgent than this.
    if (!known && read && read.rank <= UNREAD_RANK[series.interval]) continue
    const evidence = series.evidence(fromMs, toMs)
    if (run.isLong() && wantsReading(known, evidence)) break
    run.add(known, evidence, toMs)
    if (run.isLimit()) {
      limitMs = run.toMs
      if (!run.isMarked()) mark ??= { fromMs: periodStart(series, fromMs), toMs: run.toMs }
    }
    if (!series.isBusy(fromMs)) {
      const need = needOf(series, scope, fromMs, toMs, known, evidence)
      if (need.kind === 'beyond') mark ??= widen(series, scope, { fromMs, toMs: need.toMs ?? toMs })
      if (need.kind === 'read') {
        const dueMs = Math.max(need.dueMs, series.heldUntilMs(fromMs))
        if (dueMs > nowMs) nextMs = Math.min(nextMs, dueMs)
        else if (!read || need.rank < read.rank) read = { rank: need.rank, dueMs, fromMs, toMs }
      }
    }
    if (limitMs !== null) break
  }
  return { read, mark, nextMs, limitMs }
}

/** Slices of history to read, and how many have been. The one that is forming is history once it was read. */
export function progress(series: Series, scope: Scope): { wanted: number; done: number } {
  const { limitMs } = series.find(scope)
  let wanted = 0
  let done = 0
  for (const fromMs of slices(series, scope)) {
    const toMs = fromMs + sliceMs(series.interval)
    const known = series.known(fromMs)
    if (known && known.readings > 0 && known.lastReadMs > 0) done++
    else if (toMs > scope.nowMs || (known && isResolved(known))) continue
    else if (limitMs !== null && toMs <= limitMs) continue
    else if (series.evidence(fromMs, toMs) === 'quiet' || series.isDoubtful(fromMs, toMs)) continue
    wanted++
  }
  return { wanted, done }
}

/** Neighbouring slices that were silent although longer candles say that something was traded. */
class SilentRun {
  toMs = 0
  #length = 0
  #exhausted = 0
  #marked = 0

  add(known: CoverageSlice | undefined, evidence: Evidence, toMs: number): void {
    if (isSilent(known) && evidence === 'traded') {
      if (this.#length++ === 0) this.toMs = toMs
      if (known.silences >= LIMIT_SILENCES) this.#exhausted++
      if (isResolved(known)) this.#marked++
    } else if (!wantsReading(known, evidence)) this.end()
  }

  end(): void {
    this.#length = this.#exhausted = this.#marked = 0
  }

  /** Nothing older is asked for before it is clear what these are. */
  isLong(): boolean {
    return this.#length >= LIMIT_RUN
  }

  isLimit(): boolean {
    return this.isLong() && this.#exhausted === this.#length
  }

  isMarked(): boolean {
    return this.#marked === this.#length
  }
}

/** Starts of the slices, the newest first. */
function* slices({ interval }: Series, { wantedMs, nowMs }: Scope): Generator<number> {
  const first = sliceStart(interval, wantedMs)
  for (let from = sliceStart(interval, nowMs); from >= first; from -= sliceMs(interval)) yield from
}

/** Read and resolved, with candles in it: it needs no look at the longer ones. */
function isFinished(known: CoverageSlice): boolean {
  return isResolved(known) && known.lastReadMs > 0 && !isSilent(known)
}

type SliceNeed = Exclude<Need, { kind: 'beyond' }> | { readonly kind: 'beyond'; readonly toMs?: number }

function needOf(
  series: Series,
  scope: Search,
  fromMs: number,
  toMs: number,
  known: CoverageSlice | undefined,
  evidence: Evidence,
): SliceNeed {
  const beforeListing = known && listingMark(series, known)
  if (beforeListing) return beforeListing
  const need = judge({
    interval: series.interval,
    fromMs,
    toMs,
    known,
    evidence,
    live: scope.live,
    paceMs: scope.paceMs,
    turnMs: scope.paceMs > 0 && series.interval !== '1m' ? series.turn * LONGEST_TURN_MS : 0,
    olderReadMs: series.known(fromMs - sliceMs(series.interval))?.lastReadMs ?? 0,
    settledReadings: series.settledReadings(fromMs),
    silencesToResolve: silencesToResolve(series, fromMs, toMs),
    marksFromMs: scope.marksFromMs,
    settlingMs: series.settlingMs,
    recentMs: scope.recentMs,
    nowMs: scope.nowMs,
  })
  // Marked once is enough, whatever longer candles say of it: nothing is to be had there.
  if (need.kind === 'read' && toMs <= scope.reachMs)
    return { kind: known && isResolved(known) ? 'none' : 'beyond' }
  if (!known || need.kind !== 'read' || need.rank !== Rank.again || !mayHoldListing(series, known))
    return need
  return { ...need, dueMs: Math.max(need.dueMs, known.lastReadMs + LISTING_WAIT_MS) }
}

/** The places before the first candle of all are beyond the source, not holes that it confirms. */
function listingMark(series: Series, { fromMs, toMs, readings, open }: CoverageSlice): SliceNeed | null {
  const listedMs = series.listedMs()
  if (readings !== 1 || open === 0 || listedMs === null) return null
  return listedMs > fromMs && listedMs < toMs ? { kind: 'beyond', toMs: listedMs } : null
}

/** Its oldest candle may be the first of all; whether it is, is still being asked. */
function mayHoldListing(series: Series, { fromMs, toMs, readings }: CoverageSlice): boolean {
  const first = series.firstPresentMs
  return (
    series.interval === '1d' && readings === 1 && series.listedMs() === null && first > fromMs && first < toMs
  )
}

/** A source is silent by mistake now and then: the nearer to known candles, the more often it is asked. */
function silencesToResolve(series: Series, fromMs: number, toMs: number): number {
  if (series.interval !== '1d') return 3
  if (series.firstPresentMs < fromMs) return 8
  const newer = series.known(toMs)
  return newer && isSilent(newer) ? 3 : 5
}

/** Start of the longest period in which the instant lies: what is sealed together is marked together. */
function periodStart({ interval }: Series, ms: number): number {
  return ms === Infinity ? Infinity : periodAt(LONGEST_PERIOD[interval], ms).fromMs
}

/** Older neighbours that are quiet as well go along, so that one write does for all. */
function widen(series: Series, scope: Search, { fromMs, toMs }: Span): Span {
  if (toMs - fromMs !== sliceMs(series.interval)) return { fromMs, toMs }
  const first = sliceStart(series.interval, scope.wantedMs)
  let oldest = fromMs
  for (let from = fromMs - sliceMs(series.interval); from >= first; from -= sliceMs(series.interval)) {
    if (series.isBusy(from)) break
    const need = needOf(series, scope, from, oldest, series.known(from), series.evidence(from, oldest))
    if (need.kind !== 'beyond') break
    oldest = from
  }
  return { fromMs: oldest, toMs }
}
