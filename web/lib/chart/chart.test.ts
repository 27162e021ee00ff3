import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { DAY_MS, MINUTE_MS } from '../../../core/time/interval.ts'
import { ChartState } from './chart.svelte.ts'
import { spanMs } from './viewport.ts'

const NOW = Date.UTC(2024, 2, 14)
const WEEK = { fromMs: NOW - 7 * DAY_MS, toMs: NOW }
const STORED = { fromMs: NOW - 30 * DAY_MS, toMs: NOW, minSpanMs: 20 * 5 * MINUTE_MS }

let chart: ChartState
beforeEach(() => {
  vi.useFakeTimers()
  chart = new ChartState()
  chart.settle(WEEK, STORED)
})
afterEach(() => vi.useRealTimers())

test('a range is where one begins, and dragging goes on into what is stored', () => {
  expect(chart.view).toEqual(WEEK)
  expect(chart.canPan).toBe(true)
  chart.panBy(-7 * DAY_MS)
  expect(chart.view).toEqual({ fromMs: NOW - 14 * DAY_MS, toMs: NOW - 7 * DAY_MS })
  expect(chart.moved).toBe(true)
})

test('dragging ends with what is stored, at both ends', () => {
  chart.panBy(-300 * DAY_MS)
  expect(chart.view).toEqual({ fromMs: STORED.fromMs, toMs: STORED.fromMs + 7 * DAY_MS })
  chart.panBy(300 * DAY_MS)
  expect(chart.view).toEqual(WEEK)
})

test('two fingers see all that is stored at once, and no more', () => {
  chart.pinchTo([0.1, 0.9], [0.49, 0.51])
  expect(spanMs(chart.view)).toBe(30 * DAY_MS)
  expect(chart.canPan).toBe(false)
})

test('back to the range is one step from wherever one went', () => {
  chart.panBy(-9 * DAY_MS)
  chart.zoomBy(0.1, NOW - 12 * DAY_MS)
  chart.reset()
  expect(chart.view).toEqual(WEEK)
  expect(chart.moved).toBe(false)
})

test('who looks at last week still does when the next candle comes', () => {
  chart.panBy(-7 * DAY_MS)
  const { view } = chart
  const later = NOW + 5 * MINUTE_MS
  chart.settle({ fromMs: later - 7 * DAY_MS, toMs: later }, { ...STORED, toMs: later })
  expect(chart.view).toEqual(view)
})

test('who has not moved follows the newest candle', () => {
  const later = NOW + 5 * MINUTE_MS
  const next = { fromMs: later - 7 * DAY_MS, toMs: later }
  chart.settle(next, { ...STORED, toMs: later })
  expect(chart.view).toEqual(next)
})

test('a whole history leaves nothing to drag', () => {
  const whole = { fromMs: STORED.fromMs, toMs: NOW }
  chart.settle(whole, STORED)
  expect(chart.canPan).toBe(false)
})

test('words beside a chart follow a finger in steps, tables once it has stopped', () => {
  chart.panBy(-DAY_MS)
  const first = chart.view
  expect(chart.named).toEqual(first)
  vi.advanceTimersByTime(16)
  chart.panBy(-DAY_MS)
  expect(chart.named).toEqual(first)
  vi.advanceTimersByTime(100)
  chart.panBy(-DAY_MS)
  expect(chart.named).toEqual(chart.view)
  vi.advanceTimersByTime(16)
  chart.panBy(-DAY_MS)
  expect(chart.named).not.toEqual(chart.view)
  expect(chart.resting).toEqual(WEEK)
  vi.advanceTimersByTime(200)
  expect(chart.named).toEqual(chart.view)
  expect(chart.resting).toEqual(chart.view)
})
