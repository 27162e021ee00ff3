/**
 * Every way in which bytes leave the device: what a longer period has replaced, what no pack wants any more,
 * what belongs to a market that is no longer followed. Called inside the transaction that makes it so.
 */
import type { ChunkHash, Part } from '../../../core/chunk/chunk.ts'
import type { MarketId } from '../../../core/market.ts'
import type { StoredInterval } from '../../../core/time/interval.ts'
import type { Store } from './database.ts'
import { isKept, wishesOf, type Wishes } from './packs.ts'
import type { ManifestRow, PeriodKey, TailRow } from './records.ts'
import { covers, keysUnder, manifestOf, overlaps } from './series.ts'

export const periodKey = (row: ManifestRow | TailRow): PeriodKey => [
  row.market,
  row.interval,
  row.period,
  row.part,
]

/** Drops lines that a longer period has replaced, once that one's bytes are here (or nothing is left to wait for). */
export async function dropSuperseded(
  store: Store,
  market: MarketId,
  interval: StoredInterval,
  part: Part,
): Promise<void> {
  await dropLines(store, supersededIn(await manifestOf(store, market, interval, part)))
}

/** Of the lines of a series those that a longer period has replaced, where nothing is left to wait for. */
export function supersededIn(rows: readonly ManifestRow[]): ManifestRow[] {
  const current = rows.filter((row) => row.sha256 !== null)
  return rows.filter((row) => {
    if (row.sha256 !== null) return false
    const successors = current.filter((other) => overlaps(other, row))
    return successors.length === 0 || successors.some((other) => other.held !== null && covers(other, row))
  })
}

/** Drops lines of the manifest with the bytes that they hold. */
export async function dropLines(store: Store, rows: readonly ManifestRow[]): Promise<void> {
  if (rows.length === 0) return
  await store.chunks.bulkDelete(rows.map((row) => row.held).filter((hash) => hash !== null))
  await store.manifest.bulkDelete(rows.map(periodKey))
}

/** Lets go of bytes outside the packs; their lines stay in the manifest, so that they can be fetched again. */
export async function dropUnwanted(store: Store, nowMs: number): Promise<void> {
  await store.transaction('rw', [store.packs, store.manifest, store.chunks, store.tail], async () => {
    const wishes = wishesOf(await store.packs.toArray())
    const rows = await store.manifest.toArray()
    const unwanted = rows.filter((row) => row.held !== null && !isKept(row, wishes, nowMs))
    await dropLines(
      store,
      unwanted.filter((row) => row.sha256 === null),
    )
    const kept = unwanted.filter((row) => row.sha256 !== null)
    await store.chunks.bulkDelete(kept.map((row) => row.held as ChunkHash))
    await store.manifest.bulkPut(kept.map((row) => ({ ...row, held: null })))
    await dropOldTail(store, rows, wishes, nowMs)
  })
}

/** Tail frames beyond the packs go where the manifest has a chunk for them. */
async function dropOldTail(
  store: Store,
  manifest: readonly ManifestRow[],
  wishes: Wishes,
  nowMs: number,
): Promise<void> {
  // Tail bytes are not needed to judge, but IndexedDB reads whole rows; there are few.
  const old = (await store.tail.toArray()).filter((row) => !isKept(row, wishes, nowMs))
  const sealed = old.filter((row) =>
    manifest.some(
      (line) =>
        line.sha256 !== null &&
        line.market === row.market &&
        line.interval === row.interval &&
        line.part === row.part &&
        covers(line, row),
    ),
  )
  await store.tail.bulkDelete(sealed.map(periodKey))
}

/** Chunk bytes that no line of the manifest holds. */
export async function dropOrphans(store: Store): Promise<void> {
  const held = new Set((await store.manifest.toArray()).map((row) => row.held))
  const all = await store.chunks.toCollection().primaryKeys()
  await store.chunks.bulkDelete(all.filter((hash) => !held.has(hash)))
}

/** Everything of a market that is no longer followed. */
export async function forgetMarket(store: Store, market: MarketId): Promise<void> {
  const [low, high] = keysUnder(market)
  const rows = await store.manifest.where('[market+interval+period+part]').between(low, high).toArray()
  await dropLines(store, rows)
  await store.tail.where('[market+interval+period+part]').between(low, high).delete()
  await Promise.all([
    store.markets.delete(market),
    store.positions.delete(market),
    store.quotes.delete(market),
    store.packs.delete(market),
  ])
}
