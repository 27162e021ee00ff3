import { beforeEach, expect, test } from 'vitest'
import { ChartState } from './chart.svelte.ts'
import { onChartKey } from './keys.ts'

let chart: ChartState
const press = (key: string, shiftKey = false) => onChartKey(chart, { key, shiftKey })

beforeEach(() => {
  chart = new ChartState()
  chart.settle({ fromMs: 0, toMs: 1000 }, { fromMs: 0, toMs: 1000, minSpanMs: 100 })
  chart.bars = { stepMs: 10, at: (ms) => ({ fromMs: ms, toMs: ms + 10, lineMs: ms }) }
})

test('the first arrow puts the cursor on the newest column, the next ones move it by one', () => {
  expect(press('ArrowLeft')).toBe(true)
  expect(chart.cursorMs).toBe(995)
  press('ArrowLeft')
  expect(chart.cursorMs).toBe(985)
  press('ArrowRight')
  press('ArrowRight')
  expect(chart.cursorMs).toBe(999)
})

test('a cursor that leaves the view takes the view along', () => {
  press('+')
  press('Home')
  expect(chart.cursorMs).toBe(5)
  expect(chart.view.fromMs).toBeLessThanOrEqual(5)
  press('End')
  expect(chart.view.toMs).toBeGreaterThanOrEqual(995)
})

test('plus and minus zoom, Shift with an arrow pans, Escape first drops the cursor and then shows the whole range', () => {
  press('+')
  press('+')
  const zoomed = chart.view
  expect(zoomed.toMs - zoomed.fromMs).toBeCloseTo(1000 / 1.4 ** 2, 6)
  press('ArrowLeft', true)
  expect(chart.view.fromMs).toBeLessThan(zoomed.fromMs)
  press('ArrowLeft')
  press('Escape')
  expect(chart.cursorMs).toBeNull()
  expect(chart.moved).toBe(true)
  press('Escape')
  expect(chart.view).toEqual({ fromMs: 0, toMs: 1000 })
})

test('other keys are left to the page', () => {
  expect(press('a')).toBe(false)
  expect(press('Tab')).toBe(false)
})

test('new data keeps a view that somebody moved, and follows the range otherwise', () => {
  const later = { fromMs: 100, toMs: 1100, minSpanMs: 100 }
  chart.settle({ fromMs: 100, toMs: 1100 }, later)
  expect(chart.view).toEqual({ fromMs: 100, toMs: 1100 })
  press('+')
  const moved = chart.view
  chart.settle({ fromMs: 110, toMs: 1110 }, { ...later, fromMs: 110, toMs: 1110 })
  expect(chart.view).toEqual(moved)
})
