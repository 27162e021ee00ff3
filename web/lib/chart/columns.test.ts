import { describe, expect, test } from 'vitest'
import { State, missingColumns } from '../../../core/candle/columns.ts'
import { buildLevels } from '../../../core/candle/levels.ts'
import { parseMarketId } from '../../../core/market.ts'
import { MINUTE_MS } from '../../../core/time/interval.ts'
import { absentSpans } from '../../worker/spans.ts'
import { candleLength, candlesOf } from './candles.ts'
import { columnAt, extremes, firstAfter, joinedRuns, pickLevel, sliceOf, splitAbsent } from './columns.ts'
import type { PriceView } from '../../worker/api.ts'

const START = Date.UTC(2024, 2, 1)

/** A minute series: a number is a close, `.` a missing place, `o` an empty one. */
function viewOf(places: readonly (number | '.' | 'o')[], startMs = START): PriceView {
  const columns = missingColumns(parseMarketId('coinbase:BTC-USD').id, '1m', startMs, places.length, false)
  places.forEach((place, i) => {
    if (place === 'o') columns.states[i] = State.empty
    if (typeof place !== 'number') return
    columns.states[i] = State.present
    columns.open[i] = columns.close[i] = place
    columns.high[i] = place + 0.5
    columns.low[i] = place - 0.5
  })
  const { market, interval, length } = columns
  const levels = buildLevels(columns)
  return { market, interval, startMs, length, levels, absent: absentSpans(columns), asOfMs: null }
}

const whole = (view: PriceView) => ({
  fromMs: view.startMs,
  toMs: view.startMs + view.length * MINUTE_MS,
})
const finest = (view: PriceView) => sliceOf(view.startMs, MINUTE_MS, view.levels[0]!, whole(view))

describe('the level', () => {
  const view = viewOf(Array.from({ length: 10_000 }, (_, i) => 100 + Math.sin(i / 50)))

  test('is the finest with at most the wanted columns a pixel', () => {
    for (const width of [100, 400, 1000]) {
      const { factor } = pickLevel(view.levels, MINUTE_MS, whole(view), width, 2)
      const finer = view.levels.findLast((level) => level.factor < factor)
      expect(10_000 / factor).toBeLessThanOrEqual(Math.max(width * 2, 512))
      if (finer) expect(10_000 / finer.factor).toBeGreaterThan(width * 2)
    }
  })

  test('shows every extreme at every step', () => {
    for (const level of view.levels) {
      const found = extremes(sliceOf(view.startMs, MINUTE_MS, level, whole(view)), whole(view))!
      expect(found.high).toBe(extremes(finest(view), whole(view))!.high)
      expect(found.low).toBe(extremes(finest(view), whole(view))!.low)
    }
  })

  test('is cut to the visible slice and a column on each side', () => {
    const slice = sliceOf(view.startMs, MINUTE_MS, view.levels[0]!, {
      fromMs: START + 100 * MINUTE_MS,
      toMs: START + 200 * MINUTE_MS,
    })
    expect([slice.first, slice.last]).toEqual([99, 201])
  })
})

describe('the line', () => {
  test('breaks at a missing place and goes on over an empty one', () => {
    const view = viewOf([1, 2, '.', 3, 'o', 4])
    const { missing, empty } = splitAbsent(view.absent)
    expect([missing.length, empty.length]).toEqual([1, 1])
    expect(joinedRuns(finest(view), missing)).toEqual([0, 2, 3, 6])
  })

  test('breaks at a missing minute that a coarse column hides', () => {
    const places = Array.from({ length: 4096 }, (_, i) => (i === 2050 ? ('.' as const) : 5))
    const view = viewOf(places)
    const level = view.levels.at(-1)!
    const slice = sliceOf(view.startMs, MINUTE_MS, level, whole(view))
    expect(level.close.some(Number.isNaN)).toBe(false)
    expect(joinedRuns(slice, splitAbsent(view.absent).missing)).toHaveLength(4)
  })

  test('starts after what is missing at the beginning and ends before what is missing at the end', () => {
    const view = viewOf(['.', '.', 7, 8, '.'])
    expect(joinedRuns(finest(view), splitAbsent(view.absent).missing)).toEqual([2, 4])
  })

  test('has no run where nothing is there', () => {
    const view = viewOf(['.', 'o', '.'])
    expect(joinedRuns(finest(view), splitAbsent(view.absent).missing)).toEqual([])
    expect(extremes(finest(view), whole(view))).toBeNull()
  })
})

describe('candles', () => {
  test('have round lengths with room for a body', () => {
    expect(candleLength(MINUTE_MS, { fromMs: 0, toMs: 86_400_000 }, 300)).toBe(30 * MINUTE_MS)
    expect(candleLength(86_400_000, { fromMs: 0, toMs: 365 * 86_400_000 }, 800)).toBe(7 * 86_400_000)
  })

  test('are first open, highest high, lowest low, last close of their places', () => {
    const view = viewOf([1, 3, 2, 4, 9, 5, 6, 7, 8, 6])
    const slice = candlesOf(view, [])({ fromMs: START, toMs: START + 10 * MINUTE_MS }, 20)
    const { open, high, low, close } = slice.level
    expect(slice.stepMs).toBe(5 * MINUTE_MS)
    expect([open[0], high[0], low[0], close[0]]).toEqual([1, 9.5, 0.5, 9])
    expect([open[1], high[1], low[1], close[1]]).toEqual([5, 8.5, 4.5, 6])
    expect([...slice.partial]).toEqual([0, 0])
  })

  test('are marked partial where a place is missing, and whole where one is only empty', () => {
    const view = viewOf([1, '.', 2, 4, 9, 5, 'o', 7, 8, 6])
    const { missing } = splitAbsent(view.absent)
    const slice = candlesOf(view, missing)({ fromMs: START, toMs: START + 10 * MINUTE_MS }, 20)
    expect([...slice.partial]).toEqual([1, 0])
  })

  test('stand on round times although the data does not begin there', () => {
    const view = viewOf([1, 2, 3, 4, 5, 6, 7], START + 3 * MINUTE_MS)
    const slice = candlesOf(view, [])({ fromMs: START, toMs: START + 10 * MINUTE_MS }, 20)
    expect(slice.startMs).toBe(START)
    expect([...slice.partial]).toEqual([1, 0])
    expect(slice.level.close[0]).toBe(2)
  })
})

test('a column is found by its instant, and the nearest one outside', () => {
  const slice = finest(viewOf([1, 2, 3]))
  expect(columnAt(slice, START + 90_000)).toBe(1)
  expect(columnAt(slice, START - 1)).toBe(0)
  expect(columnAt(slice, START + 1e9)).toBe(2)
})

test('the first span that ends after an instant is found by bisection', () => {
  const spans = [0, 10, 20, 30].map((fromMs) => ({ fromMs, toMs: fromMs + 5 }))
  expect([-1, 0, 4, 5, 12, 34, 35].map((ms) => firstAfter(spans, ms))).toEqual([0, 0, 0, 1, 1, 3, 4])
})
