/**
 * Where the lines of an axis stand and what they say. Pure.
 */
import { dateLocale, groupDecimal } from '../../../core/format/locale.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../core/time/interval.ts'
import { zoneMidnight as midnight, zoneParts, type Zone } from '../../../core/time/zone.ts'
import type { Span } from './viewport.ts'

/**
 * Multiples of 1, 2 or 5 times a power of ten inside the span, about `most` of them.
 *
 * @param least the smallest step that the values can take; 0 where unknown
 */
export function numberTicks(low: number, high: number, most: number, least = 0): number[] {
  if (!(high > low)) return Number.isFinite(low) ? [low] : []
  const rough = (high - low) / Math.max(1, most)
  const power = 10 ** Math.floor(Math.log10(rough))
  const round = [1, 2, 5, 10].map((m) => m * power).find((candidate) => candidate >= rough * 0.8)
  const step = Math.max(least, round ?? 10 * power)
  const ticks: number[] = []
  for (let i = Math.ceil(low / step); i * step <= high; i++) ticks.push(i * step)
  return ticks
}

/** Powers of ten, with their doubles and halves (1, 2, 5) or thirds (1, 3) where there is room, for a logarithmic axis. */
export function logTicks(low: number, high: number, most: number): number[] {
  if (!(low > 0 && high > low)) return []
  const from = Math.floor(Math.log10(low))
  const to = Math.ceil(Math.log10(high))
  const every = Math.max(1, Math.ceil((Math.log10(high) - Math.log10(low)) / most))
  const decades = Math.log10(high / low)
  const digits = decades * 3 <= most ? [1, 2, 5] : decades * 2 <= most ? [1, 3] : [1]
  const ticks: number[] = []
  for (let power = from; power <= to; power++) {
    if (digits.length === 1 && power % every !== 0) continue
    for (const digit of digits) {
      const tick = Number(`${digit}e${power}`)
      if (tick >= low && tick <= high) ticks.push(tick)
    }
  }
  return ticks
}

type Step = { readonly unit: 'ms' | 'day' | 'month'; readonly count: number; readonly aboutMs: number }

const STEPS: readonly Step[] = [
  ...[1, 2, 5, 10, 15, 30].map((n): Step => ({ unit: 'ms', count: n * MINUTE_MS, aboutMs: n * MINUTE_MS })),
  ...[1, 2, 3, 6, 12].map((n): Step => ({ unit: 'ms', count: n * HOUR_MS, aboutMs: n * HOUR_MS })),
  ...[1, 2, 5, 10].map((n): Step => ({ unit: 'day', count: n, aboutMs: n * DAY_MS })),
  ...[1, 2, 3, 6, 12, 24, 60, 120].map((n): Step => ({
    unit: 'month',
    count: n,
    aboutMs: n * 30.44 * DAY_MS,
  })),
]

export interface TimeTicks {
  readonly at: readonly number[]
  readonly labels: readonly string[]
}

/** Round times inside the span, at most `most`, each named as shortly as its neighbours allow. */
export function timeTicks(span: Span, most: number, zone: Zone, locale = 'en'): TimeTicks {
  const wanted = (span.toMs - span.fromMs) / Math.max(1, most)
  const step = STEPS.find(({ aboutMs }) => aboutMs >= wanted * 0.9) ?? STEPS.at(-1)!
  const at: number[] = []
  for (const ms of instants(step, span, zone)) if (ms >= span.fromMs && ms <= span.toMs) at.push(ms)
  return { at, labels: at.map((ms) => label(ms, step, zone, locale)) }
}

