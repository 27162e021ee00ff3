/**
 * Instants for people, in the reader's zone or in UTC; UTC is always said.
 */
import { intlZone, type Zone } from '../time/zone.ts'
import { dateLocale } from './locale.ts'

/** How much of an instant is told: a day, a minute of a day, or seconds as well. */
export type Precision = 'day' | 'minute' | 'second'

const OPTIONS: Readonly<Record<Precision, Intl.DateTimeFormatOptions>> = {
  day: { year: 'numeric', month: 'short', day: 'numeric' },
  minute: {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  },
  second: {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  },
}

const formats = new Map<string, Intl.DateTimeFormat>()

/**
 * An instant: `1 Mar 2024, 12:00 UTC` in the order of the locale; without the zone's name where it is the reader's own.
 *
 * @param ms Unix milliseconds; null or NaN = `n/a`
 */
export function formatInstant(ms: number | null, zone: Zone, precision: Precision, locale = 'en'): string {
  if (ms === null || !Number.isFinite(ms) || Math.abs(ms) > 8.64e15) return 'n/a'
  const text = formatOf(zone, precision, locale).format(ms)
  return zone === 'utc' ? `${text} UTC` : text
}

function formatOf(zone: Zone, precision: Precision, locale: string): Intl.DateTimeFormat {
  const key = `${zone} ${precision} ${locale}`
  const known = formats.get(key)
  if (known) return known
  const format = new Intl.DateTimeFormat(dateLocale(locale), {
    ...OPTIONS[precision],
    numberingSystem: 'latn',
    timeZone: intlZone(zone),
  })
  formats.set(key, format)
  return format
}
