/** The coverage calendar's arithmetic: what a day or month is called, and what to fetch for it. No screen, no store. */
import { DAY_MS, INTERVAL_MS } from '$core/time/interval.ts'
import { periodAt } from '$core/time/period.ts'
import type { AbsenceName, Coverage, SealedPeriod } from '$worker/api.ts'

/**
 * What a day is: `whole` or `partly` on the device, `missing` = known, and nothing there, `away` = at the server only, `before` =
 * before the listing or beyond what the source gives, `none` = nobody knows of it.
 */
export type DayKind = 'whole' | 'partly' | 'missing' | 'away' | 'before' | 'none'

export interface DayFacts {
  readonly startMs: number
  readonly kind: DayKind
  /** Places of the day that have closed. */
  readonly expected: number
  readonly here: number
  readonly present: number
  readonly empty: number
  readonly missing: Readonly<Record<AbsenceName, number>>
  /** What the server has sealed of it and the device does not hold; null without any. */
  readonly away: SealedPeriod | null
}

const ABSENCES: readonly AbsenceName[] = ['outage', 'refused', 'beyond', 'unknown']

/** One UTC day. */
export function dayFacts(coverage: Coverage, startMs: number, nowMs: number): DayFacts {
  const index = (startMs - coverage.startMs) / DAY_MS
  const at = (column: Uint16Array) => column[index] ?? 0
  const step = INTERVAL_MS[coverage.interval]
  const expected = Math.max(0, Math.floor((Math.min(nowMs, startMs + DAY_MS) - startMs) / step))
  const missing = Object.fromEntries(ABSENCES.map((name) => [name, at(coverage.missing[name])])) as Record<
    AbsenceName,
    number
  >
  const facts = {
    startMs,
    expected,
    here: at(coverage.here),
    present: at(coverage.present),
    empty: at(coverage.empty),
    missing,
    away: awayAt(coverage.periods, startMs),
  }
  return { ...facts, kind: kindOf(facts) }
}

function kindOf({ here, present, empty, missing, expected, away }: Omit<DayFacts, 'kind'>): DayKind {
  if (here === 0) return away ? 'away' : 'none'
  const known = present + empty
  if (known === 0) return missing.beyond === here ? 'before' : 'missing'
  // The newest place may still be on its way.
  return known === here && here >= expected - 1 ? 'whole' : 'partly'
}

function awayAt(periods: readonly SealedPeriod[], ms: number): SealedPeriod | null {
  return periods.find((period) => !period.isHere && period.fromMs <= ms && ms < period.toMs) ?? null
}

/** The days of a month, the first one first; those to come are left out. */
export function daysOf(coverage: Coverage, monthMs: number, nowMs: number): DayFacts[] {
  const { fromMs, toMs } = periodAt('month', monthMs)
  const days: DayFacts[] = []
  for (let ms = fromMs; ms < Math.min(toMs, nowMs); ms += DAY_MS) days.push(dayFacts(coverage, ms, nowMs))
  return days
}

/** First instants of the months of a year. */
export const monthsOf = (year: number): number[] =>
  Array.from({ length: 12 }, (_, month) => Date.UTC(year, month))

export interface Sum {
  readonly present: number
  readonly missing: Readonly<Record<AbsenceName, number>>
  /** Places that are missing, those before the listing not among them. */
  readonly absent: number
  /** Days of which the device has something, and days that are at the server only. */
  readonly daysHere: number
  readonly daysAway: number
}

/** Days put together. What lies before the listing is no hole. */
export function sumOf(days: readonly DayFacts[]): Sum {
  const missing: Record<AbsenceName, number> = { outage: 0, refused: 0, beyond: 0, unknown: 0 }
  let [present, daysHere, daysAway] = [0, 0, 0]
  for (const day of days) {
    present += day.present + day.empty
    if (day.here > 0) daysHere++
    if (day.kind === 'away') daysAway++
    if (day.kind !== 'before') for (const name of ABSENCES) missing[name] += day.missing[name]
  }
  return {
    present,
    missing,
    absent: ABSENCES.reduce((sum, name) => sum + missing[name], 0),
    daysHere,
    daysAway,
  }
}

/** Everything sealed in a span that the device does not hold. */
export function awayIn(coverage: Coverage, fromMs: number, toMs: number): SealedPeriod[] {
  return coverage.periods.filter((period) => !period.isHere && period.fromMs < toMs && fromMs < period.toMs)
}

/** Where the day of a UTC instant stands in a week whose days come in this order, 0 = first. */
export const weekdayOf = (ms: number, days: readonly number[]): number =>
  days.indexOf(new Date(ms).getUTCDay())

/** The first and the last year to show; null while nothing is known. */
export function yearsOf(coverage: Coverage, nowMs: number): readonly [number, number] | null {
  if (Number.isNaN(coverage.startMs)) return null
  return [new Date(coverage.startMs).getUTCFullYear(), new Date(nowMs).getUTCFullYear()]
}

/** Where a key leads in a grid of `columns` columns and `count` cells; null for a key that is none of the grid's. */
export function gridStep(key: string, at: number, count: number, columns: number): number | null {
  const row = at - (at % columns)
  const steps: Readonly<Record<string, number>> = {
    ArrowRight: at + 1,
    ArrowLeft: at - 1,
    ArrowDown: at + columns,
    ArrowUp: at - columns,
    Home: row,
    End: Math.min(count, row + columns) - 1,
  }
  const to = steps[key]
  return to === undefined ? null : to < 0 || to >= count ? at : to
}
