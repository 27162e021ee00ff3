/** What a choice of depth would cost, before it is made. */
import type { MarketId } from '../../../core/market.ts'
import type { Store } from './database.ts'
import { missingChunks } from './packs.ts'

/** Bytes that a depth of minutes would still have to fetch, by the manifest. */
export async function packCost(
  store: Store,
  market: MarketId,
  minuteDays: number,
  nowMs: number,
): Promise<number> {
  const depths = new Map([[market, minuteDays]])
  const rows = (await store.manifest.toArray()).filter((row) => row.market === market)
  return missingChunks(rows, depths, nowMs).reduce((sum, row) => sum + row.bytes, 0)
}
