/** The move of a bar under the cursor: from the close before it to its own, in the σ that was known when it began. */
import { isMissing } from '$core/candle/columns.ts'
import { formatMove } from '$core/format/move.ts'
import { moveBetween, type Move } from '$core/volatility/move.ts'
import { closeMsOf, columnAt, firstAfter, type Slice } from '$lib/chart/columns.ts'
import { locale } from '$lib/i18n/language.ts'
import MoveSize from '$lib/ui/MoveSize.svelte'
import { moveSaid } from '$lib/ui/said.ts'
import type { PriceView, SigmaView } from '$worker/api.ts'
import { sigmaAt } from '../describe-sigma.ts'

/** @returns null where no return is known: the bar or the one before it is missing, or ends in what is missing */
export function barMove(price: PriceView, slice: Slice, sigma: SigmaView, ms: number): Move | null {
  const column = columnAt(slice, ms)
  const { level, startMs, stepMs } = slice
  const beginMs = startMs + column * stepMs
  // The newest bar of a coarse drawing may not be over.
  const endMs = Math.min(closeMsOf(slice, column), price.asOfMs ?? -Infinity)
  const [before, close] = [level.close[column - 1] ?? NaN, level.close[column] ?? NaN]
  if (!(before > 0 && close > 0 && endMs > beginMs)) return null
  if (endsMissing(price, beginMs) || endsMissing(price, endMs)) return null
  return moveBetween({ price: before, atMs: beginMs }, { price: close, atMs: endMs }, sigmaAt(sigma, beginMs))
}

/** Whether nothing is known of the place that closes then. */
function endsMissing({ absent }: PriceView, closeMs: number): boolean {
  const found = absent[firstAfter(absent, closeMs - 1)]
  return found !== undefined && found.fromMs < closeMs && isMissing(found.state)
}

/** `up 1.2 sigma` */
export function barMoveSaid(move: Move): string {
  return moveSaid(formatMove(move.sigmas, locale()))
}

export { MoveSize }
