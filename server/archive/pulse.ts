/**
 * The pulse of a source: at which places any of its followed markets traded, slice by slice, and which markets were read
 * there. It tells an outage of the source from a quiet market, without looking at the other markets' candles.
 */
import { sql } from 'drizzle-orm'
import type { StoredInterval } from '../../core/time/interval.ts'
import { list } from '../db/arrays.ts'
import { rows, type Transaction } from '../db/database.ts'
import type { Pulse } from './absence.ts'
import { codeOf, minuteOf, SLICE_PLACES, stepOf } from './grid.ts'

interface PulseRow {
  from_minute: number
  traded: string
  markets: number[]
}

/** Slices of a pulse by their first minute. */
export type PulseSlices = Map<number, { readonly traded: string; readonly markets: ReadonlySet<number> }>

/** Reads the pulse of all slices that touch [fromMinute, toMinute). */
export async function readPulse(
  tx: Transaction,
  source: string,
  interval: StoredInterval,
  fromMinute: number,
  toMinute: number,
): Promise<PulseSlices> {
  const found = await rows<PulseRow>(
    tx,
    sql`SELECT from_minute, traded::text AS traded, markets FROM pulse
      WHERE source = ${source} AND interval = ${codeOf(interval)}
        AND from_minute > ${fromMinute - SLICE_PLACES * stepOf(interval)} AND from_minute < ${toMinute}`,
  )
  return new Map(found.map((row) => [row.from_minute, { traded: row.traded, markets: new Set(row.markets) }]))
}

/** Slices as the question that absences are judged by. */
export function pulseOf(slices: PulseSlices, interval: StoredInterval): Pulse {
  const step = stepOf(interval)
  const at = (startMs: number) => {
    const minute = minuteOf(startMs)
    const from = Math.floor(minute / (SLICE_PLACES * step)) * SLICE_PLACES * step
    return { slice: slices.get(from), place: (minute - from) / step }
  }
  return {
    markets: (startMs) => at(startMs).slice?.markets.size ?? 0,
    traded: (startMs) => {
      const { slice, place } = at(startMs)
      return slice?.traded[place] === '1'
    },
  }
}

/** A slice with one more market's candles in it; the same object when they say nothing new. */
export function withMarket(
  before: { readonly traded: string; readonly markets: ReadonlySet<number> } | undefined,
  market: number,
  places: Iterable<number>,
): { readonly traded: string; readonly markets: ReadonlySet<number> } {
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
  slice: { readonly traded: string; readonly markets: ReadonlySet<number> },
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
