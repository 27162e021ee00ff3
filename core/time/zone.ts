/**
 * Calendar parts of an instant in a time zone, and back. The reader's own zone and UTC are asked of `Date`, any other of `Intl`.
 */
import { DAY_MS } from './interval.ts'

/** The zone of the device, UTC, or a name of the IANA database such as `Europe/Berlin`. */
export type Zone = 'local' | 'utc' | `${string}/${string}`

export interface ZoneParts {
  readonly year: number
  /** 0 = January. */
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
}

/** Whether the text names a zone that this device knows. */
export function isZone(text: unknown): text is Zone {
  if (text === 'local' || text === 'utc') return true
  if (typeof text !== 'string' || !text.includes('/')) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: text })
    return true
  } catch {
    // RangeError: no such zone.
    return false
  }
}

/** The `timeZone` option of Intl's formats; undefined means the device's own. */
export function intlZone(zone: Zone): string | undefined {
  return zone === 'local' ? undefined : zone === 'utc' ? 'UTC' : zone
}

export function zoneParts(ms: number, zone: Zone): ZoneParts {
  if (zone === 'local') {
    const date = new Date(ms)
    return {
      year: date.getFullYear(),
      month: date.getMonth(),
      day: date.getDate(),
      hour: date.getHours(),
      minute: date.getMinutes(),
      second: date.getSeconds(),
    }
  }
  const date = new Date(ms + zoneOffsetMs(ms, zone))
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth(),
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
  }
}

/**
 * The first instant of a calendar day in the zone: its midnight, the earlier one where clocks are set back over it, and where
 * they are set ahead over it the instant of that.
 *
 * @param month 0 = January; months and days beyond their range are carried on, as with `Date`
 */
export function zoneMidnight(year: number, month: number, day: number, zone: Zone): number {
  if (zone === 'local') return new Date(year, month, day).getTime()
  const wall = Date.UTC(year, month, day)
  // No zone is further than 14 hours from UTC, so these lie on both sides of a change of the clocks that is near midnight.
  const before = zoneOffsetMs(wall - DAY_MS, zone)
  const after = zoneOffsetMs(wall + DAY_MS, zone)
  if (before === after) return wall - before
  const midnights = [Math.max(before, after), Math.min(before, after)]
    .filter((offset) => zoneOffsetMs(wall - offset, zone) === offset)
    .map((offset) => wall - offset)
  // By the clocks that were not set yet, the day begins as they are.
  return midnights[0] ?? wall - before
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** How far the zone's clocks are ahead of UTC at an instant. */
function zoneOffsetMs(ms: number, zone: Exclude<Zone, 'local'>): number {
  if (zone === 'utc') return 0
  let format = formats.get(zone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    formats.set(zone, format)
  }
  const wholeMs = Math.floor(ms / 1000) * 1000
  const found: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {}
  for (const { type, value } of format.formatToParts(wholeMs)) found[type] = Number(value)
  const wall = Date.UTC(
    found.year ?? 1970,
    (found.month ?? 1) - 1,
    found.day ?? 1,
    found.hour ?? 0,
    found.minute ?? 0,
    found.second ?? 0,
  )
  return wall - wholeMs
}
