import { describe, expect, it } from 'vitest'
import { columnsFromRows } from '../candle/from-rows.ts'
import { rollUp } from '../candle/rollup.ts'
import type { CandleRow } from '../candle/row.ts'
import type { MarketId } from '../market.ts'
import { DAY_MS, HOUR_MS } from '../time/interval.ts'
import { FEWEST_SAMPLES } from './sampled.ts'
import { BAR_ESTIMATORS, type Estimator } from './types.ts'
import { newestReceipt, volatility } from './volatility.ts'

const RANGED = BAR_ESTIMATORS.filter((estimator) => estimator !== 'close' && estimator !== 'ewma')

/** Bars that move up and down, the i-th of so many samples; 0 = the source's own. */
function bars(samples: readonly number[], step = DAY_MS): CandleRow[] {
  return samples.map((count, i) => {
    const [open, close] = i % 2 === 0 ? ['100', '104'] : ['104', '101']
    const row = { startMs: i * step, open, high: '106', low: '99', close, volume: null }
    return count === 0 ? row : { ...row, samples: count }
  })
}

function newest(rows: readonly CandleRow[], estimator: Estimator, window = 4, minCoverage = 0.5) {
  const columns = columnsFromRows('coingecko:bitcoin-usd' as MarketId, '1d', rows)
  const request = { estimator, window, mean: 'sample', barsPerYear: null, minCoverage } as const
  return newestReceipt(volatility(columns, request), columns)
}

describe('bars of sampled prices', () => {
  it.each(RANGED)('of too few samples give no %s, and the reason says how many', (estimator) => {
    const { sigma, reason, barsUsed } = newest(bars([24, 24, 24, 24, 24, 24]), estimator)
    expect(sigma).toBeNaN()
    expect(barsUsed).toBe(0)
    expect(reason).toEqual({ why: 'few samples', sparse: 4, bars: 4, fewest: 100 })
  })

  it('of few samples have a close like any other', () => {
    const sampled = newest(bars([1, 1, 1, 1, 1, 1]), 'close')
    expect(sampled).toMatchObject({ barsUsed: 4, reason: null })
    expect(sampled.sigma).toBe(newest(bars([0, 0, 0, 0, 0, 0]), 'close').sigma)
  })

  it.each(RANGED)('of enough samples count for %s like the source’s own', (estimator) => {
    const own = newest(bars([0, 0, 0, 0, 0, 0]), estimator)
    expect(own.sigma).toBeGreaterThan(0)
    expect(newest(bars([0, 100, 288, 100, 500, 1440]), estimator).sigma).toBe(own.sigma)
  })

  it.each(RANGED)('of too few samples among others are left out of %s, not read as still', (estimator) => {
    const mixed = newest(bars([288, 288, 288, 288, 288, 6, 288]), estimator, 6)
    expect(mixed).toMatchObject({ barsUsed: 5, reason: null })
    // Each pair of neighbouring bars is alike, so a mean without one of them stays within the others.
    expect(mixed.sigma).toBeGreaterThan(0.8 * newest(bars([0, 0, 0, 0, 0, 0, 0]), estimator, 6).sigma)
  })

  it('rolled up have the samples of all their parts', () => {
    const columns = columnsFromRows(
      'coingecko:bitcoin-usd' as MarketId,
      '1h',
      bars([12, 12, 11, 12], HOUR_MS),
    )
    expect([...rollUp(columns, '4h').samples!]).toEqual([47])
  })

  it('need as many samples as the documentation says', () => {
    expect(FEWEST_SAMPLES).toBe(100)
  })
})
