/** A frame while a finger moves the chart: the app's chart, a bare canvas with the same columns, uPlot with every point. */
import type { CandleColumns } from '../../../core/candle/columns.ts'
import { DAY_MS, MINUTE_MS } from '../../../core/time/interval.ts'
import { pickLevel, sliceOf } from '../../../web/lib/chart/columns.ts'
import { AXIS_PX } from '../../../web/lib/chart/axes.ts'
import { plotArea } from '../../../web/lib/chart/plot.ts'
import type { Span } from '../../../web/lib/chart/viewport.ts'
import type { PriceView } from '../../../web/worker/api.ts'
import { pairedRounds, type Samples, type Subject } from '../../paired.ts'
import type { YearFacts } from '../api.ts'
import {
  assertPainted,
  closeSeconds,
  COLOURS,
  drawn,
  finish,
  HEIGHT,
  ourChart,
  rawUplot,
  stage,
  viewOf,
  wholeOf,
  WIDTH,
} from './charts.ts'
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

interface Panned {
  show(span: Span): void
  remove(): void
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

/** The least that a chart can do: one line through the closes of the same columns, nothing around it. */
function bareCanvas(view: PriceView): Panned {
  const canvas = document.createElement('canvas')
  const area = plotArea(WIDTH, HEIGHT, AXIS_PX)
  const ratio = devicePixelRatio
  canvas.width = Math.round(area.width * ratio)
  canvas.height = Math.round(area.height * ratio)
  canvas.style.width = `${area.width}px`
  stage().append(canvas)
  const context = canvas.getContext('2d')!
  return {
    show(span) {
      const level = pickLevel(view.levels, MINUTE_MS, span, area.width, 4)
      const { first, last, startMs, stepMs } = sliceOf(view.startMs, MINUTE_MS, level, span)
      const { close } = level
      let [bottom, top] = [Infinity, -Infinity]
      for (let i = first; i < last; i++) {
        if (close[i]! < bottom) bottom = close[i]!
        if (close[i]! > top) top = close[i]!
      }
      const perMs = canvas.width / (span.toMs - span.fromMs)
      const perUnit = canvas.height / (top - bottom)
      context.clearRect(0, 0, canvas.width, canvas.height)
      context.strokeStyle = COLOURS.ink
      context.lineWidth = 1.6 * ratio
      context.lineJoin = 'round'
      context.beginPath()
      for (let i = first; i < last; i++) {
        const x = (startMs + (i + 1) * stepMs - span.fromMs) * perMs
        context.lineTo(x, (top - close[i]!) * perUnit)
      }
      context.stroke()
    },
    remove: () => canvas.remove(),
  }
}
