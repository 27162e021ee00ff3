/** Which market may continue which: one that its source has renamed. */
import { parseMarketId, type MarketId } from '../../core/market.ts'
import { ApiProblem } from '../api/problem.ts'
import type { Market } from '../archive/types.ts'

/** @throws ApiProblem that says why `id` cannot continue `old` */
export function requireContinuable(id: MarketId, old: Market, markets: readonly Market[]): void {
  const refuse = (why: string) => {
    throw new ApiProblem('bad-request', `${id} cannot continue ${old.id}: ${why}`)
  }
  const { source, quote } = parseMarketId(id)
  if (source === 'csv' || old.source === 'csv')
    refuse('an imported series has no source that could rename it')
  if (source !== old.source)
    refuse(`a source renames its own markets, and these are of ${source} and ${old.source}`)
  if (parseMarketId(old.id).quote !== quote) refuse('their prices are in different currencies')
  const byId = new Map(markets.map((market) => [market.id, market]))
  for (let at: Market | undefined = old; at; at = at.continues && byId.get(at.continues))
    if (at.id === id) refuse(at === old ? 'it is the same' : `${old.id} continues ${id} already`)
  const other = markets.find((market) => market.continues === old.id && market.id !== id)
  if (other) refuse(`${other.id} continues it already`)
}
