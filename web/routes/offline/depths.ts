/** The depths that a pack may have, in words. */
import { ALL_DAYS, ALL_YEARS, type PackDepth } from '$lib/store/packs.ts'
import { plural, t } from '$lib/i18n/t.ts'

/** Days of minutes to choose from; 0 = none. */
export const MINUTE_DEPTHS = [0, 7, 30, 366, ALL_DAYS] as const
export type MinuteDepth = (typeof MINUTE_DEPTHS)[number]

/** The deepest choice that a number of days reaches. */
export const minuteDepthOf = (days: number): MinuteDepth =>
  MINUTE_DEPTHS.findLast((depth) => depth <= days) ?? 0

export function minuteDepthName(depth: MinuteDepth): string {
  if (depth === 0) return t('none')
  if (depth === 366) return t('1 year')
  if (depth === ALL_DAYS) return t('all')
  return plural(depth, ['# day', '# days'])
}

/** `days all · hours 2 y · minutes 30 d`; what is not kept is left out. */
export function depthText({ hourYears, minuteDays }: PackDepth): string {
  const parts = [t('days all')]
  if (hourYears >= ALL_YEARS) parts.push(t('hours all'))
  else if (hourYears > 0) parts.push(t(`hours ${hourYears} y`))
  const depth = minuteDepthOf(minuteDays)
  if (depth === ALL_DAYS) parts.push(t('minutes all'))
  else if (depth === 366) parts.push(t('minutes 1 y'))
  else if (depth > 0) parts.push(t(`minutes ${depth} d`))
  return parts.join(' · ')
}
