import { expect, it } from 'vitest'
import { SpikeGuard, wildRows } from './spike.ts'

const judge = (...prices: number[]) => {
  const guard = new SpikeGuard()
  return prices.map((price) => guard.accepts(price))
}

it('a price that leaps away for one sample and comes back is not taken', () => {
  expect(judge(100, 101, 101_000, 102, 0.1, 101)).toEqual([true, true, false, true, false, true])
})

it('a leap that the next sample supports is a move', () => {
  expect(judge(100, 1000, 1010, 1005)).toEqual([true, false, true, true])
})

it('moves of a wild market pass', () => {
  expect(judge(1, 3, 1, 0.4).every(Boolean)).toBe(true)
})

it('a price told by a socket never supports itself, however often it is repeated; a polled one does', () => {
  const guard = new SpikeGuard()
  expect(guard.judgeTold(100_000)).toBe('unknown')
  expect(guard.accepts(100)).toBe(true)
  expect([101, 101_000, 101_000, 101_000].map((price) => guard.judgeTold(price))).toEqual([
    'good',
    'wild',
    'wild',
    'wild',
  ])
  expect(guard.judgeTold(102)).toBe('good')
  expect(guard.judgeTold(1000)).toBe('wild')
  expect(guard.accepts(1010)).toBe(true)
  expect(guard.judgeTold(1005)).toBe('good')
})

const bar = (open: number, high: number, low: number, close: number) => ({
  open: String(open),
  high: String(high),
  low: String(low),
  close: String(close),
})
const calm = bar(100, 101, 99, 100)

it.each([
  ['a wick upwards', bar(100, 101_000, 99, 100)],
  ['a wick downwards', bar(100, 101, 0.1, 100)],
  ['a body far from both neighbours', bar(100_000, 101_000, 99_000, 100_000)],
])('a candle with %s is wild', (_, wild) => {
  expect(wildRows([calm, wild, calm])).toEqual([wild])
})

it('candles are wild neither in calm nor where a whole market moves', () => {
  const moved = bar(1000, 1010, 990, 1000)
  expect(wildRows([calm, calm, calm])).toEqual([])
  expect(wildRows([calm, bar(100, 480, 100, 480), moved, moved])).toEqual([])
  expect(wildRows([calm, calm, moved, moved])).toEqual([])
  expect(wildRows([moved])).toEqual([])
})

it('at either end of an answer a candle is wild when it alone is far away', () => {
  const far = bar(1000, 1010, 990, 1000)
  expect(wildRows([far, calm, calm])).toEqual([far])
  expect(wildRows([calm, calm, far])).toEqual([far])
})
