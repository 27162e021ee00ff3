/** Everything known of one slice, read in one statement: how it stands, its candles, its absences, its source's pulse. */
import { sql } from 'drizzle-orm'
import { rows, type Transaction } from '../db/database.ts'
import type { SliceState } from './judge.ts'
import { codeOf, minuteOf, msOf, stepOf } from './grid.ts'
import { firstsText, pulseText, readFirsts, readPulse, type FirstMinutes, type PulseSlices } from './pulse.ts'
import {
  candlesText,
  placesText,
  readCandles,
  readPlaces,
  readSpan,
  type SeriesKey,
  type Span,
} from './span.ts'

export interface Slice {
  readonly span: Span
  readonly state: SliceState
  /** Its source's pulse, here and around. */
  readonly pulse: PulseSlices
  /** Where the series of the source begin. */
  readonly firsts: FirstMinutes
  /** Whether any chunk holds a part of it. */
  readonly isSealed: boolean
}

interface SliceRecord {
  read_to: number | null
  settled_to: number | null
  readings: number | null
  silences: number | null
  last_read: string | number | null
  candles: string | null
  places: string | null
  pulse: string | null
  firsts: string | null
  sealed: boolean
}

/** Reads a slice; from its chunks as well where it is sealed. */
export async function readSlice(
  tx: Transaction,
  source: string,
  key: SeriesKey,
  fromMs: number,
  toMs: number,
): Promise<Slice> {
  const [from, to] = [minuteOf(fromMs), minuteOf(toMs)]
  const inSlice = sql`market = ${key.market} AND interval = ${codeOf(key.interval)} AND minute >= ${from} AND minute < ${to}`
  const [found] = await rows<SliceRecord>(
    tx,
    sql`SELECT c.read_to, c.settled_to, c.readings, c.silences, c.last_read, ${candlesText(inSlice)} AS candles,
        ${placesText(inSlice)} AS places, ${pulseText(source, key.interval, from, to)} AS pulse,
        ${firstsText(source, key, from, to)} AS firsts,
        EXISTS (SELECT 1 FROM chunk WHERE market = ${key.market} AND interval = ${codeOf(key.interval)}
          AND NOT removed AND to_minute > ${from} AND from_minute < ${to}) AS sealed
      FROM (SELECT 1) AS one LEFT JOIN coverage c
        ON c.market = ${key.market} AND c.interval = ${codeOf(key.interval)} AND c.from_minute = ${from}`,
  )
  const record = found!
  const state: SliceState = {
    readToMs: record.read_to === null ? fromMs : msOf(record.read_to),
    settledToMs: record.settled_to === null ? fromMs : msOf(record.settled_to),
    readings: record.readings ?? 0,
    silences: record.silences ?? 0,
    lastReadMs: Number(record.last_read ?? 0),
  }
  const span = record.sealed
    ? await readSpan(tx, key, from, to)
    : spanOf(key, from, to, record.candles, record.places)
  return {
    span,
    state,
    pulse: readPulse(record.pulse),
    firsts: readFirsts(record.firsts),
    isSealed: record.sealed,
  }
}

function spanOf(
  key: SeriesKey,
  from: number,
  to: number,
  candles: string | null,
  places: string | null,
): Span {
  const step = stepOf(key.interval)
  const length = (to - from) / step
  const span: Span = {
    interval: key.interval,
    fromMinute: from,
    toMinute: to,
    candles: Array.from({ length }),
    places: Array.from({ length }),
  }
  for (const [minute, place] of readPlaces(places)) span.places[(minute - from) / step] = place
  for (const row of readCandles(candles)) {
    const i = (minuteOf(row.startMs) - from) / step
    span.candles[i] = row
    span.places[i] = undefined
  }
  return span
}
