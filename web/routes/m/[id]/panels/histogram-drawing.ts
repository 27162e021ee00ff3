/** A histogram of returns with the normal curve of the same mean and deviation. */
import { formatPercent } from '$core/format/percent.ts'
import type { Histogram } from '$core/statistics/histogram.ts'
import { normalDensity, type Moments } from '$core/statistics/moments.ts'
import { logTicks, numberTicks, percentDecimals } from '$lib/chart/ticks.ts'
import { locale } from '$lib/i18n/language.ts'
import { FONT, FOOT_PX, SIDE_PX, type Draw } from './drawing.ts'

export type Counts = 'linear' | 'log'

/** Where bins and counts stand in an area. */
interface Layout {
  readonly width: number
  readonly height: number
  readonly binPx: number
  x(value: number): number
  y(count: number): number
}

/** A logarithmic axis begins below one, so that a bin of one is seen. */
const LOG_FLOOR = 0.5

function layout(
  { from, width, counts }: Histogram,
  scale: Counts,
  widthPx: number,
  heightPx: number,
): Layout {
  const areaWidth = Math.max(1, widthPx - SIDE_PX)
  const areaHeight = Math.max(1, heightPx - FOOT_PX)
  const binPx = areaWidth / counts.length
  const most = Math.max(1, ...counts) * (scale === 'log' ? 1.5 : 1.06)
  const share =
    scale === 'log'
      ? (count: number) => Math.log(Math.max(count, LOG_FLOOR) / LOG_FLOOR) / Math.log(most / LOG_FLOOR)
      : (count: number) => count / most
  return {
    width: areaWidth,
    height: areaHeight,
    binPx,
    x: (value) => ((value - from) / width) * binPx,
    y: (count) => areaHeight * (1 - share(count)),
  }
}

/** The bin under a place of the drawing; null beside the bins. */
export function binUnder(histogram: Histogram, widthPx: number, x: number): number | null {
  const bin = Math.floor(x / ((widthPx - SIDE_PX) / histogram.counts.length))
  return bin >= 0 && bin < histogram.counts.length ? bin : null
}

/** @param marked the bin that is pointed at */
export function drawHistogram(
  histogram: Histogram,
  shape: Moments,
  scale: Counts,
  marked: number | null,
): Draw {
  return ({ context, colours, width, height }) => {
    const on = layout(histogram, scale, width, height)
    const most = Math.max(1, ...histogram.counts)
    const end = histogram.from + histogram.width * histogram.counts.length
    context.font = FONT
    context.lineWidth = 1
    context.strokeStyle = colours.line
    context.fillStyle = colours.quiet
    context.textAlign = 'right'
    context.textBaseline = 'middle'
    const levels = scale === 'log' ? logTicks(1, most * 1.4, 4) : wholeTicks(most)
    for (const at of levels) {
      const y = Math.round(on.y(at)) + 0.5
      context.beginPath()
      context.moveTo(0, y)
      context.lineTo(on.width, y)
      context.stroke()
      context.fillText(at.toLocaleString(locale()), on.width + SIDE_PX - 4, Math.max(y, 6))
    }
    context.textBaseline = 'alphabetic'
    const values = numberTicks(histogram.from, end, Math.max(2, on.width / 84))
    const decimals = percentDecimals(values, 6)
    for (const at of values) {
      const name = formatPercent(at, decimals, locale())
      const half = context.measureText(name).width / 2
      context.textAlign = 'center'
      context.fillText(name, Math.min(Math.max(on.x(at), half), on.width - half), height - 4)
    }
    histogram.counts.forEach((count, bin) => {
      if (count === 0) return
      const top = Math.min(on.height - 1.5, on.y(count))
      context.fillStyle = colours.accent
      context.globalAlpha = marked === null ? 0.6 : bin === marked ? 1 : 0.4
      const gap = on.binPx > 4 ? 1 : 0
      context.fillRect(bin * on.binPx + gap / 2, top, Math.max(1, on.binPx - gap), on.height - top)
    })
    context.globalAlpha = 1
    if (marked !== null && histogram.counts[marked] === 0) {
      context.fillStyle = colours.accent
      context.fillRect(marked * on.binPx, on.height - 1.5, on.binPx, 1.5)
    }
    drawNormal(context, histogram, shape, on)
    context.strokeStyle = colours.soft
    context.lineWidth = 1.4
    context.setLineDash([4, 3])
    context.stroke()
    context.setLineDash([])
  }
}

/** As many of each bin as a normal distribution would have; the path only. */
function drawNormal(
  context: CanvasRenderingContext2D,
  { from, width, counts }: Histogram,
  shape: Moments,
  on: Layout,
): void {
  context.beginPath()
  if (!(shape.deviation > 0)) return
  let drawn = false
  for (let px = 0; px <= on.width; px += 2) {
    const value = from + (px / on.width) * width * counts.length
    const count = shape.count * width * normalDensity(value, shape.mean, shape.deviation)
    const y = on.y(count)
    if (y >= on.height - 0.5) drawn = false
    else if (drawn) context.lineTo(px, Math.max(0, y))
    else {
      context.moveTo(px, Math.max(0, y))
      drawn = true
    }
  }
}

/** Counts are whole. */
function wholeTicks(most: number): number[] {
  return numberTicks(0, most, 3).filter((at) => at > 0 && Number.isInteger(at))
}
