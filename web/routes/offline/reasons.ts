/** Why places are missing, in words: by the server's classes where it tells them, else by what the stored bytes say. */
import type { StoredInterval } from '$core/time/interval.ts'
import { DAY_MS, INTERVAL_MS } from '$core/time/interval.ts'
import type { SeriesGap, SeriesGaps } from '$core/wire/gaps.ts'
import type { GapClass } from '$core/wire/owner.ts'
import { gapWords } from '$lib/admin/words.ts'
import { plural, t } from '$lib/i18n/t.ts'
import type { AbsenceName } from '$worker/api.ts'
import { sumOf, type DayFacts } from './calendar.ts'

export interface Reason {
  readonly places: number
  readonly words: string
  /** A hole that may yet be filled, or that should not be; false for what nobody can give. */
  readonly isHole: boolean
}

function absenceWords(name: AbsenceName): string {
  if (name === 'outage') return t('outage of the source')
  if (name === 'refused') return t('refused: the source gave no valid candle')
  if (name === 'beyond') return t('before the listing, or beyond what the source gives')
  return t('not confirmed by the source, or not yet fetched by the server')
}

const NO_HOLES: ReadonlySet<GapClass | AbsenceName> = new Set([
  'not-listed',
  'limit',
  'unwanted',
  'dropped',
  'beyond',
] as const)

/**
 * What is missing in these neighbouring days and why, the most first.
 *
 * @param told of the series by the server; null where it was not asked, or does not answer
 */
export function reasonsOf(
  days: readonly DayFacts[],
  interval: StoredInterval,
  told: SeriesGaps | null,
): Reason[] {
  const toldFromMs = told ? (told.more ? (told.gaps[0]?.fromMs ?? Infinity) : -Infinity) : Infinity
  const found = [
    ...bySelf(days.filter(({ startMs }) => startMs < toldFromMs)),
    ...byClass(
      told?.gaps ?? [],
      days.filter(({ startMs }) => startMs >= toldFromMs),
      interval,
    ),
  ]
  const byWords = new Map<string, Reason>()
  for (const reason of found) {
    const { places = 0 } = byWords.get(reason.words) ?? {}
    byWords.set(reason.words, { ...reason, places: places + reason.places })
  }
  return [...byWords.values()].filter(({ places }) => places > 0).sort((a, b) => b.places - a.places)
}

function byClass(gaps: readonly SeriesGap[], days: readonly DayFacts[], interval: StoredInterval): Reason[] {
  const [first, last] = [days[0], days.at(-1)]
  if (!first || !last) return []
  const places = new Map<GapClass, number>()
  for (const gap of gaps) {
    const length = Math.min(last.startMs + DAY_MS, gap.toMs) - Math.max(first.startMs, gap.fromMs)
    if (length > 0) places.set(gap.class, (places.get(gap.class) ?? 0) + length / INTERVAL_MS[interval])
  }
  return [...places].map(([kind, count]) => ({
    places: Math.round(count),
    words: gapWords(kind).what,
    isHole: !NO_HOLES.has(kind),
  }))
}

function bySelf(days: readonly DayFacts[]): Reason[] {
  const { missing } = sumOf(days)
  return (Object.keys(missing) as AbsenceName[]).map((name) => ({
    places: missing[name],
    words: absenceWords(name),
    isHole: !NO_HOLES.has(name),
  }))
}

/** `1 minute`, `312 minutes`, grouped by nobody: a plural counts. */
export function placesText(count: number, interval: StoredInterval): string {
  if (interval === '1m') return plural(count, ['# minute', '# minutes'])
  return interval === '1h' ? plural(count, ['# hour', '# hours']) : plural(count, ['# day', '# days'])
}

/** What is known of a day, in one line. */
export function dayText(day: DayFacts, interval: StoredInterval): string {
  if (day.kind === 'none') return t('nothing is known of this day')
  if (day.kind === 'before') return absenceWords('beyond')
  if (day.kind === 'away') return t('not on this device')
  const known = day.present + day.empty
  if (day.kind === 'whole') return t(`${placesText(known, interval)}, all here`)
  const absent = day.here - known
  if (absent === 0) return t(`${placesText(known, interval)} here, the rest is not on this device`)
  return t(`${placesText(known, interval)} here, ${absent} missing`)
}
