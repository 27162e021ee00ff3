import { expect, test } from 'vitest'
import { parseMarketId, type MarketId } from '../../core/market.ts'
import type { Market } from '../archive/types.ts'
import { requireContinuable } from './continues.ts'

function market(text: string, continues?: string): Market {
  const { id, source, base, quote } = parseMarketId(text)
  const own = {
    id,
    source,
    base,
    quote,
    name: base,
    tick: null,
    status: 'live',
    minutesFromMs: null,
  } as const
  return continues === undefined ? own : { ...own, continues: continues as MarketId }
}

const [a, b, c] = ['coinbase:A-USD', 'coinbase:B-USD', 'coinbase:C-USD'] as const

test('a renamed market of the same source and currency may continue the old one', () => {
  expect(() => requireContinuable(parseMarketId(b).id, market(a), [market(a), market(c)])).not.toThrow()
  // Said a second time.
  expect(() => requireContinuable(parseMarketId(b).id, market(a), [market(a), market(b, a)])).not.toThrow()
})

test.each([
  ['itself', a, market(a), [market(a)], 'it is the same'],
  ['in a circle', a, market(c, b), [market(a), market(b, a), market(c, b)], `${c} continues ${a} already`],
  ['another source’s', 'kraken:A-USD', market(a), [market(a)], 'of kraken and coinbase'],
  ['an imported series', a, market('csv:mine'), [], 'an imported series has no source'],
  ['in another currency', 'coinbase:A-EUR', market(a), [market(a)], 'different currencies'],
  ['what another one continues', c, market(a), [market(a), market(b, a)], `${b} continues it already`],
])('none continues %s: it is said by name', (_, id, old, markets, why) => {
  expect(() => requireContinuable(parseMarketId(id).id, old, markets)).toThrow(why)
  expect(() => requireContinuable(parseMarketId(id).id, old, markets)).toThrow(
    `${id} cannot continue ${old.id}`,
  )
})
