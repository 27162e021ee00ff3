/** Moves in σ as text: `+1.2 σ`. */
import { groupDecimal } from './locale.ts'
import { roundDecimal } from './round.ts'
import { plainDecimal } from '../decimal/text.ts'

/** A move in σ with its direction, told by its sign. */
export interface FormattedMove {
  /** `+1.2 σ`, `−0.8 σ`, `0.0 σ`, or `n/a`. */
  readonly text: string
  /** `1.2`, to be put into words; null where it is not available. */
  readonly size: string | null
  readonly direction: 'up' | 'down' | 'flat' | null
}

/**
 * A move with one decimal; what reads as nothing has no sign.
 *
 * @param sigmas with its sign; NaN = not available
 */
export function formatMove(sigmas: number, locale = 'en'): FormattedMove {
  const plain = plainDecimal(String(Math.abs(sigmas)))
  if (plain === null) return { text: 'n/a', size: null, direction: null }
  const rounded = roundDecimal(plain, 1)
  const size = groupDecimal(rounded, locale)
  if (!/[1-9]/.test(rounded)) return { text: `${size} σ`, size, direction: 'flat' }
  return sigmas > 0
    ? { text: `+${size} σ`, size, direction: 'up' }
    : { text: `−${size} σ`, size, direction: 'down' }
}
