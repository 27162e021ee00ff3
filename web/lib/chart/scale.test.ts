import { expect, test } from 'vitest'
import { paddedScale, shareOf } from './scale.ts'

test('equal factors are equally far apart on a logarithmic axis, equal steps on a linear one', () => {
  const log = { low: 1, high: 10_000, log: true }
  expect(shareOf(log, 100)).toBeCloseTo(0.5, 12)
  expect(shareOf(log, 10)).toBeCloseTo(0.25, 12)
  expect(shareOf({ low: 0, high: 200, log: false }, 50)).toBe(0.25)
})

test('there is room around the values, but none below zero', () => {
  const { low, high } = paddedScale(0.00001, 0.00009, false)
  expect(low).toBeGreaterThanOrEqual(0)
  expect(low).toBeLessThan(0.00001)
  expect(high).toBeGreaterThan(0.00009)
})

test('a price that never moved stands in the middle of an axis that has a length', () => {
  for (const log of [false, true]) {
    const scale = paddedScale(5, 5, log)
    expect(scale.high).toBeGreaterThan(scale.low)
    expect(shareOf(scale, 5)).toBeGreaterThanOrEqual(0)
    expect(shareOf(scale, 5)).toBeLessThanOrEqual(1)
  }
})
