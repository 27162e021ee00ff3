/**
 * The pulse of a source: at which places any of its followed markets traded, slice by slice, and which markets were read
 * there. It tells an outage of the source from a quiet market, without looking at the other markets' candles.
 */
import { sql, type SQL } from 'drizzle-orm'
import { MINUTE_MS, type StoredInterval } from '../../core/time/interval.ts'
import { list } from '../db/arrays.ts'
import { rows, type Transaction } from '../db/database.ts'
import { LONGEST_EMPTY_MS, OUTAGE_MARKETS, type Pulse } from './absence.ts'
import { codeOf, minuteOf, SLICE_PLACES, stepOf } from './grid.ts'
import type { SeriesKey } from './span.ts'

/** What is known of a source in one slice. */
export interface PulseSlice {
  /** A character a place: 1 where any market traded. */
  readonly traded: string
  /** Keys of markets that were read: all, or enough of them to judge every place of the slice. */
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
  return sql`(SELECT string_agg(concat_ws(',', from_minute, traded, array_to_string(markets, ' ')), ';') FROM pulse
    WHERE ${around(source, interval, fromMinute, toMinute)})`
}

function around(source: string, interval: StoredInterval, fromMinute: number, toMinute: number): SQL {
  const slice = SLICE_PLACES * stepOf(interval)
  return sql`source = ${source} AND interval = ${codeOf(interval)}
    AND from_minute > ${fromMinute - MARGIN_MINUTES - slice} AND from_minute < ${toMinute + MARGIN_MINUTES}`
}

export function readPulse(text: string | null): PulseSlices {
  const slices: PulseSlices = new Map()
  for (const slice of text?.split(';') ?? []) {
    const [from, traded, markets] = slice.split(',')
    slices.set(Number(from), { traded: traded!, markets: new Set(markets?.split(' ').map(Number)) })
  }
  return slices
}

/** The pulse of a stretch and around it, and where the series begin that it names. */
export async function readPulseAround(
  tx: Transaction,
  source: string,
  key: SeriesKey,
  fromMinute: number,
  toMinute: number,
): Promise<{ slices: PulseSlices; firsts: FirstMinutes }> {
  const [found] = await rows<{ pulse: string | null; firsts: string | null }>(
    tx,
    sql`SELECT ${pulseText(source, key.interval, fromMinute, toMinute)} AS pulse,
      ${firstsText(source, key, fromMinute, toMinute)} AS firsts`,
  )
  return { slices: readPulse(found!.pulse), firsts: readFirsts(found!.firsts) }
}

/** The first minutes of a market's series and of those that the pulse around a slice names, as one text. */
export function firstsText(
  source: string,
  { market, interval }: SeriesKey,
  fromMinute: number,
  toMinute: number,
): SQL {
  return sql`(SELECT string_agg(s.market || ' ' || s.first_minute, ';') FROM series s
    WHERE s.interval = ${codeOf(interval)} AND s.market IN (SELECT ${market}::int
      UNION SELECT unnest(markets) FROM pulse WHERE ${around(source, interval, fromMinute, toMinute)}))`
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

/**
 * A slice with one more market's candles in it; the same object when they say nothing new. Once so many markets that began
 * before it are known that an outage can be judged, one more makes no difference, and a source may have thousands.
 */
export function withMarket(
  before: PulseSlice | undefined,
  market: number,
  places: Iterable<number>,
  fromMinute: number,
  firsts: FirstMinutes,
): PulseSlice {
  const bits = (before?.traded ?? '0'.repeat(SLICE_PLACES)).split('')
  for (const place of places) bits[place] = '1'
  const traded = bits.join('')
  const known = [...(before?.markets ?? [])]
  const isEnough =
    before !== undefined &&
    known.filter((one) => (firsts.get(one) ?? Infinity) <= fromMinute).length >= OUTAGE_MARKETS
  if (before?.traded === traded && (isEnough || before.markets.has(market))) return before
  return { traded, markets: isEnough ? before.markets : new Set([...known, market]) }
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
