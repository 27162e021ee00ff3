/**
 * The second step of a sync: what changed lately. Frames are cut at the store's periods, merged into what lies there,
 * and stored in one transaction with the positions.
 */
import { applyFrame, cutChunk, endMs } from '../../../core/chunk/combine.ts'
import type { Chunk } from '../../../core/chunk/chunk.ts'
import { decodeChunk } from '../../../core/chunk/decode.ts'
import { encodeChunk } from '../../../core/chunk/encode.ts'
import { State } from '../../../core/candle/columns.ts'
import type { MarketId } from '../../../core/market.ts'
import type { StoredInterval } from '../../../core/time/interval.ts'
import { periodAt, PERIOD_LENGTHS, type Period } from '../../../core/time/period.ts'
import { decodeTail, type Tail } from '../../../core/wire/tail.ts'
import type { Store } from '../store/database.ts'
import { periodKey } from '../store/drop.ts'
import { wishesOf } from '../store/packs.ts'
import type { PositionRow, TailRow } from '../store/records.ts'
import { covers, manifestOf, tailOf } from '../store/series.ts'
import { askBytes } from './request.ts'
import { pullManifest } from './manifest.ts'
import type { SyncContext } from './context.ts'

export interface TailResult {
  /** Up to here the tail is on the device now; null without markets. */
  readonly revision: number | null
  /** The manifest was asked again, and something was new. */
  readonly manifestChanged: boolean
}

/**
 * Brings the tail of every market up to date.
 *
 * @param seen the first uncovered place of each series for which the manifest was asked again already
 * @throws RequestError, WireError
 */
export async function pullTail(context: SyncContext, seen: Map<string, number>): Promise<TailResult> {
  const { store } = context
  const positions = await store.positions.toArray()
  const wishes = wishesOf(await store.packs.toArray())
  const parts = ({ market }: PositionRow) => (wishes.get(market)?.volume ? 'price,volume' : 'price')
  const groups = Map.groupBy(positions, (position) => `${position.tail} ${parts(position)}`)
  let revision: number | null = null
  let manifestChanged = false
  for (const group of groups.values()) {
    const [first] = group
    const since = first!.tail
    const query = new URLSearchParams({ since: String(since), parts: parts(first!) })
    if (groups.size > 1) query.set('markets', group.map((position) => position.market).join(','))
    const tail = decodeTail(await askBytes(context.fetch, `/api/v1/tail?${query}`, context.signal))
    if (await sealedInBetween(store, tail, seen)) manifestChanged ||= await pullManifest(context)
    // Restored in between: the next round starts over by itself.
    if ((await store.meta.get('archive'))?.archive !== tail.archive) break
    const changed = await applyTail(
      store,
      tail,
      group.map((position) => position.market),
      since,
    )
    context.changed(changed)
    revision = Math.min(revision ?? Infinity, tail.revision)
  }
  return { revision, manifestChanged }
}

/** Whether a series' first uncovered place lies beyond the newest chunk that the manifest here knows. */
async function sealedInBetween(store: Store, tail: Tail, seen: Map<string, number>): Promise<boolean> {
  let sealed = false
  for (const series of tail.series) {
    const key = `${series.market} ${series.interval}`
    if (seen.get(key) === series.firstUncoveredMs) continue
    seen.set(key, series.firstUncoveredMs)
    const lines = await manifestOf(store, series.market, series.interval, 'price')
    const newestMs = Math.max(0, ...lines.filter((row) => row.sha256 !== null).map((row) => row.toMs))
    if (series.firstUncoveredMs > newestMs) sealed = true
  }
  return sealed
}

/**
 * Applies all frames and stores the positions with them. Twice changes nothing.
 *
 * @param since the revision from which they were asked for; 0 = all of them
 */
async function applyTail(
  store: Store,
  tail: Tail,
  markets: readonly MarketId[],
  since: number,
): Promise<MarketId[]> {
  const changed = new Set<MarketId>()
  await store.transaction('rw', [store.tail, store.positions, store.manifest, store.chunks], async () => {
    for (const series of tail.series) {
      // The whole tail takes the place of what was there, for example from before a restore.
      if (since === 0) await dropTail(store, series.market, series.interval)
      for (const frame of [series.price, series.volume]) {
        if (!frame) continue
        await mergeFrame(store, decodeChunk(frame), tail.revision)
        changed.add(series.market)
      }
    }
    for (const market of markets) {
      // Somebody may have asked for all of it anew meanwhile, with volumes perhaps.
      const position = await store.positions.get(market)
      if (position?.tail === since) await store.positions.update(market, { tail: tail.revision })
    }
  })
  return [...changed]
}

async function dropTail(store: Store, market: MarketId, interval: StoredInterval): Promise<void> {
  for (const part of ['price', 'volume'] as const)
    await store.tail.bulkDelete((await tailOf(store, market, interval, part)).map(periodKey))
}

/** Lays a frame over the tail, cut at the store's periods. Runs in the caller's transaction, or in one of its own. */
export async function mergeFrame(store: Store, frame: Chunk, revision: number): Promise<void> {
  await store.transaction('rw', [store.tail, store.manifest, store.chunks], async () => {
    const { market, interval, part } = frame
    for (const period of periodsOf(frame)) {
      const fromMs = Math.max(period.fromMs, frame.startMs)
      const cut = cutChunk(frame, fromMs, Math.min(period.toMs, endMs(frame)))
      if (cut.states.every((state) => state === State.unchanged)) continue
      const before = await store.tail.get([market, interval, period.text, part])
      const merged = before ? applyFrame(decodeChunk(before.bytes), cut) : cut
      const row: TailRow = {
        market,
        interval,
        period: period.text,
        part,
        fromMs: period.fromMs,
        toMs: period.toMs,
        bytes: encodeChunk(merged),
        revision,
      }
      if (!(await isInChunk(store, row, merged))) await store.tail.put(row)
      else if (before) await store.tail.delete(periodKey(row))
    }
  })
}

function periodsOf(frame: Chunk): Period[] {
  const length = PERIOD_LENGTHS[frame.interval][0]!
  const periods: Period[] = []
  for (let ms = frame.startMs; ms < endMs(frame); ms = periods.at(-1)!.toMs)
    periods.push(periodAt(length, ms))
  return periods
}

/** Whether the newest chunk of a tail row's period is here and says all that the row says. */
async function isInChunk(store: Store, row: TailRow, frame: Chunk): Promise<boolean> {
  const lines = await manifestOf(store, row.market, row.interval, row.part)
  const line = lines.find(
    (other) => other.sha256 !== null && other.held === other.sha256 && covers(other, row),
  )
  const chunk = line && (await store.chunks.get(line.sha256!))
  return chunk !== undefined && saysNothingNew(decodeChunk(chunk.bytes), frame)
}

/** Whether a frame laid over a chunk that covers it changes nothing. */
export function saysNothingNew(chunk: Chunk, frame: Chunk): boolean {
  const there = cutChunk(chunk, frame.startMs, endMs(frame))
  const bytes = encodeChunk(there)
  const after = encodeChunk({ ...applyFrame(there, frame), frame: false })
  return bytes.length === after.length && bytes.every((byte, index) => byte === after[index])
}
