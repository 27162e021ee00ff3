/**
 * One canvas that follows a span. It owns size, pixels and the way from values to them; what is drawn on it is a painter's
 * affair, and so is which slice of the data it needs.
 */
import { t } from '../i18n/t.ts'
import { drawAxes, drawMark, widestName, type AxisText } from './axes.ts'
import { shareOf, type ValueScale } from './scale.ts'
import type { ChartColours } from './theme.svelte.ts'
import { spanMs, type Span } from './viewport.ts'

/** The visible slice, ready to draw. */
export interface Frame extends AxisText {
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

/** What a drawing needs beside its painter. */
interface Shown {
  readonly span: Span
  readonly colours: ChartColours
  /** Room for the names of values, CSS pixels: the same in every chart of a market, so that their times stand under each other. */
  readonly axisPx: number
}

/** What a drawing tells. */
interface Drawn {
  /** That the value axis took. */
  readonly scale: ValueScale
  /** Room that the names of values would need, CSS pixels. */
  readonly wantedPx: number
}

export interface PlotHandle {
  show(painter: Painter, shown: Shown): Drawn
  resize(widthPx: number, heightPx: number): void
  destroy(): void
}

const BOTTOM_PX = 20

/** The drawn area without its axes. */
export function plotArea(
  widthPx: number,
  heightPx: number,
  axisPx: number,
): { width: number; height: number } {
  return { width: Math.max(1, widthPx - axisPx), height: Math.max(1, heightPx - BOTTOM_PX) }
}

/**
 * Puts a canvas into the host.
 *
 * @throws Error when the browser gives no canvas to draw on (no memory left for one)
 */
export function createPlot(host: HTMLElement, widthPx: number, heightPx: number): PlotHandle {
  const canvas = document.createElement('canvas')
  const context = canvas.getContext('2d')
  if (!context) throw new Error(t('this browser has no canvas left to draw on; close other tabs'))
  canvas.style.display = 'block'
  host.append(canvas)
  let size = { width: widthPx, height: heightPx }
  let fitted: { readonly width: number; readonly height: number; readonly ratio: number } | null = null

  /** A clean canvas of the right size; also where the window has moved to a screen of other pixels. */
  function prepare(): number {
    const ratio = devicePixelRatio
    if (fitted?.width === size.width && fitted.height === size.height && fitted.ratio === ratio) {
      context!.clearRect(0, 0, canvas.width, canvas.height)
      return ratio
    }
    canvas.style.width = `${size.width}px`
    canvas.style.height = `${size.height}px`
    canvas.width = Math.round(size.width * ratio)
    canvas.height = Math.round(size.height * ratio)
    fitted = { ...size, ratio }
    return ratio
  }

  return {
    show: (painter, shown) => drawPlot(context, { ...size, ratio: prepare() }, painter, shown),
    // Taken up by the next drawing, so that the canvas is never seen empty.
    resize: (width, height) => void (size = { width, height }),
    destroy: () => canvas.remove(),
  }
}

/** Draws the whole of a clean canvas, on a screen or for a picture. */
export function drawPlot(
  context: CanvasRenderingContext2D,
  size: { readonly width: number; readonly height: number; readonly ratio: number },
  painter: Painter,
  { span, colours, axisPx }: Shown,
): Drawn {
  const { ratio } = size
  const area = plotArea(size.width, size.height, axisPx)
  const frame = painter(span, area.width)
  const surface = surfaceOf(context, colours, { ...area, ratio, span, scale: frame.scale })
  drawAxes(surface, frame, axisPx)
  context.save()
  context.beginPath()
  // A little room at the right for the dot on the newest price.
  context.rect(0, 0, surface.width + Math.round(5 * ratio), surface.height)
  context.clip()
  frame.draw(surface)
  context.restore()
  if (frame.mark) drawMark(surface, frame.mark, axisPx)
  return { scale: frame.scale, wantedPx: widestName(surface, frame) }
}

interface Measures {
  readonly width: number
  readonly height: number
  readonly ratio: number
  readonly span: Span
  readonly scale: ValueScale
}

function surfaceOf(
  context: CanvasRenderingContext2D,
  colours: ChartColours,
  { span, scale, ratio, ...area }: Measures,
): Surface {
  // Whole pixels: an edge within one makes every clip a slow one.
  const [width, height] = [Math.round(area.width * ratio), Math.round(area.height * ratio)]
  // Written out for the linear axis: thousands of points a frame go through it.
  const perUnit = height / (scale.high - scale.low || 1)
  const perMs = width / (spanMs(span) || 1)
  const { fromMs } = span
  const { high } = scale
  return {
    context,
    colours,
    ratio,
    left: 0,
    top: 0,
    width,
    height,
    x: (ms) => (ms - fromMs) * perMs,
    y: scale.log ? (value) => (1 - shareOf(scale, value)) * height : (value) => (high - value) * perUnit,
  }
}
