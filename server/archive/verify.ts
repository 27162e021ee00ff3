/** Re-reads every stored byte and says what is wrong with it. Changes nothing. */
import { sql } from 'drizzle-orm'
import { checkRow } from '../../core/candle/check.ts'
import type { CandleRow } from '../../core/candle/row.ts'
import type { Chunk, ChunkHash, PricePart, VolumePart } from '../../core/chunk/chunk.ts'
import { decodeChunk } from '../../core/chunk/decode.ts'
import { hashChunk } from '../../core/chunk/hash.ts'
import { rowsFromParts } from '../../core/chunk/rows.ts'
import type { MarketId } from '../../core/market.ts'
import { STORED_INTERVALS, type StoredInterval } from '../../core/time/interval.ts'
import { isoSeconds } from '../../core/time/iso.ts'
import { rows, type Transaction } from '../db/database.ts'
import { decompressBrotli } from './compress.ts'
import type { Context } from './context.ts'
import { codeOf, minuteOf, msOf } from './grid.ts'
import { findMarket, listMarkets, type KeyedMarket } from './markets.ts'
import { seriesGaps } from './missing.ts'
import { compareRollUp } from './roll-up.ts'
import { candlesText, readCandles } from './span.ts'
import type { Gap, RollUpReport, SourceLimits, VerifyFault, VerifyReport } from './types.ts'

interface Entry {
  readonly period: string
  readonly from_minute: number
  readonly to_minute: number
  readonly rows: number
  readonly expected: number
  readonly dirty: boolean
  readonly price: ChunkHash
  readonly volume: ChunkHash | null
}

interface Tally {
  candles: number
  chunks: number
  readonly faults: VerifyFault[]
  readonly gaps: Gap[]
}

/** @throws UnknownMarketError */
export async function verify(
  context: Context,
  market: MarketId | null,
  limits: Readonly<Record<string, SourceLimits>> = {},
): Promise<VerifyReport> {
  const { database } = context
  const tally: Tally = { candles: 0, chunks: 0, faults: [], gaps: [] }
  const rollUps: RollUpReport[] = []
  const markets = await database.readInTurn(async (tx) =>
    market === null ? listMarkets(tx) : [await findMarket(tx, market)],
  )
  for (const one of markets) {
    for (const interval of STORED_INTERVALS)
      await verifySeries(context, one, interval, limits[one.source], tally)
    // Damaged chunks are a fault already, and give nothing to compare.
    if (tally.faults.every((fault) => fault.market !== one.id))
      rollUps.push(
        await compareRollUp(database, one, '1m', '1h'),
        await compareRollUp(database, one, '1h', '1d'),
      )
  }
  const missing = tally.gaps.reduce((sum, { places }) => sum + places, 0)
  return { ...tally, missing, rollUps: rollUps.filter(({ compared }) => compared > 0) }
}

async function verifySeries(
  context: Context,
  market: KeyedMarket,
  interval: StoredInterval,
  limits: SourceLimits | undefined,
  tally: Tally,
): Promise<void> {
  const { database, clock } = context
  const fault = (atMs: number, text: string) =>
    tally.faults.push({ market: market.id, interval, at: isoSeconds(atMs), fault: text })
  const entries = await database.readInTurn((tx) => listEntries(tx, market.key, interval))
  const sealed = new Map<string, Uint8Array | null>()
  let coveredTo = -Infinity
  for (const entry of entries) {
    if (entry.from_minute < coveredTo)
      fault(msOf(entry.from_minute), `chunk ${entry.period} overlaps the one before`)
    coveredTo = Math.max(coveredTo, entry.to_minute)
    // One chunk a transaction: the embedded database has one connection, and others wait for it.
    const states = await database.readInTurn((tx) =>
      verifyEntry(tx, market, interval, entry, clock.now(), tally, fault),
    )
    sealed.set(entry.period, states)
  }
  // Where a chunk cannot be read, nobody can tell what is missing in it.
  if (![...sealed.values()].includes(null))
    tally.gaps.push(...(await seriesGaps(context, market, interval, limits, sealed)))
  await database.readInTurn(async (tx) => {
    const loose = await readRows(tx, market.key, interval, sql`true`)
    const chunked = (row: CandleRow) =>
      entries.some(
        ({ from_minute, to_minute }) =>
          minuteOf(row.startMs) >= from_minute && minuteOf(row.startMs) < to_minute,
      )
    for (const row of loose) {
      const reason = checkRow(row, interval, clock.now())
      if (reason) fault(row.startMs, reason)
      if (!chunked(row)) tally.candles++
    }
  })
}

