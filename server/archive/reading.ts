/** Applies one answer of a source: judges it and stores rows, absences, refused rows and coverage in one transaction. */
import { sql } from 'drizzle-orm'
import type { CandleRow } from '../../core/candle/row.ts'
import { HOUR_MS, INTERVAL_MS } from '../../core/time/interval.ts'
import { rows, type Transaction } from '../db/database.ts'
import { commit, type Context } from './context.ts'
import { reclassify } from './reclassify.ts'
import { codeOf, minuteOf, msOf } from './grid.ts'
import { judge, type Judgement, type KnownSlice } from './judge.ts'
import { lockMarket } from './markets.ts'
import type { AbsentPlace } from './place.ts'
import { plainRow } from './plain.ts'
import { readSlice, type Slice } from './slice.ts'
import type { SeriesKey } from './span.ts'
import type { ArchiveEvent, CoverageSlice, Reading, WriteResult } from './types.ts'
import { clearPlaces, markDirty, writeCandles, writePlaces, writeRefused } from './write.ts'

/**
 * @throws UnknownMarketError
 * @throws RangeError when a value is no number
 * @throws DatabaseError; then nothing of the reading is stored
 */
export function applyReading(context: Context, answer: Reading): Promise<WriteResult> {
  const reading: Reading = { ...answer, rows: answer.rows.map(plainRow) }
  return commit(context, async (tx, takeRevision) => {
    const market = await lockMarket(tx, reading.market)
    const key: SeriesKey = { market: market.key, interval: reading.interval }
    const slice = await readSlice(tx, market.source, key, reading.fromMs, reading.toMs)
    const known = knownOf(slice)
    const judgement = judge(reading, known, context.settling[reading.interval])
    const absences = await reclassify(tx, market, reading, slice, judgement)
    const candles = inOrder([...judgement.added, ...judgement.revised])
    const changed = candles.map((row) => minuteOf(row.startMs))

    await clearPlaces(
      tx,
      key,
      changed.filter((minute) => known.places.has(msOf(minute))),
    )
    await writeRefused(tx, market.source, market.id, reading.readAtMs, reading.refused, reading.interval)
    await writeCoverage(tx, key, reading, judgement)
    const isChange =
      changed.length > 0 || absences.some(({ changes }) => changes.some(({ isVisible }) => isVisible))
    const revision = isChange ? await takeRevision() : null
    await writeCandles(tx, key, candles, revision ?? 0)
    if (slice.isSealed) await markDirty(tx, key, changed)
    for (const { key: series, changes } of absences) {
      await writePlaces(tx, series, changes, revision ?? 0)
      await markDirty(
        tx,
        series,
        changes.filter(({ isVisible }) => isVisible).map(({ minute }) => minute),
      )
    }
    return {
      result: {
        revision,
        added: judgement.added.length,
        revised: judgement.revised.length,
        slice: coverageOf(reading, judgement),
      },
      events: revision === null ? [] : candleEvents(reading, candles, revision),
    }
  })
}

function knownOf({ span, state }: Slice): KnownSlice {
  const candles = new Map<number, CandleRow>()
  const places = new Map<number, AbsentPlace>()
  const step = INTERVAL_MS[span.interval]
  span.candles.forEach((candle, i) => {
    const place = span.places[i]
    if (candle) candles.set(candle.startMs, candle)
    else if (place) places.set(msOf(span.fromMinute) + i * step, place)
  })
  return { candles, places, slice: state }
}

async function writeCoverage(
  tx: Transaction,
  { market, interval }: SeriesKey,
  reading: Reading,
  { slice, open }: Judgement,
): Promise<void> {
  await rows(
    tx,
    sql`INSERT INTO coverage (market, interval, from_minute, to_minute, read_to, settled_to, readings, silences, last_read, open)
      VALUES (${market}, ${codeOf(interval)}, ${minuteOf(reading.fromMs)}, ${minuteOf(reading.toMs)},
        ${minuteOf(slice.readToMs)}, ${minuteOf(slice.settledToMs)}, ${slice.readings}, ${slice.silences},
        ${slice.lastReadMs}, ${open})
      ON CONFLICT (market, interval, from_minute) DO UPDATE SET read_to = excluded.read_to,
        settled_to = excluded.settled_to, readings = excluded.readings, silences = excluded.silences,
        last_read = excluded.last_read, open = excluded.open`,
  )
}

function coverageOf(reading: Reading, { slice, open }: Judgement): CoverageSlice {
  return {
    market: reading.market,
    interval: reading.interval,
    fromMs: reading.fromMs,
    toMs: reading.toMs,
    readToMs: slice.readToMs,
    readings: slice.readings,
    silences: slice.silences,
    lastReadMs: slice.lastReadMs,
    open,
    settled: slice.settledToMs >= reading.toMs,
  }
}

/** Candles that have just closed are told one by one; history is not, whoever wants it reads the change log. */
function candleEvents(reading: Reading, candles: readonly CandleRow[], revision: number): ArchiveEvent[] {
  const { market, interval, readAtMs } = reading
  const recently = Math.max(HOUR_MS, 2 * INTERVAL_MS[interval])
  return candles
    .filter((row) => row.startMs + INTERVAL_MS[interval] > readAtMs - recently)
    .map((row) => ({ kind: 'candle', market, interval, row, revision }))
}

function inOrder(candles: CandleRow[]): CandleRow[] {
  return candles.sort((a, b) => a.startMs - b.startMs)
}
