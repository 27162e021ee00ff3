/** A frame while a finger moves the chart: the app's chart, a bare canvas with the same columns, uPlot with every point. */
import type { CandleColumns } from '../../../core/candle/columns.ts'
import { DAY_MS } from '../../../core/time/interval.ts'
import type { Span } from '../../../web/lib/chart/viewport.ts'
import { pairedRounds, type Samples, type Subject } from '../../paired.ts'
import type { YearFacts } from '../api.ts'
import {
  assertPainted,
  closeSeconds,
  drawn,
  finish,
  ourChart,
  rawUplot,
  stage,
  viewOf,
  wholeOf,
} from './charts.ts'
import { bareCanvas, type Panned } from './bare-canvas.ts'
import { yearColumns } from './year.ts'

/** A swipe: so many frames over a fifth of the span in view. */
const FRAMES = 60
const SWIPE = 0.2

export async function panning(year: YearFacts, days: number): Promise<Samples> {
  const columns = await yearColumns(year)
  const view = viewOf(columns)
  const seconds = closeSeconds(columns)
  const spans = swipe(columns, days)
  return pairedRounds({
    ours: frameMs('ours', spans, () => {
      const { plot, show } = ourChart(view)
      return { show, remove: () => plot.destroy() }
    }),
    'bare canvas': frameMs('bare canvas', spans, () => bareCanvas(view)),
    'uPlot, raw points': frameMs('uPlot', spans, () => {
      const plot = rawUplot(seconds, columns.close)
      return {
        show: ({ fromMs, toMs }) => plot.setScale('x', { min: fromMs / 1000, max: toMs / 1000 }),
        remove: () => plot.destroy(),
      }
    }),
  })
}

function swipe(columns: CandleColumns, days: number): Span[] {
  const length = days * DAY_MS
  const start = (wholeOf(columns).fromMs + wholeOf(columns).toMs - length) / 2
  return Array.from({ length: FRAMES }, (_, frame) => {
    const fromMs = start + (frame / FRAMES) * SWIPE * length
    return { fromMs, toMs: fromMs + length }
  })
}

/** Mean of the frames of one swipe, each one finished before the next begins. */
function frameMs(what: string, spans: readonly Span[], create: () => Panned): Subject {
  return async () => {
    const chart = create()
    chart.show(spans[0]!)
    await drawn()
    finish()
    await new Promise((resolve) => requestAnimationFrame(resolve))
    const from = performance.now()
    for (const span of spans) {
      chart.show(span)
      await drawn()
      finish()
    }
    const ms = (performance.now() - from) / spans.length
    assertPainted(what)
    chart.remove()
    stage().replaceChildren()
    return ms
  }
}
