/**
 * The third step of a sync: the wanted chunks, made here where the device has their places, else downloaded, a few at
 * a time. Each is its own transaction, so an interruption costs the requests under way and nothing else.
 */
import { ChunkError, ChunkFormatError, type ChunkHash, type Part } from '../../../core/chunk/chunk.ts'
import { decodeChunk } from '../../../core/chunk/decode.ts'
import { hashChunk } from '../../../core/chunk/hash.ts'
import type { MarketId } from '../../../core/market.ts'
import type { StoredInterval } from '../../../core/time/interval.ts'
import { parsePeriod } from '../../../core/time/period.ts'
import type { Store } from '../store/database.ts'
import { dropLines, dropUnwanted, periodKey, supersededIn } from '../store/drop.ts'
import { isDue, missingChunks, wishesOf } from '../store/packs.ts'
import type { ManifestRow } from '../store/records.ts'
import { covers, manifestOf, overlaps, tailKeysOf, type Span } from '../store/series.ts'
import { composeChunk } from './compose.ts'
import type { SyncContext } from './context.ts'
import { askBytes, RequestError } from './request.ts'
import { saysNothingNew } from './tail.ts'
import { isNoRoom, noRoomTrouble } from './trouble.ts'

/** Downloads at once; browsers allow six connections a host, and one is the live stream. */
const AT_ONCE = 5

/** What became of the wanted chunks. */
export interface ChunkResult {
  /** Nothing wanted is left. */
  readonly complete: boolean
  /** A chunk was replaced at the server meanwhile: the manifest must be asked again. */
  readonly replaced: boolean
  /** The browser has no room for the rest; people were told. */
  readonly noRoom: boolean
  /** Some wait for a line over which chunks may be downloaded. */
  readonly waiting: boolean
}

/**
 * Fetches whatever the packs want and the device lacks.
 *
 * @throws RequestError when the server cannot be reached
 */
export async function pullChunks(context: SyncContext): Promise<ChunkResult> {
  const { store } = context
  await forgetLostBytes(store)
  const wishes = wishesOf(await store.packs.toArray())
  const manifest = await store.manifest.toArray()
  const queue = missingChunks(manifest, wishes, context.now())
  const held = await heldIn(store, manifest)
  const total = queue.reduce((sum, line) => sum + line.bytes, 0)
  const done = { chunks: 0, bytes: 0, skipped: 0, replaced: false, noRoom: false, waiting: false }
  const tell = () =>
    context.progress({
      chunksWanted: queue.length,
      chunksDone: done.chunks,
      bytesWanted: total,
      bytesDone: done.bytes,
    })
  let next = 0
  const work = async (): Promise<void> => {
    for (let line = queue[next++]; line; line = queue[next++]) {
      const outcome = (await isStillDue(context, line)) ? await fetchOne(context, line, held) : 'not due'
      if (outcome === 'stored') {
        done.chunks += 1
        done.bytes += line.bytes
        context.changed([line.market])
      } else if (outcome === 'not due') done.skipped += 1
      else if (outcome === 'replaced') done.replaced = true
      else if (outcome === 'waits') done.waiting = true
      else if (outcome === 'no room') {
        done.noRoom = true
        next = queue.length
      }
      tell()
    }
  }
  if (queue.length > 0) {
    tell()
    try {
      await Promise.all(Array.from({ length: AT_ONCE }, work))
    } finally {
      // A worker that failed stops the others at their next line.
      next = queue.length
      context.progress(null)
    }
  }
  await dropUnwanted(store, context.now())
  if (done.noRoom) context.trouble(await noRoomTrouble(store, context.now()))
  return {
    complete: done.chunks + done.skipped === queue.length,
    replaced: done.replaced,
    noRoom: done.noRoom,
    waiting: done.waiting,
  }
}

/** Lines whose bytes the browser has taken away are wanted again. */
async function forgetLostBytes(store: Store): Promise<void> {
  await store.transaction('rw', [store.manifest, store.chunks], async () => {
    const here = new Set(await store.chunks.toCollection().primaryKeys())
    const lost = (await store.manifest.toArray()).filter((row) => row.held !== null && !here.has(row.held))
    await store.manifest.bulkPut(lost.map((row) => ({ ...row, held: null })))
  })
}

/** Packs may have been paused, cut or imported since the queue was made. */
async function isStillDue({ store, now }: SyncContext, line: ManifestRow): Promise<boolean> {
  const [current, pack] = await store.transaction('r', [store.manifest, store.packs], () =>
    Promise.all([store.manifest.get(periodKey(line)), store.packs.get(line.market)]),
  )
  return current !== undefined && isDue(current, wishesOf(pack ? [pack] : []), now())
}

