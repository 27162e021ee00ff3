import { expect, test } from 'vitest'
import { parseMarketId } from '../../core/market.ts'
import { GapCollector, placesByClass } from './gaps.ts'
import type { GapClass } from '../../core/wire/owner.ts'

const DAY = Date.UTC(2024, 2, 1)
const market = parseMarketId('coinbase:BTC-USD').id

function gapsOf(...pieces: [number, (GapClass | null)[]][]) {
  const collector = new GapCollector(market, '1m', DAY + 3_600_000)
  for (const [minute, kinds] of pieces) collector.take(DAY + minute * 60_000, kinds)
  return collector.end()
}
const told = (...pieces: Parameters<typeof gapsOf>) =>
  gapsOf(...pieces).map(({ from, places, class: kind }) => [from.slice(11, 16), places, kind])

test('neighbouring missing places of one class are one gap, over the end of a chunk as well', () => {
  expect(told([0, [null, 'outage', 'outage']], [3, ['outage', null]])).toEqual([['00:01', 3, 'outage']])
})

test('another class is another gap, and what is not missing is none', () => {
  expect(told([0, ['limit', 'limit', 'unconfirmed', null, 'unconfirmed']])).toEqual([
    ['00:00', 2, 'limit'],
    ['00:02', 1, 'unconfirmed'],
    ['00:04', 1, 'unconfirmed'],
  ])
})

test('a span of which nothing is said parts two gaps', () => {
  expect(told([0, ['outage']], [10, ['outage']])).toEqual([
    ['00:00', 1, 'outage'],
    ['00:10', 1, 'outage'],
  ])
})

test('no gap, no word', () => expect(told([0, [null, null]])).toEqual([]))

test('words say from when on something is there, how much is left, and until when the source limits', () => {
  const gaps = gapsOf([0, ['not-listed', 'limit', 'unread', 'rate-limited']])
  expect(gaps.map(({ why }) => why)).toEqual([
    'before 2024-03-01T00:01:00Z: not listed yet',
    'from 2024-03-01T00:02:00Z: limit of the source',
    'not yet fetched (1 request to go)',
    'not yet fetched (1 request to go): the source takes no more requests before 2024-03-01T01:00:00Z',
  ])
  expect(placesByClass(gaps)).toEqual({ 'not-listed': 1, limit: 1, unread: 1, 'rate-limited': 1 })
})
