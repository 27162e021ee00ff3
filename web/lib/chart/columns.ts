/**
 * From a pyramid to what one frame draws: which level, which of its columns, and where its line must break.
 * Pure; asked at every frame, so nothing here is longer than the visible slice.
 */
import type { Level } from '../../../core/candle/levels.ts'
import { isMissing } from '../../../core/candle/columns.ts'
import type { AbsentSpan } from '../../worker/api.ts'
import type { Span } from './viewport.ts'

/** The columns `first` to `last` (exclusive) of a level whose columns are `stepMs` long. */
export interface Slice {
  readonly level: Level
  readonly startMs: number
  readonly stepMs: number
  readonly first: number
  readonly last: number
  /** By column, NaN where unknown; null or absent where none is kept. */
  readonly volume?: Float64Array | null
}

/** The finest level with at most `perPixel` columns a pixel; the coarsest where none is coarse enough. */
export function pickLevel(
  levels: readonly Level[],
  placeMs: number,
  span: Span,
  widthPx: number,
  perPixel: number,
): Level {
  const most = Math.max(1, widthPx * perPixel)
  const places = (span.toMs - span.fromMs) / placeMs
  const level = levels.find(({ factor }) => places / factor <= most) ?? levels.at(-1)
  if (!level) throw new RangeError('a pyramid without levels cannot be drawn')
  return level
}

/** The columns that touch the span, and one more on each side so that lines reach the edges. */
export function sliceOf(startMs: number, placeMs: number, level: Level, span: Span): Slice {
  const stepMs = placeMs * level.factor
  const first = Math.floor((span.fromMs - startMs) / stepMs) - 1
  const last = Math.ceil((span.toMs - startMs) / stepMs) + 1
  const length = level.close.length
  const from = Math.min(length, Math.max(0, first))
  return { level, startMs, stepMs, first: from, last: Math.max(from, Math.min(length, last)) }
}

/** Close of a column: where its line point stands. */
export function closeMsOf(slice: Slice, column: number): number {
  return slice.startMs + (column + 1) * slice.stepMs
}

/** Lowest low and highest high of the slice, or null when none of it is present. */
export function extremes(slice: Slice, span: Span): { low: number; high: number } | null {
  let low = Infinity
  let high = -Infinity
  for (let i = slice.first; i < slice.last; i++) {
    const start = slice.startMs + i * slice.stepMs
    if (start + slice.stepMs <= span.fromMs || start >= span.toMs) continue
    if (slice.level.low[i]! < low) low = slice.level.low[i]!
    if (slice.level.high[i]! > high) high = slice.level.high[i]!
  }
  return low <= high ? { low, high } : null
}

/** The first span that ends after the instant, by bisection: spans are in order and do not overlap. */
export function firstAfter(spans: readonly Span[], ms: number): number {
  let from = 0
  let to = spans.length
  while (from < to) {
    const middle = (from + to) >> 1
    if (spans[middle]!.toMs > ms) to = middle
    else from = middle + 1
  }
  return from
}

/** Spans of one kind, made once a view: what breaks the line, and what only rests. */
export function splitAbsent(absent: readonly AbsentSpan[]): {
  missing: readonly AbsentSpan[]
  empty: readonly AbsentSpan[]
} {
  const missing: AbsentSpan[] = []
  const empty: AbsentSpan[] = []
  for (const span of absent) (isMissing(span.state) ? missing : empty).push(span)
  return { missing, empty }
}

/**
 * Stretches of columns that a line may join, as pairs `[from, to)` in a flat list. A line never crosses a missing place, however
 * short: a column that holds one, or comes after one, starts anew. Columns without any candle (all their places
 * empty) are left out without a break.
 */
export function joinedRuns(slice: Slice, missing: readonly AbsentSpan[]): number[] {
  const runs: number[] = []
  const { close } = slice.level
  let next = firstAfter(missing, slice.startMs + slice.first * slice.stepMs)
  let open = -1
  let lastEndMs = slice.startMs + slice.first * slice.stepMs
  let lastColumn = -1
  for (let i = slice.first; i < slice.last; i++) {
    if (Number.isNaN(close[i]!)) continue
    const endMs = slice.startMs + (i + 1) * slice.stepMs
    while (next < missing.length && missing[next]!.toMs <= lastEndMs) next++
    const broken = next < missing.length && missing[next]!.fromMs < endMs
    if (open < 0) open = i
    else if (broken) {
      runs.push(open, lastColumn + 1)
      open = i
    }
    lastEndMs = endMs
    lastColumn = i
  }
  if (open >= 0) runs.push(open, lastColumn + 1)
  return runs
}

/** The column that holds the instant, within the level; its place even where nothing is there. */
export function columnAt(slice: Slice, ms: number): number {
  const column = Math.floor((ms - slice.startMs) / slice.stepMs)
  return Math.min(slice.level.close.length - 1, Math.max(0, column))
}
