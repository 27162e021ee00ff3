import { describe, expect, it } from 'vitest'
import { HOUR_MS } from '../../core/time/interval.ts'
import { pricePaceMs, readPaceMs, type Demand } from './pace.ts'

const demand = (change: Partial<Demand>): Demand => ({
  markets: 10,
  requestsPerSecond: 10,
  pricesAtOnce: 1,
  sampleSeconds: 60,
  ...change,
})

describe('how often markets take turns', () => {
  it('is as wanted where the limit serves all', () => {
    expect(pricePaceMs(demand({}))).toBe(60_000)
    expect(readPaceMs(demand({}))).toBe(0)
    expect(readPaceMs(demand({ markets: 200, pricesAtOnce: Infinity, requestsPerSecond: 20 }))).toBe(0)
  })

  it.each([
    [10_000, 20, Infinity],
    [10_000, 10, Infinity],
    [10_000, 10, 1],
    [2000, 1, Infinity],
  ])('%s markets at %s requests a second: a quarter of the limit is left', (markets, rps, pricesAtOnce) => {
    const given = demand({ markets, requestsPerSecond: rps, pricesAtOnce })
    const [prices, reads] = [pricePaceMs(given), readPaceMs(given)]
    const minutes = markets / reads
    const hours = (2 * markets) / Math.max(HOUR_MS, reads)
    const live = (Math.ceil(markets / pricesAtOnce) / prices + minutes + hours) * 1000
    expect(reads).toBeGreaterThan(60_000)
    expect(live / rps).toBeLessThanOrEqual(0.7501)
    expect(live / rps).toBeGreaterThan(0.7)
  })

  it('lets prices that cost a request each wait for one another, not all others for them', () => {
    const given = demand({ markets: 10_000, requestsPerSecond: 10 })
    expect(10_000_000 / pricePaceMs(given)).toBeCloseTo(10 * 0.75 * 0.5, 2)
  })
})
