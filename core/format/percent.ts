/**
 * Shares, changes and σ as percent. Fractions come in (0.583), text goes out (`58.3 %`); what is not available is
 * `n/a`, never 0.
 */
import { plainDecimal } from '../decimal/text.ts'
import { groupDecimal } from './locale.ts'
import { roundDecimal } from './round.ts'

/** A change with its direction, told by sign and arrow; colour comes in addition. */
export interface FormattedChange {
  /** `▲ +1.23 %` */
  readonly text: string
  /** `1.23`, to be put into words; null where it is not available. */
  readonly percent: string | null
  readonly direction: 'up' | 'down' | 'flat' | null
}

/** σ per year with the daily move that it means, to be put into words; null where it is not available. */
export interface FormattedSigma {
  /** `58.3 %`, or `n/a`. */
  readonly text: string
  /** `58.3`; `< 0.1` for what would read as nothing. */
  readonly year: string | null
  /** `3.1` */
  readonly day: string | null
}

const NOT_AVAILABLE = 'n/a'

/**
 * A fraction as percent.
 *
 * @param fraction 0.583 for 58.3 %; null or NaN = not available
 * @param places   decimals
 */
export function formatPercent(fraction: number | null, places = 1, locale = 'en'): string {
  const percent = roundedPercent(fraction, places)
  if (percent === null) return NOT_AVAILABLE
  return `${groupDecimal(percent, locale)} %`
}

/** A change as percent with two decimals, sign and arrow. */
export function formatChange(fraction: number | null, locale = 'en'): FormattedChange {
  const percent = fraction === null ? null : roundedPercent(Math.abs(fraction), 2)
  if (fraction === null || percent === null) return { text: NOT_AVAILABLE, percent: null, direction: null }
  const number = groupDecimal(percent, locale)
  if (fraction > 0) return { text: `▲ +${number} %`, percent: number, direction: 'up' }
  if (fraction < 0) return { text: `▼ −${number} %`, percent: number, direction: 'down' }
  return { text: `◆ ±${number} %`, percent: number, direction: 'flat' }
}

/**
 * σ per year with one decimal, and the daily move σ / √365. A σ above 0 never reads as zero.
 *
 * @param sigmaYear fraction per year; null or NaN = not available
 */
export function formatSigma(sigmaYear: number | null, locale = 'en'): FormattedSigma {
  const year = smallPercent(sigmaYear, locale)
  const day = smallPercent(sigmaYear === null ? null : sigmaYear / Math.sqrt(365), locale)
  return { text: year === null ? NOT_AVAILABLE : `${year} %`, year, day }
}

/** One decimal; `< 0.1` for what is above 0 and would read as 0.0. */
function smallPercent(fraction: number | null, locale: string): string | null {
  const percent = roundedPercent(fraction, 1)
  if (percent === null) return null
  if (percent === '0.0' && fraction !== 0) return `< ${groupDecimal('0.1', locale)}`
  return groupDecimal(percent, locale)
}

/** The fraction in percent as plain decimal; null when not available. */
function roundedPercent(fraction: number | null, places: number): string | null {
  if (fraction === null || !Number.isFinite(fraction)) return null
  // The shortest decimal of the double, shifted by text: 0.285 is 28.5 %, where × 100 gives 28.499999999999996.
  const plain = plainDecimal(shiftTwo(String(Math.abs(fraction))))
  if (plain === null) return null
  const rounded = roundDecimal(plain, places)
  return fraction < 0 && /[1-9]/.test(rounded) ? `-${rounded}` : rounded
}

function shiftTwo(number: string): string {
  const [mantissa = '0', exponent = '0'] = number.split('e')
  return `${mantissa}e${Number(exponent) + 2}`
}
