/** The newest bars of many markets at once, out of rows alone: what is younger than `HOT_MS` lies in rows, sealed or not. */
import { sql } from 'drizzle-orm'
import { missingColumns, State, type CandleColumns } from '../../core/candle/columns.ts'
import type { MarketId } from '../../core/market.ts'
import type { StoredInterval } from '../../core/time/interval.ts'
import { list, textList } from '../db/arrays.ts'
import { rows, type Transaction } from '../db/database.ts'
import { codeOf, minuteOf, msOf, stepOf } from './grid.ts'

/** A market, and from which instant on its bars are wanted. */
export interface RecentSpan {
  readonly market: MarketId
  readonly fromMs: number
}

interface Found {
  readonly id: MarketId
  readonly from_minute: number
  readonly to_minute: number
  readonly candles: string | null
  readonly places: string | null
}

/**
 * From the instant that is asked for, but from the first candle at the earliest, to the newest candle; no volume. Markets that have
 * none there are left out.
 *
 * @param spans none older than `HOT_MS`, and of markets that continue no other
 */
export async function recentColumns(
  tx: Transaction,
  interval: StoredInterval,
  spans: readonly RecentSpan[],
): Promise<Map<MarketId, CandleColumns>> {
  const code = codeOf(interval)
  const step = stepOf(interval)
  const found = await rows<Found>(
    tx,
    sql`SELECT m.id, w.from_minute, s.last_minute + ${step}::int AS to_minute,
        (SELECT string_agg(concat_ws(',', minute, open, high, low, close, samples), ';') FROM candle
          WHERE market = m.key AND interval = ${code} AND minute >= w.from_minute) AS candles,
        (SELECT string_agg(minute || ',' || state, ';') FROM place
          WHERE market = m.key AND interval = ${code} AND minute >= w.from_minute AND minute <= s.last_minute) AS places
      FROM unnest(${textList(spans.map(({ market }) => market))}::text::text[],
        ${list(spans.map(({ fromMs }) => minuteOf(fromMs)))}::text::int[]) AS asked (id, minute)
      JOIN market m ON m.id = asked.id AND NOT m.removed
      JOIN series s ON s.market = m.key AND s.interval = ${code}
      CROSS JOIN LATERAL (SELECT greatest(asked.minute, s.first_minute) AS from_minute) w
      WHERE s.last_minute >= w.from_minute`,
  )
  return new Map(found.map((one) => [one.id, columnsOf(one, interval)]))
}

function columnsOf({ id, from_minute, to_minute, candles, places }: Found, interval: StoredInterval) {
  const step = stepOf(interval)
  const columns = missingColumns(id, interval, msOf(from_minute), (to_minute - from_minute) / step, false)
  for (const place of places?.split(';') ?? []) {
    const [minute, state] = place.split(',')
    columns.states[(Number(minute) - from_minute) / step] = Number(state)
  }
  for (const candle of candles?.split(';') ?? []) {
    const [minute, open, high, low, close, samples] = candle.split(',').map(Number) as number[]
    const at = (minute! - from_minute) / step
    columns.states[at] = State.present
    columns.open[at] = open!
    columns.high[at] = high!
    columns.low[at] = low!
    columns.close[at] = close!
    if (samples! > 0) (columns.samples ??= new Uint32Array(columns.length))[at] = samples!
  }
  return columns
}
