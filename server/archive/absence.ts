/**
 * Classes confirmed absences: empty, an outage of the source, a hole too long to believe, or, before the first candle and
 * right behind what is beyond the source, beyond as well. Pure. The class of a place
 * depends on its neighbours in time and on the source's other markets, so it is judged anew whenever those change.
 */
import { HOUR_MS, INTERVAL_MS, MINUTE_MS, type StoredInterval } from '../../core/time/interval.ts'
import { isConfirmed, type AbsentPlace, type Reason } from './place.ts'

/** A longer hole is never called empty. */
export const LONGEST_EMPTY_MS = 6 * HOUR_MS
/** All followed markets silent at once for so long: an outage of the source. */
const OUTAGE_MS = 5 * MINUTE_MS
/** An outage is judged only where so many markets of the source were read. */
export const OUTAGE_MARKETS = 3

/** A stretch of one series, place by place. Absent and unread where neither a candle nor a place is known. */
export interface Stretch {
  readonly interval: StoredInterval
  readonly fromMs: number
  readonly present: readonly boolean[]
  readonly places: readonly (AbsentPlace | undefined)[]
  /** Start of the series' first candle; Infinity where none is known. Before it nobody can tell an outage. */
  readonly firstMs: number
}

/** What is known of all followed markets of a source over a stretch. */
export interface Pulse {
  /** How many of them were read there and had a first candle by then. */
  readonly markets: (startMs: number) => number
  /** Whether any of them traded. */
  readonly traded: (startMs: number) => boolean
}

/** New reasons of confirmed absences, by place; only those that change. */
export function classify(stretch: Stretch, pulse: Pulse): Map<number, Reason> {
  const step = INTERVAL_MS[stretch.interval]
  const outage = outages(stretch.interval, stretch.fromMs, stretch.present.length, pulse)
  const changes = new Map<number, Reason>()
  for (const [from, to] of holes(stretch)) {
    const isLong = (to - from) * step > LONGEST_EMPTY_MS
    const isBeyond =
      stretch.places[from - 1]?.reason === 'beyond' && stretch.fromMs + to * step === stretch.firstMs
    for (let i = from; i < to; i++) {
      const place = stretch.places[i]
      if (!isConfirmed(place)) continue
      const isOutage = outage[i] === 1 && stretch.fromMs + i * step >= stretch.firstMs
      const reason = isBeyond ? 'beyond' : isOutage ? 'outage' : isLong ? 'hole' : 'empty'
      if (place!.reason !== reason) changes.set(i, reason)
    }
  }
  return changes
}

/** Runs of places known to be absent. */
function holes({ present, places }: Stretch): [number, number][] {
  return runs(present.length, (i) => !present[i] && places[i] !== undefined && places[i]!.reason !== 'beyond')
}

/**
 * Places at which the source itself was silent: 1 there, over `length` places from `fromMs`. The pulse is asked a little
 * beyond both ends, since a silence may begin before.
 */
export function outages(interval: StoredInterval, fromMs: number, length: number, pulse: Pulse): Uint8Array {
  const step = INTERVAL_MS[interval]
  const margin = Math.ceil(OUTAGE_MS / step)
  const silent = new Uint8Array(length + 2 * margin)
  const at = (i: number) => fromMs + (i - margin) * step
  const isQuiet = (i: number) => pulse.markets(at(i)) >= OUTAGE_MARKETS && !pulse.traded(at(i))
  for (const [from, to] of runs(silent.length, isQuiet))
    if ((to - from) * step >= OUTAGE_MS) silent.fill(1, from, to)
  return silent.subarray(margin, margin + length)
}

function runs(length: number, holds: (i: number) => boolean): [number, number][] {
  const found: [number, number][] = []
  for (let i = 0; i < length; i++) {
    if (!holds(i)) continue
    const from = i
    while (i < length && holds(i)) i++
    found.push([from, i])
  }
  return found
}
