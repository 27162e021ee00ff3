/** Rows as columns. */
import { describe, expect, it } from 'vitest'
import type { MarketId } from '../market.ts'
import { State } from './columns.ts'
import { columnsFromRows } from './from-rows.ts'

const MARKET = 'csv:test' as MarketId

function row(minute: number, price: string, volume: string | null = '1') {
  return { startMs: minute * 60_000, open: price, high: price, low: price, close: price, volume }
}

describe('columns from rows', () => {
  it('reach from the first row to the last, and what is between without a row is missing', () => {
    const columns = columnsFromRows(MARKET, '1m', [row(7, '0.00001234'), row(5, '2', null)])
    expect(columns.startMs).toBe(5 * 60_000)
    expect(Array.from(columns.states)).toEqual([State.present, State.missing, State.present])
    expect(Array.from(columns.close)).toEqual([2, NaN, 0.00001234])
    expect(Array.from(columns.volume!)).toEqual([NaN, NaN, 1])
  })

  it('of no rows have no place', () => {
    expect(columnsFromRows(MARKET, '1m', []).length).toBe(0)
  })

  it('are refused before memory is taken where the span is absurd', () => {
    expect(() => columnsFromRows(MARKET, '1m', [row(0, '1'), row(1e9, '1')])).toThrow(
      'are 1000000001 places, at most 16777216',
    )
  })

  it('are refused where a row is not on the grid', () => {
    const odd = { ...row(0, '1'), startMs: 90_000 }
    expect(() => columnsFromRows(MARKET, '1m', [row(0, '1'), row(3, '1'), odd])).toThrow('not on the grid')
  })
})
