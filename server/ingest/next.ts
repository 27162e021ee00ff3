/**
 * The reconciler's decision: the most urgent thing that can be done now, or until when to wait. Pure over the state:
 * no clock, no network, no memory but coverage; the agenda in the state only remembers what a look at each market gave.
 */
import type { MarketId } from '../../core/market.ts'
import { DAY_MS, HOUR_MS, INTERVAL_MS } from '../../core/time/interval.ts'
import { keptFromMs, type Retention } from '../archive/kept.ts'
import { SAMPLES_MS } from '../archive/samples.ts'
import type { Priority, Reach } from '../providers/types.ts'
import type { Agenda, Candidate } from './agenda.ts'
import { Rank } from './judge.ts'
import type { Series } from './series.ts'
import type { Scope } from './search.ts'

/** A market as the reconciler follows it. */
export interface Followed {
  readonly market: MarketId
  readonly source: string
  /** Traded still: prices are sampled and each candle is read as it closes. */
  readonly live: boolean
  /** The shortest interval first. */
  readonly series: readonly Series[]
  /** Minutes are wanted from here on; null = as many days back as the state says. */
  readonly minutesFromMs: number | null
  readonly nextSampleMs: number
  /** Its candles cannot be asked for before (unknown product, refused). Its price may be: that fails by itself. */
  readonly heldUntilMs: number
}

export interface State {
  readonly agenda: Agenda
  /** Others on the same database are reading. */
  readonly isBusyElsewhere?: boolean
  readonly minuteDays: number
  readonly retention?: Retention | undefined
  readonly foundedMs: Readonly<Record<string, number>>
  /** How far back each source answers; none said = all. */
  readonly reach: Readonly<Record<string, Reach | null>>
  /** So long lies at least between two readings of a forming slice of a source's market; none said = 0. */
  readonly paceMs: Readonly<Record<string, number>>
  /** When the list of each source's markets is to be read (again). */
  readonly nextListMs: Readonly<Record<string, number>>
  readonly nextSealMs: number
  readonly nextRetainMs: number
}

/** What may be started now. */
export interface Limits {
  readonly sources: Readonly<Record<string, SourceLimits>>
  /** No other write of marks is under way. */
  readonly canMark: boolean
  /** No other sealing or retention is under way. */
  readonly canSeal: boolean
}

interface SourceLimits {
  /** Requests that may be handed in. */
  readonly free: number
  /** The source is left alone until then. */
  readonly pausedUntilMs: number | null
}

export type Action =
  | { readonly kind: 'list'; readonly source: string }
  | { readonly kind: 'price'; readonly market: Followed }
  | {
      readonly kind: 'read'
      readonly market: Followed
      readonly series: Series
      readonly fromMs: number
      readonly toMs: number
      readonly priority: Priority
    }
  | { readonly kind: 'beyond'; readonly series: Series; readonly fromMs: number; readonly toMs: number }
  | { readonly kind: 'seal'; readonly isIdle: boolean }
  | { readonly kind: 'retain' }
  | { readonly kind: 'wait'; readonly untilMs: number }

/** Retention is work for idle times; so long overdue it goes beside reading. */
const RETAIN_AT_LEAST_MS = HOUR_MS

/** What a phone shows first. */
const RECENT_DAYS = 8

export function next(nowMs: number, state: State, limits: Limits): Action {
  let waitMs = Infinity
  const later = (ms: number) => (waitMs = Math.min(waitMs, ms))

  const { agenda } = state
  agenda.look(nowMs, (market, series) => scopeOf(market, series, state, nowMs))
  later(agenda.wakeMs)

  for (const [source, room] of Object.entries(limits.sources)) {
    if (room.pausedUntilMs !== null && room.pausedUntilMs > nowMs) {
      later(room.pausedUntilMs)
      continue
    }
    if (room.free <= 0) continue
    const list = state.nextListMs[source] ?? Infinity
    if (list <= nowMs) return { kind: 'list', source }
    later(list)
    const price = agenda.sample(source)
    if (price && price.nextSampleMs <= nowMs) return { kind: 'price', market: price }
    if (price) later(price.nextSampleMs)
    const read = agenda.read(source)
    if (read) return readAction(read)
  }

  const mark = agenda.mark()
  if (mark && limits.canMark) return { kind: 'beyond', ...mark }
  if (limits.canSeal) {
    const isIdle = agenda.isIdle && !state.isBusyElsewhere
    if (state.nextSealMs <= nowMs) return { kind: 'seal', isIdle }
    if (state.nextRetainMs + (isIdle ? 0 : RETAIN_AT_LEAST_MS) <= nowMs) return { kind: 'retain' }
    later(state.nextSealMs)
    if (isIdle) later(state.nextRetainMs)
  }
  return { kind: 'wait', untilMs: waitMs }
}

/** Which slices of a series are wanted. */
export function scopeOf(market: Followed, series: Series, state: State, nowMs: number): Scope {
  const foundedMs = state.foundedMs[market.source] ?? 0
  const minutesMs = market.minutesFromMs ?? nowMs - state.minuteDays * DAY_MS
  const { interval } = series
  const keptMs = Math.max(foundedMs, keptFromMs(state.retention, interval, nowMs))
  return {
    wantedMs: interval === '1m' ? Math.max(keptMs, minutesMs) : keptMs,
    reachMs: reachMs(state.reach[market.source] ?? null, series, nowMs),
    recentMs: nowMs - RECENT_DAYS * DAY_MS,
    live: market.live,
    // Minutes made of the samples taken here cost no question.
    paceMs: series.isRecord ? 0 : (state.paceMs[market.source] ?? 0),
    nowMs,
  }
}

/** Nothing that ends before can be read. */
function reachMs(reach: Reach | null, { interval, isRecord }: Series, nowMs: number): number {
  if (isRecord) return nowMs - SAMPLES_MS
  if (reach === null) return 0
  return nowMs - ('ms' in reach ? reach.ms : reach.bars * INTERVAL_MS[interval])
}

function readAction({ market, series, task }: Candidate): Action {
  const priority = task.rank === Rank.live ? 'live' : task.rank === Rank.settling ? 'settling' : 'backfill'
  return { kind: 'read', market, series, fromMs: task.fromMs, toMs: task.toMs, priority }
}
