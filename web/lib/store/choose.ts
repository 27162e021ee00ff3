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
  await store.transaction('rw', [store.packs, store.positions], async () => {
    const before = await store.packs.bulkGet([...markets])
    // What is not sealed yet comes with the tail: it is asked for again, now with volumes.
    if (change.volume)
      for (const [index, market] of markets.entries())
        if (!wishOf(before[index]).volume) await store.positions.update(market, { tail: 0 })
    await store.packs.bulkPut(
      markets.map((market, index) => ({ market, ...wishOf(before[index]), ...change })),
    )
  })
  await dropUnwanted(store, nowMs)
}
