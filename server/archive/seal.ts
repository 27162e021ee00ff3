/**
 * Seals a period: its places become chunks, price and volume apart, named by the hash of their bytes. They are stored, read
 * back and compared place by place before any row is dropped. Encoding and compression happen outside the transaction.
 */
import { sql } from 'drizzle-orm'
import type { CandleRow } from '../../core/candle/row.ts'
import type { Chunk, ChunkHash, PricePart, VolumePart } from '../../core/chunk/chunk.ts'
import { decodeChunk } from '../../core/chunk/decode.ts'
import { encodeChunk } from '../../core/chunk/encode.ts'
import { hashChunk } from '../../core/chunk/hash.ts'
import { partsFromRows, rowsFromParts } from '../../core/chunk/rows.ts'
import { rows, type Transaction } from '../db/database.ts'
import { compressBrotli, compressGzip, decompressBrotli, QUALITY_BEST, QUALITY_FAST } from './compress.ts'
import { commit, type Context } from './context.ts'
import { codeOf, HOT_MS, minuteOf } from './grid.ts'
import { lockMarket } from './markets.ts'
import type { Candidate } from './ready.ts'
import { presentRows, readSpan, statesOf, type SeriesKey } from './span.ts'
import type { SealOptions } from './types.ts'

/** What was read back is not what was to be stored; the rows stay. */
class SealError extends Error {
  override readonly name = 'SealError'
}

interface Sealed {
  readonly part: 1 | 2
  readonly sha256: ChunkHash
  readonly size: number
  readonly quality: number
  readonly brotli: Uint8Array
  readonly gzipBytes: number
}

/** Which period of which series. */
export type Sealable = Omit<Candidate, 'wantedMinute'>

/** A period as it was read, and what tells whether it changed since. */
interface Snapshot {
  readonly states: Uint8Array
  readonly rows: readonly CandleRow[]
  readonly fingerprint: string
}

/**
 * Seals the next period that is ready.
 *
 * @returns null when none is
 * @throws SealError when the stored bytes do not give the same places again
 */
export async function sealNext(
  context: Context,
  nowMs: number,
  { market, isIdle = false }: SealOptions = {},
): Promise<Candidate | null> {
  const candidate = await context.database.readInTurn((tx) => context.ready.next(tx, context, nowMs, market))
  // What was imported comes once and for good; what is read from a source is wanted on devices while the rest comes in.
  const isBest = isIdle || candidate?.market.source === 'csv'
  if (candidate) await sealPeriod(context, candidate, nowMs, isBest ? QUALITY_BEST : QUALITY_FAST)
  return candidate
}

async function sealPeriod(
  context: Context,
  candidate: Candidate,
  nowMs: number,
  quality: number,
): Promise<void> {
  for (;;) {
    const snapshot = await context.database.readInTurn((tx) => readSnapshot(tx, candidate))
    const sealed = await makeParts(candidate, snapshot, quality)
    if (await store(context, candidate, snapshot, sealed, nowMs)) return
  }
}

function keyOf({ market, interval }: Sealable): SeriesKey {
  return { market: market.key, interval }
}

async function readSnapshot(tx: Transaction, candidate: Sealable): Promise<Snapshot> {
  const { period } = candidate
  const span = await readSpan(tx, keyOf(candidate), minuteOf(period.fromMs), minuteOf(period.toMs))
  return {
    states: statesOf(span),
    rows: presentRows(span),
    fingerprint: await fingerprint(tx, candidate),
  }
}

/** Changes whenever a candle, an absence or a chunk of the period does. */
async function fingerprint(tx: Transaction, { market, interval, period }: Sealable): Promise<string> {
  const inPeriod = sql`market = ${market.key} AND interval = ${codeOf(interval)}
    AND minute >= ${minuteOf(period.fromMs)} AND minute < ${minuteOf(period.toMs)}`
  const [found] = await rows<{ fingerprint: string }>(
    tx,
    sql`SELECT concat_ws('/', (SELECT count(*) || '+' || coalesce(max(revision), 0) FROM candle WHERE ${inPeriod}),
      (SELECT count(*) || '+' || coalesce(max(revision), 0) FROM place WHERE ${inPeriod}),
      (SELECT string_agg(sha256, '+' ORDER BY period) FROM chunk WHERE market = ${market.key}
        AND interval = ${codeOf(interval)} AND NOT removed AND from_minute >= ${minuteOf(period.fromMs)}
        AND to_minute <= ${minuteOf(period.toMs)})) AS fingerprint`,
  )
  return found!.fingerprint
}

