import { expect, test } from 'vitest'
import type { MarketId } from '../../../core/market.ts'
import { reuseMarkets } from './reuse.ts'
import type { MarketFacts } from './state.svelte.ts'

const market = (id: string, price: string, sparkline: readonly number[] = [1, NaN, 2]): MarketFacts => ({
  id: id as MarketId,
  source: 'coinbase',
  base: 'BTC',
  quote: 'USD',
  name: 'Bitcoin',
  tick: '0.01',
  status: 'live',
  price,
  priceAsOfMs: 1,
  change24h: null,
  sparkline,
  sigma: null,
})
const first = reuseMarkets([], [market('a:A-B', '1'), market('a:C-D', '2')]).map((one) => ({
  ...one,
  freshness: 'live' as const,
}))

test('only the market that changed is another object, and keeps its freshness until that is judged', () => {
  const next = reuseMarkets(first, [market('a:A-B', '1'), market('a:C-D', '3')])
  expect(next[0]).toBe(first[0])
  expect(next[1]).toEqual({ ...first[1], price: '3' })
})

test('where nothing changed the list is the same list', () => {
  expect(reuseMarkets(first, [market('a:A-B', '1'), market('a:C-D', '2')])).toBe(first)
})

test.each([
  ['another sparkline', [market('a:A-B', '1', [1, NaN, 3]), market('a:C-D', '2')]],
  ['a field more', [{ ...market('a:A-B', '1'), paused: true as const }, market('a:C-D', '2')]],
  ['another order', [market('a:C-D', '2'), market('a:A-B', '1')]],
  ['one less', [market('a:A-B', '1')]],
])('%s is another list', (_, facts) => {
  const next = reuseMarkets(first, facts)
  expect(next).not.toBe(first)
  expect(next).toMatchObject(facts)
  expect(next.length).toBe(facts.length)
})
