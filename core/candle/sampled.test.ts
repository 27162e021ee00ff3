import { describe, expect, it } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../time/interval.ts'
import { bucketOf, candlesOfSamples } from './sampled.ts'

const NOON = Date.UTC(2024, 2, 1, 12)

describe('candles of samples', () => {
  it('have first, highest, lowest and last price, the number of samples, and no volume', () => {
    const points = [
      { atMs: NOON + 1000, price: '9' },
      { atMs: NOON + 2000, price: '10' },
      { atMs: NOON + 3000, price: '0.00000012' },
      { atMs: NOON + 4000, price: '9.5' },
    ]
    expect(candlesOfSamples(points, '1h')).toEqual([
      { startMs: NOON, open: '9', high: '10', low: '0.00000012', close: '9.5', volume: null, samples: 4 },
    ])
  })

  it('leave out a bucket without a sample: nothing is carried over', () => {
    const points = [
      { atMs: NOON + 1, price: '1' },
      { atMs: NOON + 3 * MINUTE_MS - 1, price: '2' },
    ]
    expect(candlesOfSamples(points, '1m').map(({ startMs }) => startMs)).toEqual([NOON, NOON + 2 * MINUTE_MS])
  })

  it('take times that go back as the times they are', () => {
    const points = [
      { atMs: NOON + 5000, price: '1' },
      { atMs: NOON + 9955, price: '2' },
      { atMs: NOON + 9000, price: '3' },
    ]
    expect(candlesOfSamples(points, '1m')[0]).toMatchObject({ open: '1', close: '2', samples: 3 })
  })

  it('a sample on the border of two buckets closes the earlier one', () => {
    expect(bucketOf('1d', Date.UTC(2024, 2, 2))).toBe(Date.UTC(2024, 2, 1))
    expect(bucketOf('1h', NOON)).toBe(NOON - HOUR_MS)
    expect(bucketOf('1h', NOON + 1)).toBe(NOON)
  })
})
