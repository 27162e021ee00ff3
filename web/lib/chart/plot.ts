/**
 * One uPlot instance that follows a span. It owns scales, sizes and the canvas; what is drawn on it is a painter's
 * affair, and so is which slice of the data it needs.
 */
import 'uplot/dist/uPlot.min.css'
import { shareOf, type ValueScale } from './scale.ts'
import { spanMs, type Span } from './viewport.ts'
import { drawAxes, RIGHT_PX, type AxisText } from './axes.ts'
import type { ChartColours } from './theme.svelte.ts'
import type { Plot, PlotClass } from './uplot.ts'

/** The visible slice, ready to draw. */
export interface Frame extends AxisText {
  readonly xs: ArrayLike<number>
  readonly ys: ArrayLike<number>
  readonly scale: ValueScale
  draw(on: Surface): void
}

/** A canvas with the way from instants and values to its pixels. */
export interface Surface {
  readonly context: CanvasRenderingContext2D
  readonly colours: ChartColours
  /** Canvas pixels in a CSS pixel. */
  readonly ratio: number
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  x(ms: number): number
  y(value: number): number
}

export type Painter = (span: Span, widthPx: number) => Frame

export interface PlotHandle {
  /** Draws the span and tells the value axis that it took. */
  show(span: Span, painter: Painter, colours: ChartColours): ValueScale
  resize(widthPx: number, heightPx: number): void
  destroy(): void
}

const BOTTOM_PX = 20

/** The drawn area without its axes. */
export function plotArea(widthPx: number, heightPx: number): { width: number; height: number } {
  return { width: Math.max(1, widthPx - RIGHT_PX), height: Math.max(1, heightPx - BOTTOM_PX) }
}

export function createPlot(
  UPlot: PlotClass,
  host: HTMLElement,
  widthPx: number,
  heightPx: number,
): PlotHandle {
  let frame: Frame | null = null
  let colours: ChartColours | null = null

  const plot: Plot = new UPlot(
    {
      width: widthPx,
      height: heightPx,
      ms: 1,
      padding: [0, RIGHT_PX, BOTTOM_PX, 0],
      cursor: { show: false },
      legend: { show: false },
      axes: [{ show: false }, { show: false }],
      scales: {
        x: { time: false },
        y: { range: () => (frame ? [frame.scale.low, frame.scale.high] : [0, 1]) },
      },
      series: [{}, { paths: () => null, points: { show: false } }],
      hooks: {
        draw: [
          (self) => {
            if (!frame || !colours) return
            const surface = surfaceOf(self, colours, frame.scale)
            drawAxes(surface, frame)
            surface.context.save()
            surface.context.beginPath()
            // A little room at the right for the dot on the newest price.
            surface.context.rect(surface.left, surface.top, surface.width + 5 * surface.ratio, surface.height)
            surface.context.clip()
            frame.draw(surface)
            surface.context.restore()
          },
        ],
      },
    },
    [
      [0, 1],
      [0, 1],
    ],
    host,
  )

  return {
    show(span, painter, next) {
      colours = next
      const shown = painter(span, plotArea(plot.width, plot.height).width)
      frame = shown
      plot.batch(() => {
        plot.setData([shown.xs, shown.ys] as unknown as Parameters<Plot['setData']>[0], false)
        plot.setScale('x', { min: span.fromMs, max: Math.max(span.toMs, span.fromMs + 1) })
      })
      return shown.scale
    },
    resize: (width, height) => plot.setSize({ width, height }),
    destroy: () => plot.destroy(),
  }
}

function surfaceOf(plot: Plot, colours: ChartColours, scale: ValueScale): Surface {
  const { left, top, width, height } = plot.bbox
  const [fromMs, toMs] = [plot.scales.x!.min!, plot.scales.x!.max!]
  // Written out for the linear axis: thousands of points a frame go through it.
  const perUnit = height / (scale.high - scale.low || 1)
  const perMs = width / spanMs({ fromMs, toMs })
  return {
    context: plot.ctx,
    colours,
    ratio: devicePixelRatio,
    left,
    top,
    width,
    height,
    x: (ms) => left + (ms - fromMs) * perMs,
    y: scale.log
      ? (value) => top + (1 - shareOf(scale, value)) * height
      : (value) => top + (scale.high - value) * perUnit,
  }
}
