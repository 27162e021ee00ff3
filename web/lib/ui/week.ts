/** The days of a week in a locale: 0 = Sunday to 6 = Saturday. */

/** A part of the language that some engines have as a property, others as a method, and the oldest not at all. */
interface WithWeek {
  readonly weekInfo?: { readonly firstDay: number }
  readonly getWeekInfo?: () => { readonly firstDay: number }
}

/** In the order in which the locale begins its week; from Monday where it does not say. */
export function daysOfWeek(locale: string): number[] {
  const known = new Intl.Locale(locale) as unknown as WithWeek
  const firstDay = (known.getWeekInfo?.() ?? known.weekInfo)?.firstDay ?? 1
  return Array.from({ length: 7 }, (_, i) => (firstDay + i) % 7)
}

/** Sunday first. */
export function namesOfDays(locale: string, length: 'narrow' | 'short' | 'long'): string[] {
  const format = new Intl.DateTimeFormat(locale, { weekday: length, timeZone: 'UTC' })
  // 2023 began on a Sunday.
  return Array.from({ length: 7 }, (_, day) => format.format(Date.UTC(2023, 0, 1 + day)))
}
