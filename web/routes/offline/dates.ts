/** Names of UTC days, weekdays and months in the reader's language. */
import { DAY_MS } from '$core/time/interval.ts'
import { locale } from '$lib/i18n/language.ts'

const inUtc = (ms: number, options: Intl.DateTimeFormatOptions): string =>
  new Intl.DateTimeFormat(locale(), { timeZone: 'UTC', ...options }).format(ms)

/** `Mar`, or `March 2024`. */
export const monthName = (ms: number, length: 'short' | 'long'): string =>
  inUtc(ms, length === 'short' ? { month: 'short' } : { month: 'long', year: 'numeric' })

/** `Thu, 14 Mar 2024` */
export const dayName = (ms: number): string =>
  inUtc(ms, { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' })

/** 1 = Monday to 7 = Sunday; Monday where the browser does not say. */
export function firstDayOfWeek(tag: string): number {
  const info = new Intl.Locale(tag) as Intl.Locale & {
    getWeekInfo?: () => { firstDay: number }
    weekInfo?: { firstDay: number }
  }
  return info.getWeekInfo?.().firstDay ?? info.weekInfo?.firstDay ?? 1
}

/** The days of the week in the locale's order. */
export function weekdayNames(tag: string): { short: string; long: string }[] {
  // 5 January 1970 was a Monday.
  const monday = 4 * DAY_MS
  return Array.from({ length: 7 }, (_, index) => {
    const ms = monday + (firstDayOfWeek(tag) - 1 + index) * DAY_MS
    return { short: inUtc(ms, { weekday: 'narrow' }), long: inUtc(ms, { weekday: 'long' }) }
  })
}
