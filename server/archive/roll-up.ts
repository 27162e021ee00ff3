/** Holds a source's own longer candles against the roll-up of its shorter ones. A difference is the source's, no fault. */
import { sql } from 'drizzle-orm'
import type { CandleRow } from '../../core/candle/row.ts'
import { rollUpRows } from '../../core/candle/rollup.ts'
import { compareDecimals } from '../../core/decimal/text.ts'
import { INTERVAL_MS, type StoredInterval } from '../../core/time/interval.ts'
import { isoSeconds } from '../../core/time/iso.ts'
import { rows, type Database, type Transaction } from '../db/database.ts'
import { codeOf, minuteOf, msOf } from './grid.ts'
import type { KeyedMarket } from './markets.ts'
import { presentRows, readSpan, statesOf } from './span.ts'
import type { RollUpReport } from './types.ts'

/** Short candles read at a time. */
const STRETCH = 30 * 24 * 60

/** Compares every long candle of which all parts are there. */
export async function compareRollUp(
  database: Database,
  market: KeyedMarket,
  from: StoredInterval,
  interval: StoredInterval,
): Promise<RollUpReport> {
  const stepMs = INTERVAL_MS[interval]
  const stretchMs = Math.ceil((STRETCH * INTERVAL_MS[from]) / stepMs) * stepMs
  const ends = await database.readInTurn((tx) => overlap(tx, market.key, from, interval))
  let compared = 0
  let newestMs: number | null = null
  let differing = 0
  for (let at = ends?.fromMs ?? 0; ends && at < ends.toMs; at += stretchMs) {
    const toMs = Math.min(at + stretchMs, ends.toMs)
    const pairs = await database.readInTurn((tx) => pairsIn(tx, market.key, from, interval, at, toMs))
    compared += pairs.length
    for (const [own, rolled] of pairs)
      if (!isSame(own, rolled)) {
        differing++
        newestMs = own.startMs
      }
  }
  return {
    market: market.id,
    interval,
    from,
    compared,
    differing,
    newest: newestMs === null ? null : isoSeconds(newestMs),
  }
}

/** Where both series have candles, on the grid of the longer one. */
async function overlap(tx: Transaction, market: number, from: StoredInterval, interval: StoredInterval) {
  const [found] = await rows<{ first: number | null; last: number | null }>(
    tx,
    sql`SELECT max(first_minute) AS first, min(last_minute) AS last FROM series
      WHERE market = ${market} AND interval IN (${codeOf(from)}, ${codeOf(interval)}) HAVING count(*) = 2`,
  )
  if (!found || found.first === null || found.last === null) return null
  const step = INTERVAL_MS[interval]
  return {
    fromMs: Math.floor(msOf(found.first) / step) * step,
    toMs: Math.floor(msOf(found.last) / step + 1) * step,
  }
}

async function pairsIn(
  tx: Transaction,
  market: number,
  from: StoredInterval,
  interval: StoredInterval,
  fromMs: number,
  toMs: number,
): Promise<[own: CandleRow, rolled: CandleRow][]> {
  const [start, end] = [minuteOf(fromMs), minuteOf(toMs)]
  const own = await readSpan(tx, { market, interval }, start, end)
  const parts = await readSpan(tx, { market, interval: from }, start, end)
  const grid = { interval: from, startMs: fromMs, states: statesOf(parts), rows: presentRows(parts) }
  return rollUpRows(grid, interval).rows.flatMap((rolled): [CandleRow, CandleRow][] => {
    const twin = own.candles[(rolled.startMs - fromMs) / INTERVAL_MS[interval]]
    return twin ? [[twin, rolled]] : []
  })
}

/** Prices only: sources add volumes of trades that they leave out of their shorter candles. */
function isSame(a: CandleRow, b: CandleRow): boolean {
  return (['open', 'high', 'low', 'close'] as const).every((name) => compareDecimals(a[name], b[name]) === 0)
}
