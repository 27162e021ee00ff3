/** The least that a chart can do, for the app's to be held against. */
import { MINUTE_MS } from '../../../core/time/interval.ts'
import { AXIS_PX } from '../../../web/lib/chart/axes.ts'
import { pickLevel, sliceOf } from '../../../web/lib/chart/columns.ts'
import { plotArea } from '../../../web/lib/chart/plot.ts'
import type { Span } from '../../../web/lib/chart/viewport.ts'
import type { PriceView } from '../../../web/worker/api.ts'
import { COLOURS, HEIGHT, stage, WIDTH } from './charts.ts'

export interface Panned {
  show(span: Span): void
  remove(): void
}

/** One line through the closes of the same columns, nothing around it. */
export function bareCanvas(view: PriceView): Panned {
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
