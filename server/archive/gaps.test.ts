import { expect, test } from 'vitest'
import { State } from '../../core/candle/columns.ts'
import { parseMarketId } from '../../core/market.ts'
import { GapCollector } from './gaps.ts'
import type { Gap } from './types.ts'

const DAY = Date.UTC(2024, 2, 1)
const { missing, present, empty, outage, beyond } = State

function gapsOf(...pieces: [number, number[]][]): [string, number, string][] {
  const gaps: Gap[] = []
  const collector = new GapCollector(parseMarketId('coinbase:BTC-USD').id, '1m', gaps)
  for (const [minute, states] of pieces) collector.take(DAY + minute * 60_000, Uint8Array.from(states))
  collector.end()
  return gaps.map(({ from, places, why }) => [from.slice(11, 16), places, why.split(' ')[0]!])
}

test('neighbouring missing places of one reason are one gap, over the end of a chunk as well', () => {
  expect(gapsOf([0, [present, outage, outage]], [3, [outage, present]])).toEqual([['00:01', 3, 'outage']])
})

test('another reason is another gap, and what is empty is none', () => {
  expect(gapsOf([0, [beyond, beyond, missing, empty, missing]])).toEqual([
    ['00:00', 2, 'before'],
    ['00:02', 1, 'the'],
    ['00:04', 1, 'the'],
  ])
})

test('a span of which nothing is said parts two gaps', () => {
  expect(gapsOf([0, [outage]], [10, [outage]])).toEqual([
    ['00:00', 1, 'outage'],
    ['00:10', 1, 'outage'],
  ])
})

test('no gap, no word', () => expect(gapsOf([0, [present, empty]])).toEqual([]))
