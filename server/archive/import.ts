/** Brings candles of a file into a market: bars that it lacks, marked imported. What is there is never replaced. */
import { Flag } from '../../core/candle/columns.ts'
import type { CandleRow } from '../../core/candle/row.ts'
import { compareDecimals } from '../../core/decimal/text.ts'
import { parseMarketId, type MarketId } from '../../core/market.ts'
import { INTERVAL_MS, type StoredInterval } from '../../core/time/interval.ts'
import type { Transaction } from '../db/database.ts'
import { commit, type Context } from './context.ts'
import { minuteOf, msOf, stepOf } from './grid.ts'
import { lockMarket, putMarkets, UnknownMarketError } from './markets.ts'
import { plainRow } from './plain.ts'
import { readSpan, type SeriesKey } from './span.ts'
import type { ImportReport } from './types.ts'
import { clearPlaces, markDirty, writeCandles } from './write.ts'

type Counts = Pick<ImportReport, 'new' | 'same' | 'conflicting'>

/** Places compared and written in one transaction. */
const STRETCH = 10_000

/**
 * @param rows valid ones, in any order, each start once
 * @throws UnknownMarketError unless the market is kept, or is a `csv:` series, which is made on the fly
 */
export async function importRows(
  context: Context,
  id: MarketId,
  interval: StoredInterval,
  rows: readonly CandleRow[],
): Promise<Counts> {
  await putImported(context, id)
  const sorted = rows.map(plainRow).sort((a, b) => a.startMs - b.startMs)
  const counts = { new: 0, same: 0, conflicting: 0 }
  for (const stretch of stretches(sorted, interval)) {
    const found = await importStretch(context, id, interval, stretch)
    counts.new += found.new
    counts.same += found.same
    counts.conflicting += found.conflicting
  }
  return counts
}

async function putImported(context: Context, id: MarketId): Promise<void> {
  const { source, base, quote } = parseMarketId(id)
  if (source !== 'csv') return
  try {
    await commit(context, async (tx) => ({ result: await lockMarket(tx, id), events: [] }))
  } catch (error) {
    if (!(error instanceof UnknownMarketError)) throw error
    await putMarkets(context, [
      {
        id,
        source,
        base,
        quote,
        name: base,
        tick: null,
        status: 'imported',
        minutesFromMs: null,
      },
    ])
  }
}

/** Cuts where rows lie far apart, so that a stretch is read at once whatever the file holds. */
function stretches(rows: readonly CandleRow[], interval: StoredInterval): CandleRow[][] {
  const longest = STRETCH * INTERVAL_MS[interval]
  const found: CandleRow[][] = []
  for (const row of rows) {
    const current = found.at(-1)
    if (current && row.startMs - current[0]!.startMs < longest) current.push(row)
    else found.push([row])
  }
  return found
}

function importStretch(
  context: Context,
  id: MarketId,
  interval: StoredInterval,
  stretch: readonly CandleRow[],
): Promise<Counts> {
  return commit(context, async (tx, takeRevision) => {
    const { key: market, source } = await lockMarket(tx, id)
    const key: SeriesKey = { market, interval }
    const known = await knownAt(tx, key, stretch)
    const lacking = stretch.filter((_, i) => !known[i])
    const same = stretch.filter((row, i) => known[i] && isSame(known[i], row)).length
    if (lacking.length > 0) {
      const minutes = lacking.map((row) => minuteOf(row.startMs))
      await clearPlaces(tx, key, minutes)
      // A series without a source has nothing else: there the mark would say nothing.
      const flag = source === 'csv' ? 0 : Flag.imported
      const marked = lacking.map((row) => ({ ...row, flags: (row.flags ?? 0) | flag }))
      await writeCandles(tx, key, marked, await takeRevision())
      await markDirty(tx, key, minutes)
    }
    const conflicting = stretch.length - lacking.length - same
    return { result: { new: lacking.length, same, conflicting }, events: [] }
  })
}

async function knownAt(tx: Transaction, key: SeriesKey, stretch: readonly CandleRow[]) {
  const step = stepOf(key.interval)
  const from = minuteOf(stretch[0]!.startMs)
  const span = await readSpan(tx, key, from, minuteOf(stretch.at(-1)!.startMs) + step)
  return stretch.map((row) => span.candles[(row.startMs - msOf(from)) / INTERVAL_MS[key.interval]])
}

function isSame(a: CandleRow, b: CandleRow): boolean {
  return (
    compareDecimals(a.open, b.open) === 0 &&
    compareDecimals(a.high, b.high) === 0 &&
    compareDecimals(a.low, b.low) === 0 &&
    compareDecimals(a.close, b.close) === 0 &&
    (a.volume === null || b.volume === null
      ? a.volume === b.volume
      : compareDecimals(a.volume, b.volume) === 0)
  )
}
