/** What a choice of depth would cost or give back, before it is made. */
import type { MarketId } from '../../../core/market.ts'
import type { Store } from './database.ts'
import { isKept, missingChunks, wishesOf, wishOf, type PackWish, type Wishes } from './packs.ts'
import type { ManifestRow } from './records.ts'

export interface PackCost {
  /** Still to be fetched, as the server sends it. */
  readonly fetchBytes: number
  /** Stored now, and no longer wanted. */
  readonly freedBytes: number
}

/** What each change of these packs together would mean, by the manifest; a pause does not make it cheaper. */
export async function packCosts(
  store: Store,
  markets: readonly MarketId[],
  changes: readonly Partial<PackWish>[],
  nowMs: number,
): Promise<PackCost[]> {
  const wanted = new Set(markets)
  const [rows, packs] = await Promise.all([store.manifest.toArray(), store.packs.toArray()])
  const lines = rows.filter((row) => wanted.has(row.market))
  const wishes = wishesOf(packs)
  return changes.map((change) => {
    const changed = (market: MarketId) => ({
      ...(wishes.get(market) ?? wishOf(undefined)),
      ...change,
      paused: false,
    })
    return costOf(lines, new Map(markets.map((market) => [market, changed(market)])), nowMs)
  })
}

function costOf(lines: readonly ManifestRow[], wishes: Wishes, nowMs: number): PackCost {
  const sum = (rows: readonly ManifestRow[], of: 'bytes' | 'size') =>
    rows.reduce((total, row) => total + row[of], 0)
  return {
    fetchBytes: sum(missingChunks(lines, wishes, nowMs), 'bytes'),
    freedBytes: sum(
      lines.filter((row) => row.held !== null && !isKept(row, wishes, nowMs)),
      'size',
    ),
  }
}
