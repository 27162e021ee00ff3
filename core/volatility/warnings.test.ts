/** What a receipt warns of, and from how much on. */
import { describe, expect, it } from 'vitest'
import { missingColumns, State, type CandleColumns } from '../candle/columns.ts'
import type { MarketId } from '../market.ts'
import type { Estimator, Warning } from './types.ts'
import { newestReceipt, volatility } from './volatility.ts'
import { warningText } from './warnings.ts'

const WINDOW = 20

/** Ninety lively days, changed by whoever asks. */
function days(change: (columns: CandleColumns) => void): CandleColumns {
  const columns = missingColumns('kraken:ETH-EUR' as MarketId, '1d', 0, 90, false)
  for (let i = 0; i < 90; i++) {
    columns.states[i] = State.present
    columns.open[i] = 100 + Math.sin(i - 1)
    columns.close[i] = 100 + Math.sin(i)
    columns.high[i] = 102
    columns.low[i] = 98
  }
  change(columns)
  return columns
}

function warnings(
  change: (columns: CandleColumns) => void,
  estimator: Estimator = 'parkinson',
): readonly Warning[] {
  const columns = days(change)
  const request = { estimator, window: WINDOW, mean: 'sample', barsPerYear: 365, minCoverage: 0.5 } as const
  return newestReceipt(volatility(columns, request), columns).warnings
}

const still = (columns: CandleColumns, bars: number) => {
  for (let i = 90 - bars; i < 90; i++)
    columns.open[i] = columns.high[i] = columns.low[i] = columns.close[i] = 100
}

describe('a receipt warns', () => {
  it('of nothing where bars are many and lively', () => {
    expect(warnings(() => undefined)).toEqual([])
  })

  it('of a thin market where high is low in one bar of ten, if highs and lows are read', () => {
    expect(warnings((columns) => still(columns, 1))).toEqual([])
    expect(warnings((columns) => still(columns, 2))).toEqual([{ what: 'thin market', still: 2, bars: 20 }])
    expect(warnings((columns) => still(columns, 2), 'close')).toEqual([])
  })

  it('of bars that are samples', () => {
    const sampled = (columns: CandleColumns) => {
      columns.samples = new Uint32Array(90)
      columns.samples.fill(1440, 80)
    }
    expect(warnings(sampled)).toEqual([{ what: 'sampled source', sampled: 10, bars: 20 }])
  })

  it('of places that are missing or without trades', () => {
    const missing = warnings((columns) => columns.states.fill(State.outage, 75, 77))
    expect(missing).toEqual([{ what: 'missing places', missing: 2, places: 20 }])
    const empty = warnings((columns) => columns.states.fill(State.empty, 75, 77))
    expect(empty).toEqual([{ what: 'empty places', empty: 2, places: 20 }])
  })

  it('of a history that is shorter than three windows', () => {
    const short = warnings((columns) => columns.states.fill(State.beyond, 0, 31))
    expect(short).toEqual([{ what: 'short history', history: 59, window: 20 }])
    expect(warnings((columns) => columns.states.fill(State.beyond, 0, 30))).toEqual([])
  })

  it('of nothing where there is no σ: the reason says it all', () => {
    expect(warnings((columns) => columns.states.fill(State.outage, 60))).not.toContainEqual(
      expect.objectContaining({ what: 'thin market' }),
    )
    expect(warnings((columns) => columns.states.fill(State.beyond, 0, 80))).toEqual([])
  })

  it('in words that say how many', () => {
    expect(warningText({ what: 'thin market', still: 3, bars: 20 })).toMatch(/3 of 20 bars/)
    expect(warningText({ what: 'short history', history: 40, window: 20 })).toMatch(/40 bars/)
  })
})
