/** A receipt says what a σ rests on, and where there is none, why and what would help. */
import { describe, expect, it } from 'vitest'
import { missingColumns, State, type CandleColumns } from '../candle/columns.ts'
import type { MarketId } from '../market.ts'
import { DAY_MS, MINUTE_MS } from '../time/interval.ts'
import type { VolatilityRequest } from './types.ts'
import { newestReceipt, percentile, receiptAt, volatility } from './volatility.ts'

function grid(closes: readonly (number | null | 'empty')[]): CandleColumns {
  const columns = missingColumns('kraken:ETH-EUR' as MarketId, '1d', 10 * DAY_MS, closes.length, false)
  closes.forEach((close, i) => {
    if (close === null) return
    columns.states[i] = close === 'empty' ? State.empty : State.present
    if (close === 'empty') return
    columns.open[i] = columns.high[i] = columns.low[i] = columns.close[i] = close
  })
  return columns
}

const REQUEST: VolatilityRequest = {
  estimator: 'close',
  window: 4,
  mean: 'sample',
  barsPerYear: 365,
  minCoverage: 0.5,
}

function newest(closes: readonly (number | null | 'empty')[], change: Partial<VolatilityRequest> = {}) {
  const columns = grid(closes)
  return newestReceipt(volatility(columns, { ...REQUEST, ...change }), columns)
}

describe('a receipt', () => {
  it('tells everything that the value rests on', () => {
    const columns = grid([1, 2, 3, 'empty', 5, 6])
    const series = volatility(columns, REQUEST)
    expect(receiptAt(series, columns, 5)).toEqual({
      market: 'kraken:ETH-EUR',
      source: 'kraken',
      estimator: 'close',
      interval: '1d',
      window: 4,
      mean: 'sample',
      barsUsed: 4,
      barsExpected: 4,
      barsEmpty: 1,
      annualisation: 365,
      firstBarMs: 12 * DAY_MS,
      lastBarMs: 15 * DAY_MS,
      asOfMs: 16 * DAY_MS,
      sigma: series.sigma[5],
      reason: null,
      warnings: [
        { what: 'empty places', empty: 1, places: 4 },
        { what: 'short history', history: 5, window: 4 },
      ],
    })
  })

  it('of a day that is under way is as of its newest minute, not of an end that has not come', () => {
    const minutes = 2 * 1440 + 1300
    const columns = missingColumns('kraken:ETH-EUR' as MarketId, '1m', 0, minutes, false)
    columns.states.fill(State.present)
    for (const name of ['open', 'high', 'low', 'close'] as const)
      columns[name].forEach((_, i) => (columns[name][i] = 100 + Math.sin(i)))
    const series = volatility(columns, { ...REQUEST, estimator: 'realized', window: 2 })
    expect(newestReceipt(series, columns).asOfMs).toBe(minutes * MINUTE_MS)
    expect(receiptAt(series, columns, 1).asOfMs).toBe(2 * DAY_MS)
  })

  it('of the newest σ is that of the last known place, not of the missing ones after it', () => {
    const receipt = newest([1, 2, 3, 4, 5, 7, null, null])
    expect(receipt.lastBarMs).toBe(15 * DAY_MS)
    expect(receipt.sigma).toBeGreaterThan(0)
  })

  it('says how many bars are there, how many are needed, and what would help', () => {
    const receipt = newest([1, 2, 3, 4])
    expect(receipt.sigma).toBeNaN()
    const tooShort = { why: 'too short', wanted: 5, window: 4, interval: '1d' }
    expect(receipt.reason).toEqual({ ...tooShort, known: 4, shortest: 3 })
    expect(newest([1, 2]).reason).toEqual({ ...tooShort, known: 2, shortest: null })
  })

  it('says which coverage is lacking', () => {
    const missing = { why: 'bars missing', used: 1, window: 4, interval: '1d', fewest: 2 }
    expect(newest([1, 2, null, null, null, 3, 4]).reason).toEqual({ ...missing, needsClose: true })
    expect(newest([1, null, null, null, null, 4], { estimator: 'parkinson' }).reason).toEqual({
      ...missing,
      needsClose: false,
    })
  })

  it('exists where nothing is known', () => {
    expect(newest([])).toMatchObject({
      barsUsed: 0,
      barsExpected: 4,
      reason: { why: 'no candles', interval: '1d' },
    })
    expect(newest([null]).sigma).toBeNaN()
    // No time is told that no bar stands for.
    expect(newest([null]).asOfMs).toBeNaN()
  })

  it('is refused at places that the grid does not have', () => {
    const columns = grid([1, 2])
    expect(() => receiptAt(volatility(columns, REQUEST), columns, 2)).toThrow('place 2 is not on this grid')
  })
})

describe('the percentile', () => {
  it('is the share of history at or below the newest value', () => {
    const closes = [1, 3, 9, 27, 81, 243, 729, 2187, 6561, 19683, 39366, 59049]
    const request = { ...REQUEST, window: 2, mean: 'zero' } as const
    // Nine returns of ln 3, then ln 2 and ln 1.5: the newest of ten windows is the smallest.
    expect(percentile(volatility(grid(closes), request))).toBe(0.1)
    // Of nine values none is told.
    expect(percentile(volatility(grid(closes.slice(1)), request))).toBeNull()
  })

  it('is not available without a newest σ', () => {
    expect(percentile(volatility(grid([1, 2]), REQUEST))).toBeNull()
    expect(percentile(volatility(grid([1, 2, 3, 4, 5, null, null, null, 6]), REQUEST))).toBeNull()
    expect(percentile(volatility(grid([]), REQUEST))).toBeNull()
  })
})
