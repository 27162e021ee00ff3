/** What happened during an absence, put in the order in which it is told. */
import { State } from '../../../core/candle/columns.ts'
import { parseMarketId, type MarketId } from '../../../core/market.ts'
import type { Move } from '../../../core/volatility/move.ts'
import type { AbsenceView, AbsentSpan } from '../../worker/api.ts'
import type { Connection } from '../state/types.ts'
import type { Away } from './visits.ts'

/** A newest close that is older has not heard of the end of the absence. */
const NEAR_MS = 5 * 60_000

/** Whether the device has everything up to the end of the absence, so that it may tell of it. */
export function hasCaughtUp(
  { lastSuccessMs, synced }: Pick<Connection, 'lastSuccessMs' | 'synced'>,
  { backMs }: Away,
): boolean {
  return synced && lastSuccessMs !== null && lastSuccessMs >= backMs
}

/**
 * Whether later candles would tell no more: the moves reach the end of the absence.
 *
 * @param live the markets that still trade; the close of another one gets no newer
 */
export function isSettled(
  views: readonly AbsenceView[],
  live: ReadonlySet<MarketId>,
  { backMs }: Away,
): boolean {
  return views.every(
    ({ market, move }) => move === null || !live.has(market) || backMs - move.to.atMs < NEAR_MS,
  )
}

/** The largest move in σ first, up or down; one without σ comes after those with one. */
export function orderMoves(views: readonly AbsenceView[]): readonly Move[] {
  const size = ({ sigmas }: Move) => (Number.isNaN(sigmas) ? -1 : Math.abs(sigmas))
  return views.flatMap(({ move }) => (move ? [move] : [])).toSorted((a, b) => size(b) - size(a))
}

/** Moves of so many σ are rare enough to be counted: one day in twenty if returns were normal. */
const LARGE_SIGMAS = 2

export function countLarge(views: readonly AbsenceView[]): number {
  return orderMoves(views).filter(({ sigmas }) => Math.abs(sigmas) >= LARGE_SIGMAS).length
}

/** What one source left open, all its markets laid over each other. */
export interface Missed {
  readonly source: string
  /** `refused` waits in quarantine; `missing` did not come. */
  readonly kind: 'missing' | 'refused'
  /** Time that is not there of at least one market. */
  readonly ms: number
  readonly fromMs: number
  readonly toMs: number
}

/** The longest first. */
export function missedBySource(views: readonly AbsenceView[]): readonly Missed[] {
  const groups = new Map<string, AbsentSpan[]>()
  for (const { market, missing } of views)
    for (const kind of ['missing', 'refused'] as const) {
      const spans = missing.filter(({ state }) => (state === State.refused) === (kind === 'refused'))
      if (spans.length === 0) continue
      const key = `${kind} ${parseMarketId(market).source}`
      groups.set(key, [...(groups.get(key) ?? []), ...spans])
    }
  return [...groups]
    .map(([key, spans]): Missed => {
      const [kind, source] = key.split(' ') as ['missing' | 'refused', string]
      const { ms, fromMs, toMs } = unionOf(spans)
      return { source, kind, ms, fromMs, toMs }
    })
    .toSorted((a, b) => b.ms - a.ms)
}

function unionOf(spans: readonly AbsentSpan[]): { ms: number; fromMs: number; toMs: number } {
  let ms = 0
  let reachedMs = -Infinity
  for (const { fromMs, toMs } of spans.toSorted((a, b) => a.fromMs - b.fromMs)) {
    ms += Math.max(0, toMs - Math.max(fromMs, reachedMs))
    reachedMs = Math.max(reachedMs, toMs)
  }
  return { ms, fromMs: Math.min(...spans.map((span) => span.fromMs)), toMs: reachedMs }
}
