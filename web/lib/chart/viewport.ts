/**
 * The visible span of a chart and how it moves: pure arithmetic on instants, no pixels drawn, no data touched.
 */

export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

/** How far a viewport may go. */
export interface Limits extends Span {
  /** The closest that one may look. */
  readonly minSpanMs: number
}

export function spanMs(span: Span): number {
  return span.toMs - span.fromMs
}

/** The nearest span of allowed length inside the limits. */
export function clamp(span: Span, limits: Limits): Span {
  const whole = spanMs(limits)
  const length = Math.min(whole, Math.max(Math.min(limits.minSpanMs, whole), spanMs(span)))
  const middle = (span.fromMs + span.toMs) / 2
  const from = length === spanMs(span) ? span.fromMs : middle - length / 2
  const fromMs = Math.min(Math.max(from, limits.fromMs), limits.toMs - length)
  return { fromMs, toMs: fromMs + length }
}

/** Moves by a time; stops at the limits. */
export function pan(span: Span, deltaMs: number, limits: Limits): Span {
  return clamp({ fromMs: span.fromMs + deltaMs, toMs: span.toMs + deltaMs }, limits)
}

/**
 * Makes the span `factor` times as long while the instant `anchorMs` stays where it is on screen.
 * The instant moves only where the limits leave no other way.
 */
export function zoom(span: Span, factor: number, anchorMs: number, limits: Limits): Span {
  const whole = spanMs(limits)
  const length = Math.min(whole, Math.max(Math.min(limits.minSpanMs, whole), spanMs(span) * factor))
  const share = (anchorMs - span.fromMs) / spanMs(span)
  const fromMs = anchorMs - share * length
  return clamp({ fromMs, toMs: fromMs + length }, limits)
}

/** Two fingers: the instants that were under them stay under them. `x` are shares of the width, 0 to 1. */
export function pinch(
  span: Span,
  before: readonly [number, number],
  after: readonly [number, number],
  limits: Limits,
): Span {
  const at = (x: number) => span.fromMs + x * spanMs(span)
  const apart = Math.max(0.02, Math.abs(after[1] - after[0]))
  const length = (Math.abs(before[1] - before[0]) / apart) * spanMs(span)
  const held = at((before[0] + before[1]) / 2)
  const fromMs = held - ((after[0] + after[1]) / 2) * length
  return clamp(zoom({ fromMs, toMs: fromMs + length }, 1, held, limits), limits)
}

/** Whether anything lies outside the view. */
export function canPan(span: Span, limits: Limits): boolean {
  return spanMs(span) < spanMs(limits) - 1
}
