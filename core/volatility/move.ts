/** How far a price has gone over a span of time, measured by what its market usually does. */
import { DAY_MS, floorTo } from '../time/interval.ts'
import type { Receipt } from './types.ts'

/** A close and the instant at which it was one. */
export interface Close {
  readonly price: number
  readonly atMs: number
}

export interface Move {
  readonly from: Close
  readonly to: Close
  /** Fraction: −0.042 for −4.2 %. */
  readonly change: number
  /** The log return in σ of a span of this length, with its sign. NaN where that σ is not available, or 0. */
  readonly sigmas: number
  /** σ of the whole span that the move is divided by; NaN where not available. */
  readonly sigmaSpan: number
  /** Of the σ: what it rests on. It knows nothing of the span itself. */
  readonly receipt: Receipt
}

/** Where a move begins: the close by then, null where none is known, and σ of what was before it. */
export interface MoveStart {
  readonly from: Close | null
  readonly receipt: Receipt
}

/** The moves that end with a price and are told of it: of its UTC day so far, and of the 24 hours before it. */
export type MoveSpan = 'day' | '24h'

/** When a span begins that ends at `toMs`. What stands at 00:00 is the end of the day before. */
export function moveBegins(span: MoveSpan, toMs: number): number {
  return span === 'day' ? floorTo('1d', toMs - 1) : toMs - DAY_MS
}

/**
 * The move from a start to a price; null where there is no close to begin with, or no time between.
 *
 * @throws RangeError as `moveBetween`
 */
export function moveSince({ from, receipt }: MoveStart, to: Close): Move | null {
  return from && to.atMs > from.atMs ? moveBetween(from, to, receipt) : null
}

/**
 * The move from one close to a later one, in σ: ln(P₁ / P₀) / (σ_day · √days), σ_day = σ_year / √365.
 *
 * Variances of returns that follow one another without memory add up, so σ grows with the root of time: Bachelier 1900,
 * "Théorie de la spéculation"; J.P. Morgan/Reuters 1996, "RiskMetrics Technical Document", 4th edition, section 5.2.
 * Markets of coins never close, hence 365 (`conventions`: σ_day).
 *
 * @param receipt of a σ per year of the time before the span, so that the move does not measure itself
 * @throws RangeError when the span has no length, a price is not above 0, or σ is not annualised
 */
export function moveBetween(from: Close, to: Close, receipt: Receipt): Move {
  const days = (to.atMs - from.atMs) / DAY_MS
  if (!(days > 0)) throw new RangeError(`a move needs time: from ${from.atMs} to ${to.atMs}`)
  if (!(from.price > 0 && to.price > 0)) throw new RangeError(`no price: ${from.price}, ${to.price}`)
  if (receipt.annualisation === null) throw new RangeError('a move is measured by σ per year')
  const sigmaSpan = (receipt.sigma / Math.sqrt(365)) * Math.sqrt(days)
  const sigmas = sigmaSpan > 0 ? Math.log(to.price / from.price) / sigmaSpan : NaN
  return { from, to, change: to.price / from.price - 1, sigmas, sigmaSpan, receipt }
}
