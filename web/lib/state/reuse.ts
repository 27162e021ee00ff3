/** Keeps what did not change the same object, so that of a hundred rows only those are drawn anew that say something new. */
import type { MarketFacts } from './state.svelte.ts'
import type { MarketState } from './types.ts'

/** The markets by their new facts; a freshness stays until it is judged anew. */
export function reuseMarkets(
  before: readonly MarketState[],
  facts: readonly MarketFacts[],
): readonly MarketState[] {
  const known = new Map(before.map((market) => [market.id, market]))
  const markets = facts.map((market): MarketState => {
    const old = known.get(market.id)
    return old && isSame(old, market) ? old : { ...market, freshness: old?.freshness ?? 'stale' }
  })
  const isWhole = markets.length === before.length && markets.every((market, at) => market === before[at])
  return isWhole ? before : markets
}

function isSame(old: MarketState, facts: MarketFacts): boolean {
  const names = Object.keys(facts) as (keyof MarketFacts)[]
  // The old one has its freshness besides.
  const isNoneLost = Object.keys(old).length === names.length + 1
  return isNoneLost && names.every((name) => isEqual(old[name], facts[name]))
}

/** Lists and receipts are small, and made anew each time that they are read. */
function isEqual(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === 'object' && JSON.stringify(a) === JSON.stringify(b))
}
