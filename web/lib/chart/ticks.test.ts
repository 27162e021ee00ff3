import { expect, test } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../../core/time/interval.ts'
import { logTicks, numberLabels, numberTicks, timeTicks } from './ticks.ts'

test('values stand at multiples of 1, 2 or 5', () => {
  expect(numberTicks(8200, 63_000, 4)).toEqual([20_000, 40_000, 60_000])
  expect(numberTicks(0.2, 1.7, 4)).toEqual([0.5, 1, 1.5])
  expect(numberTicks(5, 5, 4)).toEqual([5])
})

test('values stand no nearer to each other than the price can move', () => {
  expect(numberTicks(0.9998, 1.0002, 4, 0.0001)).toHaveLength(5)
  expect(numberTicks(0.99999, 1.00001, 4, 0.0001)).toEqual([1])
})

test('labels carry the decimals that their distance needs', () => {
  expect(numberLabels([20_000, 40_000])).toEqual(['20 k', '40 k'])
  expect(numberLabels([27_500, 28_000])).toEqual(['27.5 k', '28.0 k'])
  expect(numberLabels([1200, 1400])).toEqual(['1,200', '1,400'])
  expect(numberLabels([0.35, 0.4])).toEqual(['0.35', '0.40'])
  expect(numberLabels([0, 0.5])).toEqual(['0', '0.5'])
})

test('tiny labels count their zeros and never read as zero', () => {
  expect(numberLabels([0.000008, 0.000009])).toEqual(['0.0₅8', '0.0₅9'])
  expect(numberLabels([1e-8])).toEqual(['0.0₇1'])
})

test('a logarithmic axis names powers of ten, more where there is room', () => {
  expect(logTicks(0.05, 90_000, 5)).toEqual([0.01, 1, 100, 10_000].filter((tick) => tick >= 0.05))
  expect(logTicks(8, 900, 7)).toEqual([10, 20, 50, 100, 200, 500])
  expect(logTicks(0, 10, 5)).toEqual([])
})

test('times are round in UTC at every length', () => {
  const from = Date.UTC(2024, 1, 10, 7, 13)
  for (const length of [HOUR_MS, 6 * HOUR_MS, DAY_MS, 7 * DAY_MS, 90 * DAY_MS, 365 * DAY_MS, 3000 * DAY_MS]) {
    const { at, labels } = timeTicks({ fromMs: from, toMs: from + length }, 6, 'utc')
    expect(at.length).toBeGreaterThanOrEqual(2)
    expect(at.length).toBeLessThanOrEqual(8)
    expect(labels).toHaveLength(at.length)
    expect(at).toEqual(at.toSorted((a, b) => a - b))
    for (const ms of at) expect(new Date(ms).getUTCSeconds()).toBe(0)
  }
})

test('months and years are named where they begin', () => {
  const span = { fromMs: Date.UTC(2023, 9, 20), toMs: Date.UTC(2024, 6, 20) }
  expect(timeTicks(span, 10, 'utc').labels).toEqual([
    'Nov',
    'Dec',
    '2024',
    'Feb',
    'Mar',
    'Apr',
    'May',
    'Jun',
    'Jul',
  ])
})
