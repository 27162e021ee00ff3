/** The keyboard on a chart: arrows move the cursor (with Shift the view), + and − zoom, Home and End go to the ends. */
import type { ChartState } from './chart.svelte.ts'
import { spanMs } from './viewport.ts'

/** @returns whether the key meant something here */
export function onChartKey(chart: ChartState, event: Pick<KeyboardEvent, 'key' | 'shiftKey'>): boolean {
  const { view, limits } = chart
  const columnMs = chart.bars.stepMs
  const middle = (view.fromMs + view.toMs) / 2
  const from = chart.cursorMs ?? view.toMs - columnMs / 2
  switch (event.key) {
    case 'ArrowLeft':
    case 'ArrowRight': {
      const sign = event.key === 'ArrowLeft' ? -1 : 1
      if (event.shiftKey) chart.panBy((sign * spanMs(view)) / 5)
      else chart.pointAt(chart.cursorMs === null ? from : from + sign * columnMs)
      return true
    }
    case '+':
    case '=':
      chart.zoomBy(1 / 1.4, chart.cursorMs ?? middle)
      return true
    case '-':
    case '_':
      chart.zoomBy(1.4, chart.cursorMs ?? middle)
      return true
    case 'Home':
      chart.pointAt(limits.fromMs + columnMs / 2)
      return true
    case 'End':
      chart.pointAt(limits.toMs - columnMs / 2)
      return true
    case 'Escape':
      if (chart.cursorMs === null) chart.reset()
      chart.cursorMs = null
      return true
    default:
      return false
  }
}
