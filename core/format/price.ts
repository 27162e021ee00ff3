/**
 * Prices as people read them: the market's own tick where it is known, four significant digits at least, grouped by
 * locale; tiny ones with their zeros counted (0.0₄1234). Never 0.00, never an exponent, never through a double.
 */
import { plainDecimal } from '../decimal/text.ts'
import { groupDecimal } from './locale.ts'
import { decimalPlaces, leadingZeros, roundDecimal } from './round.ts'

export interface FormattedPrice {
  /** For the eye: `61,168.13`, `0.0₄1234`. */
  readonly text: string
  /** For screen readers: every digit spelled out, `0.00001234`. */
  readonly spoken: string
}

const SIGNIFICANT = 4
/** Zeros after the point from which on they are counted rather than written. */
const COUNTED_ZEROS = 4
/** Zeros that only pad a price to its tick are shown up to this many significant digits. */
const PADDED_SIGNIFICANT = 10

/**
 * Formats a price.
 *
 * @param price  decimal text, above 0
 * @param tick   smallest step of the market's price as decimal text; null where unknown
 * @param locale for grouping and the decimal sign
 * @returns `n/a` for what is no number
 */
export function formatPrice(price: string, tick: string | null, locale = 'en'): FormattedPrice {
  const plain = plainDecimal(price)
  if (plain === null) return { text: 'n/a', spoken: 'not available' }
  const negative = plain.startsWith('-')
  const sign = negative ? '−' : ''
  const magnitude = negative ? plain.slice(1) : plain
  if (magnitude === '0') return { text: '0', spoken: '0' }
  const rounded = roundDecimal(magnitude, pricePlaces(magnitude, tick))
  const full = sign + groupDecimal(rounded, locale)
  const zeros = leadingZeros(rounded)
  if (zeros < COUNTED_ZEROS) return { text: full, spoken: full }
  const head = groupDecimal('0.0', locale)
  return { text: `${sign}${head}${subscript(zeros)}${rounded.slice(2 + zeros)}`, spoken: full }
}

/** Decimals to show. */
function pricePlaces(plain: string, tick: string | null): number {
  const whole = plain.split('.')[0]!
  const zeros = leadingZeros(plain)
  // Where the first significant digit stands decides how many decimals four of them take.
  const enough = whole === '0' ? zeros + SIGNIFICANT : Math.max(0, SIGNIFICANT - whole.length)
  const step = tick === null ? null : plainDecimal(tick)
  if (step === null) return Math.max(enough, whole === '0' ? 0 : 2)
  const padding = whole === '0' ? zeros + PADDED_SIGNIFICANT : Math.max(0, PADDED_SIGNIFICANT - whole.length)
  const places = decimalPlaces(step)
  return Math.max(enough, Math.min(places, Math.max(padding, decimalPlaces(plain))))
}

function subscript(count: number): string {
  return String(count).replace(/\d/g, (digit) => String.fromCharCode(0x2080 + Number(digit)))
}