/**
 * The names that the places of a period give.
 *
 * @throws ChunkError when the bytes of a chunk of it are damaged
 */
export async function namesOf(tx: Transaction, candidate: Sealable): Promise<ChunkHash[]> {
  const parts = chunksOf(candidate, await readSnapshot(tx, candidate))
  return Promise.all(parts.map((chunk) => hashChunk(encodeChunk(chunk))))
}

function makeParts(candidate: Sealable, snapshot: Snapshot, quality: number): Promise<Sealed[]> {
  const [price, volume] = chunksOf(candidate, snapshot)
  return Promise.all([
    sealPart(1, price!, quality),
    ...(volume === undefined ? [] : [sealPart(2, volume, quality)]),
  ])
}

/** Of a period without any candle only the price part is kept: it says why, and that the period is done. */
function chunksOf(candidate: Sealable, { states, rows: candles }: Snapshot): Chunk[] {
  const parts = partsFromRows({
    market: candidate.market.id,
    interval: candidate.interval,
    startMs: candidate.period.fromMs,
    states,
    rows: candles,
    derived: false,
    frame: false,
  })
  return candles.length === 0 ? [parts.price] : [parts.price, parts.volume]
}

async function sealPart(part: 1 | 2, chunk: Chunk, quality: number): Promise<Sealed> {
  const bytes = encodeChunk(chunk)
  const [sha256, brotli, gzip] = await Promise.all([
    hashChunk(bytes),
    compressBrotli(bytes, quality),
    compressGzip(bytes),
  ])
  return { part, sha256, size: bytes.length, quality, brotli, gzipBytes: gzip.length }
}

/** @returns false when the period changed in the meantime; then nothing was done */
async function store(
  context: Context,
  candidate: Candidate,
  snapshot: Snapshot,
  sealed: readonly Sealed[],
  nowMs: number,
): Promise<boolean> {
  const read: Readback[] = []
  await context.database.write(async (tx) => {
    for (const part of sealed) read.push(await storeBody(tx, part, nowMs))
  })
  await compare(candidate, snapshot, read)
  return commit(context, async (tx, takeRevision) => {
    await lockMarket(tx, candidate.market.id)
    if ((await fingerprint(tx, candidate)) !== snapshot.fingerprint) return { result: false, events: [] }
    await dropRows(tx, candidate, nowMs)
    if (await isSame(tx, candidate, sealed)) await clean(tx, candidate)
    else await enter(tx, candidate, snapshot, sealed, await takeRevision(), nowMs)
    return { result: true, events: [] }
  })
}

interface Readback {
  readonly sha256: ChunkHash
  readonly brotli: Uint8Array
}

/** Stores a body and reads it back. Until the manifest names it, it counts as replaced just now. */
async function storeBody(tx: Transaction, part: Sealed, nowMs: number): Promise<Readback> {
  await rows(
    tx,
    sql`INSERT INTO chunk_body (sha256, size, brotli_bytes, gzip_bytes, brotli_quality, brotli, replaced_at)
      VALUES (${part.sha256}, ${part.size}, ${part.brotli.length}, ${part.gzipBytes}, ${part.quality}, ${part.brotli},
        ${nowMs})
      ON CONFLICT (sha256) DO UPDATE SET replaced_at = excluded.replaced_at WHERE chunk_body.replaced_at IS NOT NULL`,
  )
  const [read] = await rows<Readback>(
    tx,
    sql`SELECT sha256, brotli FROM chunk_body WHERE sha256 = ${part.sha256}`,
  )
  return read!
}

/** @throws SealError when what was read back differs from what the rows said */
async function compare(candidate: Candidate, snapshot: Snapshot, read: readonly Readback[]): Promise<void> {
  const what = `${candidate.market.id} ${candidate.interval} ${candidate.period.text}`
  const parts: Chunk[] = []
  for (const { sha256, brotli } of read) {
    const bytes = await decompressBrotli(brotli)
    if ((await hashChunk(bytes)) !== sha256)
      throw new SealError(`${what}: the stored chunk ${sha256} reads back as other bytes; its rows stay`)
    parts.push(decodeChunk(bytes))
  }
  const [price, volume = null] = parts as [PricePart, VolumePart?]
  const again = rowsFromParts(price, volume)
  const isEqual =
    Buffer.compare(price.states, snapshot.states) === 0 &&
    again.length === snapshot.rows.length &&
    again.every((row, i) => isSameRow(row, snapshot.rows[i]!))
  if (!isEqual) throw new SealError(`${what}: the chunk does not give its rows again; they stay`)
}

