import { expect, it } from 'vitest'
import { SpikeGuard } from './spike.ts'

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