function listEntries(tx: Transaction, market: number, interval: StoredInterval): Promise<Entry[]> {
  return rows<Entry>(
    tx,
    sql`SELECT p.period, p.from_minute, p.to_minute, p.rows, p.expected, p.dirty, p.sha256 AS price, v.sha256 AS volume
      FROM chunk p LEFT JOIN chunk v
        ON v.market = p.market AND v.interval = p.interval AND v.period = p.period AND v.part = 2
      WHERE p.market = ${market} AND p.interval = ${codeOf(interval)} AND p.part = 1 AND NOT p.removed
      ORDER BY p.from_minute`,
  )
}

/** The states of its places; null where they cannot be read. */
async function verifyEntry(
  tx: Transaction,
  market: KeyedMarket,
  interval: StoredInterval,
  entry: Entry,
  nowMs: number,
  tally: Tally,
  fault: (atMs: number, text: string) => void,
): Promise<Uint8Array | null> {
  const at = msOf(entry.from_minute)
  const price = (await verifyBody(tx, entry.price, (text) => fault(at, text))) as PricePart | null
  const volume = entry.volume
    ? ((await verifyBody(tx, entry.volume, (text) => fault(at, text))) as VolumePart | null)
    : null
  tally.chunks += entry.volume ? 2 : 1
  if (!price) return null
  if (price.market !== market.id || price.interval !== interval || price.startMs !== at) {
    fault(at, `chunk ${entry.price} is of another series or time than the manifest says`)
    return null
  }
  if (price.states.length !== entry.expected)
    fault(at, `chunk ${entry.period} has ${price.states.length} places, the manifest says ${entry.expected}`)
  const candles = rowsFromParts(price, volume)
  if (candles.length !== entry.rows)
    fault(at, `chunk ${entry.period} has ${candles.length} rows, the manifest says ${entry.rows}`)
  tally.candles += candles.length
  for (const row of candles) {
    const reason = checkRow(row, interval, nowMs)
    if (reason) fault(row.startMs, reason)
  }
  if (!entry.dirty) await compareRows(tx, market, interval, entry, candles, fault)
  return price.states
}

/** Hash, compression and the decoder; null where they fail. */
async function verifyBody(
  tx: Transaction,
  hash: ChunkHash,
  fault: (text: string) => void,
): Promise<Chunk | null> {
  const [body] = await rows<{ brotli: Uint8Array; size: number }>(
    tx,
    sql`SELECT brotli, size FROM chunk_body WHERE sha256 = ${hash}`,
  )
  if (!body) {
    fault(`the bytes of chunk ${hash} are not there`)
    return null
  }
  try {
    const bytes = await decompressBrotli(body.brotli)
    if ((await hashChunk(bytes)) !== hash) fault(`the bytes of chunk ${hash} have another hash`)
    if (bytes.length !== body.size) fault(`chunk ${hash} has ${bytes.length} bytes, not ${body.size}`)
    return decodeChunk(bytes)
  } catch (error) {
    fault(`chunk ${hash} cannot be decoded: ${(error as Error).message}`)
    return null
  }
}

/** Rows that stayed beside their chunk must say the same. */
async function compareRows(
  tx: Transaction,
  market: KeyedMarket,
  interval: StoredInterval,
  entry: Entry,
  candles: readonly CandleRow[],
  fault: (atMs: number, text: string) => void,
): Promise<void> {
  const beside = await readRows(
    tx,
    market.key,
    interval,
    sql`minute >= ${entry.from_minute} AND minute < ${entry.to_minute}`,
  )
  const sealed = new Map(candles.map((row) => [row.startMs, row]))
  for (const row of beside) {
    const twin = sealed.get(row.startMs)
    if (!twin) fault(row.startMs, `a row that chunk ${entry.period} lacks`)
    else if (JSON.stringify(twin) !== JSON.stringify(row))
      fault(row.startMs, `the row differs from chunk ${entry.period}`)
  }
}

async function readRows(
  tx: Transaction,
  market: number,
  interval: StoredInterval,
  where: ReturnType<typeof sql>,
): Promise<CandleRow[]> {
  const [found] = await rows<{ candles: string | null }>(
    tx,
    sql`SELECT ${candlesText(sql`market = ${market} AND interval = ${codeOf(interval)} AND ${where}`)} AS candles`,
  )
  return readCandles(found!.candles)
}
