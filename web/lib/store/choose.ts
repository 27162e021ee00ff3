/** Writes down what is to be kept of markets, and lets go at once of what no pack wants any more. */
import type { MarketId } from '../../../core/market.ts'
import type { Store } from './database.ts'
import { dropUnwanted } from './drop.ts'
import { wishOf, type PackWish } from './packs.ts'

export async function choosePacks(
  store: Store,
  markets: readonly MarketId[],
  change: Partial<PackWish>,
  nowMs: number,
): Promise<void> {
  await store.transaction('rw', store.packs, async () => {
    const before = await store.packs.bulkGet([...markets])
    await store.packs.bulkPut(
      markets.map((market, index) => ({ market, ...wishOf(before[index]), ...change })),
    )
  })
  await dropUnwanted(store, nowMs)
}
