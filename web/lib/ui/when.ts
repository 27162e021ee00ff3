/** Instants as short as their distance allows: `14:02:31` today, `24 Nov 14:02` this year, `24 Nov 2021` before. */
import { zoneParts, type Zone } from '../../../core/time/zone.ts'
import { dateLocale } from '../../../core/format/locale.ts'
import { locale } from '../i18n/language.ts'

interface Parts {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly clock: string
  readonly seconds: string
}

function partsOf(ms: number, zone: Zone): Parts {
  const { year, month, day, hour, minute, second } = zoneParts(ms, zone)
  const two = (value: number) => String(value).padStart(2, '0')
  return { year, month, day, clock: `${two(hour)}:${two(minute)}`, seconds: two(second) }
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** Day and month, with the year where asked for, in the order of the language. */
function dateText({ year, month, day }: Parts, withYear: boolean): string {
  const tag = locale()
  const key = `${tag} ${withYear}`
  const format =
    formats.get(key) ??
    new Intl.DateTimeFormat(dateLocale(tag), {
      numberingSystem: 'latn',
      timeZone: 'UTC',
      month: 'short',
      day: 'numeric',
      ...(withYear ? { year: 'numeric' } : {}),
    })
  formats.set(key, format)
  return format.format(Date.UTC(year, month, day))
}

/**
 * @param nowMs   what "today" means
 * @param seconds whether today's times carry them
 */
export function when(ms: number, nowMs: number, zone: Zone = 'local', seconds = false): string {
  const then = partsOf(ms, zone)
  const now = partsOf(nowMs, zone)
  const mark = zone === 'utc' ? ' UTC' : ''
  if (then.year === now.year && then.month === now.month && then.day === now.day)
    return (seconds ? `${then.clock}:${then.seconds}` : then.clock) + mark
  if (then.year === now.year) return `${dateText(then, false)} ${then.clock}${mark}`
  return dateText(then, true)
}

/** The zone in which bars of a length are named: days are UTC days. */
export function zoneFor(stepMs: number, zone: Zone): Zone {
  return stepMs >= 86_400_000 ? 'utc' : zone
}

/** Day and time as fully as a bar of `stepMs` needs them, for the cursor and the table. */
export function instantOf(ms: number, stepMs: number, zone: Zone): string {
  // A day of ours is a UTC day, wherever the reader is.
  const parts = partsOf(ms, zoneFor(stepMs, zone))
  const date = dateText(parts, true)
  return stepMs >= 86_400_000 ? date : `${date} ${parts.clock}${zone === 'utc' ? ' UTC' : ''}`
}

/** A span as shortly as its length allows: with times under three days, with years where they differ or are told once. */
export function spanText(fromMs: number, toMs: number, zone: Zone): string {
  const [from, to] = [partsOf(fromMs, zone), partsOf(toMs - 1, zone)]
  if (toMs - fromMs < 3 * 86_400_000) {
    const end = partsOf(toMs, zone)
    const mark = zone === 'utc' ? ' UTC' : ''
    return `${dateText(from, false)} ${from.clock} – ${dateText(end, false)} ${end.clock}${mark}`
  }
  return `${dateText(from, from.year !== to.year)} – ${dateText(to, true)}`
}
