/** What is absent in a series, as stretches, and what of a span is covered by bytes. */
import { State, type CandleColumns } from '../../core/candle/columns.ts'
import { INTERVAL_MS } from '../../core/time/interval.ts'
import type { AbsentSpan } from './api.ts'

/** Stretches of places that are not present, one for each state. */
export function absentSpans(columns: CandleColumns): AbsentSpan[] {
  const step = INTERVAL_MS[columns.interval]
  const spans: AbsentSpan[] = []
  let from = 0
  for (let place = 1; place <= columns.length; place++) {
    const state = columns.states[from]!
    if (place < columns.length && columns.states[place] === state) continue
    if (state !== State.present)
      spans.push({ fromMs: columns.startMs + from * step, toMs: columns.startMs + place * step, state })
    from = place
  }
  return spans
}

/** Close of the newest present candle; null without any. */
export function asOf(columns: CandleColumns): number | null {
  const last = columns.states.lastIndexOf(State.present)
  return last < 0 ? null : columns.startMs + (last + 1) * INTERVAL_MS[columns.interval]
}

interface Span {
  readonly fromMs: number
  readonly toMs: number
}

/** How much of [fromMs, toMs) the spans cover together, in milliseconds. */
export function coveredMs(spans: readonly Span[], fromMs: number, toMs: number): number {
  let covered = 0
  let reached = fromMs
  for (const span of spans.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const from = Math.max(span.fromMs, reached)
    const to = Math.min(span.toMs, toMs)
    if (to <= from) continue
    covered += to - from
    reached = to
  }
  return covered
}
