/** Roll-ups: what longer bars are made of, and when there is none. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MarketId } from '../market.ts'
import { INTERVAL_MS, MINUTE_MS } from '../time/interval.ts'
import { missingColumns, State, type CandleColumns } from './columns.ts'
import { rollUp, rollUpRows, type RowGrid } from './rollup.ts'
import type { CandleRow } from './row.ts'

const MARKET = 'csv:test' as MarketId

/** Minutes from `startMinute`; the nth candle is n+1, n+3, n, n+2 with volume 1. */
function minutes(states: readonly number[], startMinute = 0): CandleColumns {
  const columns = missingColumns(MARKET, '1m', startMinute * MINUTE_MS, states.length, true)
  states.forEach((state, i) => {
    columns.states[i] = state
    if (state !== State.present) return
    columns.open[i] = i + 1
    columns.high[i] = i + 3
    columns.low[i] = i
    columns.close[i] = i + 2
    columns.volume![i] = 1
  })
  return columns
}

const { present: P, empty: E, missing: M, outage: O, beyond: B } = State

describe('a bar made of others', () => {
  it('has the first open, highest high, lowest low, last close and the sum of volume', () => {
    const bar = rollUp(minutes([P, P, P, P, P]), '5m')
    expect([bar.open[0], bar.high[0], bar.low[0], bar.close[0], bar.volume![0]]).toEqual([1, 7, 0, 6, 5])
    expect(Array.from(bar.states)).toEqual([P])
  })

  it('passes over empty places', () => {
    const bar = rollUp(minutes([E, P, E, P, E]), '5m')
    expect([bar.open[0], bar.close[0], bar.volume![0]]).toEqual([2, 5, 2])
  })

  it('is empty where all places are, missing where one is', () => {
    const bars = rollUp(minutes([E, E, E, E, E, P, P, M, P, P]), '5m')
    expect(Array.from(bars.states)).toEqual([E, M])
    expect(bars.open[0]).toBeNaN()
    expect(bars.open[1]).toBeNaN()
  })

  it('is missing with its reason where the places agree on it', () => {
    const bars = rollUp(minutes([P, O, O, E, P, O, B, P, P, P, B, B, B, P, P]), '5m')
    expect(Array.from(bars.states)).toEqual([O, M, B])
  })

  it('has no volume where one is unknown, and no volume column where none was read', () => {
    const columns = minutes([P, P, P, P, P])
    columns.volume![3] = NaN
    expect(rollUp(columns, '5m').volume![0]).toBeNaN()
    expect(rollUp({ ...columns, volume: null }, '5m').volume).toBeNull()
  })

  it('is left out where it reaches beyond the columns', () => {
    const bars = rollUp(
      minutes(
        Array.from({ length: 12 }, () => P),
        3,
      ),
      '5m',
    )
    expect(bars.startMs).toBe(5 * MINUTE_MS)
    expect(bars.length).toBe(2)
    expect(rollUp(minutes([P, P], 1), '5m').length).toBe(0)
  })

  it('is aligned to the epoch', () => {
    const bars = rollUp(
      minutes(
        Array.from({ length: 240 }, () => P),
        60,
      ),
      '1h',
    )
    expect(bars.startMs).toBe(60 * MINUTE_MS)
    expect(Array.from(bars.states)).toEqual([P, P, P, P])
  })

  it('cannot be made of longer ones', () => {
    expect(() => rollUp({ ...minutes([P]), interval: '1h' }, '15m')).toThrow(
      'candles of 15m cannot be made of candles of 1h',
    )
  })

  it('is itself where the interval is the same', () => {
    const columns = minutes([P])
    expect(rollUp(columns, '1m')).toBe(columns)
  })
})

function row(place: number, change: Partial<CandleRow> = {}): CandleRow {
  return {
    startMs: place * MINUTE_MS,
    open: '10',
    high: '10',
    low: '10',
    close: '10',
    volume: '0.1',
    ...change,
  }
}

function rowGrid(states: readonly number[], rows: readonly CandleRow[]): RowGrid {
  return { interval: '1m', startMs: 0, states: Uint8Array.from(states), rows }
}

describe('a row made of others', () => {
  it('is exact where doubles are not', () => {
    const rows = [
      row(0, { high: '10.000000000000000001', volume: '0.1' }),
      row(1, { low: '9.99999999999999999', volume: '0.2' }),
      row(2, { volume: '1000000000000000000' }),
      row(3),
      row(4, { close: '9.999999999999999999' }),
    ]
    expect(rollUpRows(rowGrid([P, P, P, P, P], rows), '5m').rows).toEqual([
      {
        startMs: 0,
        open: '10',
        high: '10.000000000000000001',
        low: '9.99999999999999999',
        close: '9.999999999999999999',
        volume: '1000000000000000000.5',
      },
    ])
  })

  it('sums samples and joins flags, and has no volume where one is unknown', () => {
    const rows = [row(0, { samples: 3, flags: 1 }), row(1, { samples: 4, flags: 4, volume: null })]
    expect(rollUpRows(rowGrid([P, P, E, E, E], rows), '5m').rows).toEqual([
      row(0, { samples: 7, flags: 5, volume: null }),
    ])
  })

  it('is left out where a place is missing', () => {
    const rolled = rollUpRows(rowGrid([P, M, E, E, E, E, E, E, E, E], [row(0)]), '5m')
    expect(rolled.rows).toEqual([])
    expect(Array.from(rolled.states)).toEqual([M, E])
  })

  it('is refused where rows and places do not belong together', () => {
    expect(() => rollUpRows(rowGrid([P, P, E, E, E], [row(0)]), '5m')).toThrow('at 60000 ms has no row')
    expect(() => rollUpRows(rowGrid([P, E, E, E, E], [row(0), row(1)]), '5m')).toThrow('no present place')
  })

  it('agrees with the columns', () => {
    const states = fc.array(fc.constantFrom(P, P, P, E, M, O), { minLength: 1, maxLength: 90 })
    fc.assert(
      fc.property(states, fc.constantFrom('5m', '15m', '1h'), (drawn, interval) => {
        const columns = minutes(drawn)
        const rows = drawn.flatMap((state, i) =>
          state === P
            ? [row(i, { open: `${i + 1}`, high: `${i + 3}`, low: `${i}`, close: `${i + 2}`, volume: '1' })]
            : [],
        )
        const bars = rollUp(columns, interval)
        const rolled = rollUpRows(rowGrid(drawn, rows), interval)
        expect(rolled.startMs).toBe(bars.startMs)
        expect(rolled.states).toEqual(bars.states)
        expect(rolled.rows.map((one) => [one.startMs, +one.open, +one.high, +one.low, +one.close])).toEqual(
          Array.from(bars.states, (_, i) => i)
            .filter((i) => bars.states[i] === P)
            .map((i) => [
              bars.startMs + i * INTERVAL_MS[interval],
              bars.open[i],
              bars.high[i],
              bars.low[i],
              bars.close[i],
            ]),
        )
      }),
    )
  })
})