/** By market, interval and part, the spans of which the device has bytes. */
type Held = ReadonlyMap<string, readonly Span[]>

const seriesKey = (market: MarketId, interval: StoredInterval, part: Part) => `${market} ${interval} ${part}`

/** Read once for a whole queue: of most lines the device has nothing at first, and need not look for it. */
async function heldIn(store: Store, manifest: readonly ManifestRow[]): Promise<Held> {
  const spans = manifest
    .filter(({ held }) => held !== null)
    .map((row) => ({ key: seriesKey(row.market, row.interval, row.part), span: row as Span }))
  for (const [market, interval, period, part] of await store.tail.toCollection().primaryKeys())
    spans.push({ key: seriesKey(market, interval, part), span: parsePeriod(period) })
  const held = new Map<string, Span[]>()
  for (const { key, span } of spans) held.set(key, [...(held.get(key) ?? []), span])
  return held
}

const hasPart = (held: Held, line: ManifestRow): boolean =>
  held.get(seriesKey(line.market, line.interval, line.part))?.some((span) => overlaps(span, line)) ?? false

type Outcome = 'stored' | 'replaced' | 'refused' | 'no room' | 'waits'

async function fetchOne(context: SyncContext, line: ManifestRow, held: Held): Promise<Outcome> {
  try {
    const composed = hasPart(held, line) ? await composeChunk(context.store, line) : null
    if (!composed && !context.mayDownload()) return 'waits'
    const bytes = composed ?? (await download(context, line))
    if (!bytes) return 'refused'
    return (await storeChunk(context.store, line, bytes)) ? 'stored' : 'replaced'
  } catch (error) {
    if (error instanceof RequestError && error.status === 404) return 'replaced'
    if (isNoRoom(error)) return 'no room'
    throw error
  }
}

/** The bytes that the line names; null when what came twice was something else, which is told once. */
async function download(context: SyncContext, line: ManifestRow): Promise<Uint8Array | null> {
  const url = `/api/v1/chunks/${line.sha256}`
  for (const fresh of [false, true]) {
    const bytes = await askBytes(context.fetch, url, context.signal, fresh)
    if ((await hashChunk(bytes)) === line.sha256 && belongs(bytes, line)) return bytes
  }
  const { market, interval, period } = line
  context.trouble({ why: 'another chunk', market, interval, period })
  return null
}

/**
 * Whether right bytes are the right thing: else the server's manifest itself is at fault.
 *
 * @throws ChunkFormatError when they are of a later format
 */
function belongs(bytes: Uint8Array, line: ManifestRow): boolean {
  try {
    const chunk = decodeChunk(bytes)
    const { market, interval, part, fromMs } = line
    return (
      chunk.market === market &&
      chunk.interval === interval &&
      chunk.part === part &&
      chunk.startMs === fromMs &&
      !chunk.frame
    )
  } catch (error) {
    if (error instanceof ChunkFormatError || !(error instanceof ChunkError)) throw error
    return false
  }
}

/** Stores a chunk and drops what it replaces; false when the manifest names another one by now. */
async function storeChunk(store: Store, line: ManifestRow, bytes: Uint8Array): Promise<boolean> {
  const hash = line.sha256 as ChunkHash
  return store.transaction('rw', [store.manifest, store.chunks, store.tail], async () => {
    const lines = await manifestOf(store, line.market, line.interval, line.part)
    const current = lines.find(({ period }) => period === line.period)
    if (current?.sha256 !== hash) return false
    const now = { ...current, held: hash }
    await Promise.all([
      store.chunks.put({ hash, bytes }),
      current.held !== null && current.held !== hash ? store.chunks.delete(current.held) : null,
      store.manifest.put(now),
    ])
    await dropLines(store, supersededIn(lines.map((row) => (row === current ? now : row))))
    await dropCovered(store, current, bytes)
    return true
  })
}

/** Tail frames leave with the chunk that covers them, unless they know something newer. */
async function dropCovered(store: Store, line: ManifestRow, bytes: Uint8Array): Promise<void> {
  const keys = await tailKeysOf(store, line.market, line.interval, line.part)
  const inside = keys.filter(([, , period]) => covers(line, parsePeriod(period)))
  if (inside.length === 0) return
  const frames = (await store.tail.bulkGet(inside)).filter((row) => row !== undefined)
  const chunk = decodeChunk(bytes)
  const done = frames.filter(
    (row) => row.revision <= line.revision || saysNothingNew(chunk, decodeChunk(row.bytes)),
  )
  await store.tail.bulkDelete(done.map(periodKey))
}