function isSameRow(a: CandleRow, b: CandleRow): boolean {
  return (
    a.startMs === b.startMs &&
    a.open === b.open &&
    a.high === b.high &&
    a.low === b.low &&
    a.close === b.close &&
    a.volume === b.volume &&
    (a.samples ?? 0) === (b.samples ?? 0) &&
    (a.flags ?? 0) === (b.flags ?? 0)
  )
}

/** Rows that a chunk holds now, but those of the last days. */
async function dropRows(
  tx: Transaction,
  { market, interval, period }: Candidate,
  nowMs: number,
): Promise<void> {
  const to = Math.min(minuteOf(period.toMs), minuteOf(nowMs - HOT_MS))
  for (const table of ['candle', 'place'])
    await rows(
      tx,
      sql`DELETE FROM ${sql.identifier(table)} WHERE market = ${market.key} AND interval = ${codeOf(interval)}
        AND minute >= ${minuteOf(period.fromMs)} AND minute < ${to}`,
    )
}

function ofPeriod({ market, interval, period }: Candidate) {
  return sql`market = ${market.key} AND interval = ${codeOf(interval)} AND period = ${period.text}`
}

/** Whether the manifest names these very bytes already. */
async function isSame(tx: Transaction, candidate: Candidate, sealed: readonly Sealed[]): Promise<boolean> {
  const known = await rows<{ sha256: string }>(
    tx,
    sql`SELECT sha256 FROM chunk WHERE ${ofPeriod(candidate)} AND NOT removed ORDER BY part`,
  )
  return known.length === sealed.length && known.every(({ sha256 }, i) => sha256 === sealed[i]!.sha256)
}

async function clean(tx: Transaction, candidate: Candidate): Promise<void> {
  await rows(tx, sql`UPDATE chunk SET dirty = false WHERE ${ofPeriod(candidate)}`)
}

/** Enters the chunks into the manifest; they take the place of the shorter ones and of those that they replace. */
async function enter(
  tx: Transaction,
  candidate: Candidate,
  snapshot: Snapshot,
  sealed: readonly Sealed[],
  revision: number,
  nowMs: number,
): Promise<void> {
  const { market, interval, period } = candidate
  const [from, to] = [minuteOf(period.fromMs), minuteOf(period.toMs)]
  const replaced = await rows<{ sha256: string }>(
    tx,
    sql`SELECT sha256 FROM chunk WHERE market = ${market.key} AND interval = ${codeOf(interval)} AND NOT removed
      AND from_minute >= ${from} AND to_minute <= ${to}`,
  )
  await rows(
    tx,
    sql`UPDATE chunk SET removed = true, dirty = false, revision = ${revision}
      WHERE market = ${market.key} AND interval = ${codeOf(interval)} AND NOT removed
        AND from_minute >= ${from} AND to_minute <= ${to} AND period <> ${period.text}`,
  )
  for (const { part, sha256 } of sealed)
    await rows(
      tx,
      sql`INSERT INTO chunk (market, interval, period, part, from_minute, to_minute, sha256, rows, expected, removed, dirty,
          revision)
        VALUES (${market.key}, ${codeOf(interval)}, ${period.text}, ${part}, ${from}, ${to}, ${sha256},
          ${snapshot.rows.length}, ${snapshot.states.length}, false, false, ${revision})
        ON CONFLICT (market, interval, period, part) DO UPDATE SET sha256 = excluded.sha256, rows = excluded.rows,
          removed = false, dirty = false, revision = CASE WHEN chunk.sha256 = excluded.sha256 AND NOT chunk.removed
            THEN chunk.revision ELSE excluded.revision END`,
    )
  for (const { sha256 } of replaced)
    await rows(tx, sql`UPDATE chunk_body SET replaced_at = ${nowMs} WHERE sha256 = ${sha256}`)
  for (const { sha256 } of sealed)
    await rows(tx, sql`UPDATE chunk_body SET replaced_at = NULL WHERE sha256 = ${sha256}`)
}
