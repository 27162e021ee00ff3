/**
 * The pulse of a source: at which places any of its followed markets traded, slice by slice, and which markets were read
 * there. It tells an outage of the source from a quiet market, without looking at the other markets' candles.
 */
import { sql, type SQL } from 'drizzle-orm'
import { MINUTE_MS, type StoredInterval } from '../../core/time/interval.ts'
import { list } from '../db/arrays.ts'
import { rows, type Transaction } from '../db/database.ts'
import { LONGEST_EMPTY_MS, type Pulse } from './absence.ts'
import { codeOf, minuteOf, SLICE_PLACES, stepOf } from './grid.ts'

/** What is known of a source in one slice. */
export interface PulseSlice {
  /** A character a place: 1 where any market traded. */
  readonly traded: string
  /** Keys of the markets that were read. */
  readonly markets: ReadonlySet<number>
}

/** Slices of a pulse by their first minute. */
export type PulseSlices = Map<number, PulseSlice>

/** First minutes of the series of a source's markets, by key. */
export type FirstMinutes = ReadonlyMap<number, number>

/** Enough on either side of a slice for a hole as long as may be empty. */
const MARGIN_MINUTES = 2 * (LONGEST_EMPTY_MS / MINUTE_MS)

/** The pulse of a slice and around it, as one text. */
export function pulseText(
  source: string,
  interval: StoredInterval,
  fromMinute: number,
  toMinute: number,
): SQL {
  const slice = SLICE_PLACES * stepOf(interval)
  return sql`(SELECT string_agg(concat_ws(',', from_minute, traded, array_to_string(markets, ' ')), ';') FROM pulse
    WHERE source = ${source} AND interval = ${codeOf(interval)}
      AND from_minute > ${fromMinute - MARGIN_MINUTES - slice} AND from_minute < ${toMinute + MARGIN_MINUTES})`
}

export function readPulse(text: string | null): PulseSlices {
  const slices: PulseSlices = new Map()
  for (const slice of text?.split(';') ?? []) {
    const [from, traded, markets] = slice.split(',')
    slices.set(Number(from), { traded: traded!, markets: new Set(markets?.split(' ').map(Number)) })
  }
  return slices
}

/** The pulse of a stretch and around it. */
export async function readPulseAround(
  tx: Transaction,
  source: string,
  interval: StoredInterval,
  fromMinute: number,
  toMinute: number,
): Promise<PulseSlices> {
  const [found] = await rows<{ pulse: string | null }>(
    tx,
    sql`SELECT ${pulseText(source, interval, fromMinute, toMinute)} AS pulse`,
  )
  return readPulse(found!.pulse)
}

/** The first minutes of a source's series, as one text. */
export function firstsText(source: string, interval: StoredInterval): SQL {
  return sql`(SELECT string_agg(s.market || ' ' || s.first_minute, ';') FROM series s JOIN market m ON m.key = s.market
    WHERE m.source = ${source} AND s.interval = ${codeOf(interval)})`
}

export function readFirsts(text: string | null): FirstMinutes {
  return new Map(text?.split(';').map((first) => first.split(' ').map(Number) as [number, number]))
}

/** Slices as the question that absences are judged by. */
export function pulseOf(slices: PulseSlices, interval: StoredInterval, firsts: FirstMinutes): Pulse {
  const step = stepOf(interval)
  const at = (startMs: number) => {
    const minute = minuteOf(startMs)
    const from = Math.floor(minute / (SLICE_PLACES * step)) * SLICE_PLACES * step
    return { slice: slices.get(from), place: (minute - from) / step }
  }
  return {
    markets: (startMs) => {
      let begun = 0
      for (const market of at(startMs).slice?.markets ?? [])
        if ((firsts.get(market) ?? Infinity) <= minuteOf(startMs)) begun++
      return begun
    },
    traded: (startMs) => {
      const { slice, place } = at(startMs)
      return slice?.traded[place] === '1'
    },
  }
}

/** A slice with one more market's candles in it; the same object when they say nothing new. */
export function withMarket(
  before: PulseSlice | undefined,
  market: number,
  places: Iterable<number>,
): PulseSlice {
  const bits = (before?.traded ?? '0'.repeat(SLICE_PLACES)).split('')
  for (const place of places) bits[place] = '1'
  const traded = bits.join('')
  if (before?.traded === traded && before.markets.has(market)) return before
  return { traded, markets: new Set(before?.markets).add(market) }
}

/** Stores a slice of the pulse. */
export async function writePulse(
  tx: Transaction,
  source: string,
  interval: StoredInterval,
  fromMinute: number,
  slice: PulseSlice,
): Promise<void> {
  await rows(
    tx,
    sql`INSERT INTO pulse (source, interval, from_minute, traded, markets)
      VALUES (${source}, ${codeOf(interval)}, ${fromMinute}, ${slice.traded}::text::bit(300),
        ${list([...slice.markets])}::text::int[])
      ON CONFLICT (source, interval, from_minute)
      DO UPDATE SET traded = excluded.traded, markets = excluded.markets`,
  )
}
