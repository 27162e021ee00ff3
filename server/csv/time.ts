/**
 * The time column of a CSV: ISO 8601 in UTC, or Unix seconds, milliseconds or microseconds, told apart by their size.
 */
import { plainDecimal } from '../../core/decimal/text.ts'

export type TimeNotation = 'ISO 8601' | 'Unix seconds' | 'Unix milliseconds' | 'Unix microseconds'

export interface ReadTime {
  /** Unix milliseconds; a fraction where the text names a time between two. */
  readonly ms: number
  readonly notation: TimeNotation
}

const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s?(Z|z|[+-]\d{2}(?::?\d{2})?)?$/

/** Seconds stay below it until the year 5138, milliseconds are above it from March 1973 on. */
const SECONDS_BELOW = 1e11
const MILLISECONDS_BELOW = 1e14
const MICROSECONDS_BELOW = 1e17

/** Reads one time; null when the text is none. A text without a zone is UTC. */
export function readTime(text: string): ReadTime | null {
  const iso = ISO.exec(text)
  if (iso) return readIso(iso)
  const plain = plainDecimal(text)
  if (plain === null) return null
  const value = Number(plain)
  const size = Math.abs(value)
  if (size < SECONDS_BELOW) return { ms: value * 1000, notation: 'Unix seconds' }
  if (size < MILLISECONDS_BELOW) return { ms: value, notation: 'Unix milliseconds' }
  if (size < MICROSECONDS_BELOW) return { ms: value / 1000, notation: 'Unix microseconds' }
  return null
}

/** null when the calendar has no such day, or the day no such time. */
function readIso(match: RegExpExecArray): ReadTime | null {
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] = match
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  // Date.parse takes 30 February for 1 March.
  if (Number.isNaN(ms) || new Date(ms).getUTCDate() !== Number(day) || hour === '24') return null
  const below = fraction === '' ? 0 : Number(`0.${fraction}`) * 1000
  const offset = offsetMs(zone)
  return offset === null ? null : { ms: ms + below - offset, notation: 'ISO 8601' }
}

function offsetMs(zone: string): number | null {
  if (zone === 'Z' || zone === 'z') return 0
  const hours = Number(zone.slice(1, 3))
  const minutes = Number(zone.slice(3).replace(':', '') || '0')
  if (hours > 14 || minutes > 59) return null
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000
}
