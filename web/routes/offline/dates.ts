/** Names of UTC days and months in the reader's language. */
import { dateLocale } from '$core/format/locale.ts'
import { locale } from '$lib/i18n/language.ts'

const inUtc = (ms: number, options: Intl.DateTimeFormatOptions): string =>
  new Intl.DateTimeFormat(dateLocale(locale()), { timeZone: 'UTC', ...options }).format(ms)

/** `Mar`, or `March 2024`. */
export const monthName = (ms: number, length: 'short' | 'long'): string =>
  inUtc(ms, length === 'short' ? { month: 'short' } : { month: 'long', year: 'numeric' })

/** `Thu, 14 Mar 2024` */
export const dayName = (ms: number): string =>
  inUtc(ms, { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' })