function* instants(step: Step, span: Span, zone: Zone): Generator<number> {
  const start = zoneParts(span.fromMs, zone)
  if (step.unit === 'ms') {
    // Steps of hours count from midnight, so that they stay round where the zone is not whole hours from UTC.
    for (let day = midnight(start.year, start.month, start.day, zone); day <= span.toMs;) {
      const following = zoneParts(day + 36 * HOUR_MS, zone)
      const next = midnight(following.year, following.month, following.day, zone)
      for (let ms = day; ms < next - step.count / 2; ms += step.count) yield ms
      day = next
    }
    return
  }
  for (let i = 0; ; i++) {
    if (step.unit === 'day') {
      // Days of a month: 1, 1 + n, …; a rest shorter than a step before the next first is left out.
      const month = start.month + i
      const days = new Date(Date.UTC(start.year, month + 1, 0)).getUTCDate()
      if (midnight(start.year, month, 1, zone) > span.toMs) return
      for (let day = 1; day <= days - (step.count > 1 ? step.count / 2 : 0); day += step.count)
        yield midnight(start.year, month, day, zone)
    } else {
      const first = Math.floor((start.year * 12 + start.month) / step.count) * step.count + i * step.count
      const ms = midnight(Math.floor(first / 12), first % 12, 1, zone)
      if (ms > span.toMs) return
      yield ms
    }
  }
}

const months = new Map<string, readonly string[]>()

/** Short names of the months, made once a language. */
function monthsOf(locale: string): readonly string[] {
  let names = months.get(locale)
  if (!names) {
    const format = new Intl.DateTimeFormat(dateLocale(locale), { month: 'short', timeZone: 'UTC' })
    names = Array.from({ length: 12 }, (_, month) => format.format(Date.UTC(2024, month, 15)))
    months.set(locale, names)
  }
  return names
}

const dates = new Map<string, Intl.DateTimeFormat>()

/** Day and month in the order of the language. */
function dayText(day: number, month: number, locale: string): string {
  const format =
    dates.get(locale) ??
    new Intl.DateTimeFormat(dateLocale(locale), {
      day: 'numeric',
      month: 'short',
      numberingSystem: 'latn',
      timeZone: 'UTC',
    })
  dates.set(locale, format)
  return format.format(Date.UTC(2024, month, day))
}

function label(ms: number, step: Step, zone: Zone, locale: string): string {
  const { year, month, day, hour, minute } = zoneParts(ms, zone)
  const name = monthsOf(locale)[month]!
  if (step.unit === 'month') {
    if (step.count >= 12) return String(year)
    return month === 0 ? String(year) : name
  }
  if (step.unit === 'ms' && (hour !== 0 || minute !== 0)) {
    return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`
  }
  return day === 1 && step.unit === 'day' ? name : dayText(day, month, locale)
}

/** Decimals that tell neighbours at this distance apart: as many as its first figure has, at least and at most so many. */
export const decimalsOf = (step: number, most: number, least = 0): number =>
  Math.min(most, Math.max(least, -Math.floor(Math.log10(step) + 1e-9)))

/** The same for an axis of shares that are told in percent. */
export const percentDecimals = (ticks: readonly number[], most: number): number =>
  decimalsOf((ticks.length > 1 ? ticks[1]! - ticks[0]! : 1) * 100, most)

/** Names for the lines of a value axis: as many decimals as their distance needs, thousands as `k` where all are round. */
export function numberLabels(ticks: readonly number[], locale = 'en'): string[] {
  const step = ticks.length > 1 ? ticks[1]! - ticks[0]! : ticks[0] || 1
  const largest = Math.max(0, ...ticks.map(Math.abs))
  const [divisor, unit] =
    largest >= 1e6 && step >= 1e5 ? [1e6, ' M'] : largest >= 1e4 && step >= 100 ? [1e3, ' k'] : [1, '']
  const decimals = decimalsOf(step / divisor, 20)
  return ticks.map((value) => {
    if (value === 0) return '0'
    if (decimals > 4) return tiny(value, decimals)
    return groupDecimal((value / divisor).toFixed(decimals), locale) + unit
  })
}

/** `0.0₅87` for 0.00000087: the small figure counts the zeros after the point. */
function tiny(value: number, decimals: number): string {
  const digits = value.toFixed(decimals)
  const zeros = /^-?0\.(0{4,})/.exec(digits)?.[1]?.length
  if (zeros === undefined) return digits
  const small = [...String(zeros)].map((digit) => String.fromCharCode(0x2080 + Number(digit))).join('')
  return `0.0${small}${digits.slice(digits.indexOf('.') + 1 + zeros)}`
}
