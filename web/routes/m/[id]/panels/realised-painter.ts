/** Each day's realised σ as one frame: rising returns above zero, falling ones below, a dot over days with a significant jump. */
import { formatPercent } from '$core/format/percent.ts'
import { DAY_MS } from '$core/time/interval.ts'
import type { Zone } from '$core/time/zone.ts'
import { isJump } from '$core/volatility/realised/jump.ts'
import type { Frame, Painter, Surface } from '$lib/chart/plot.ts'
import { numberTicks, percentDecimals, timeTicks } from '$lib/chart/ticks.ts'
import type { Span } from '$lib/chart/viewport.ts'
import { locale } from '$lib/i18n/language.ts'
import { zoneFor } from '$lib/ui/when.ts'
import type { RealisedView } from '$worker/api.ts'

const DAYS_A_YEAR = 365

/** A day's variance as σ a year. */
export const sigmaOfDay = (variance: number): number => Math.sqrt(variance * DAYS_A_YEAR)

const DOT_PX = 2.5

export function realisedPainter(view: RealisedView, zone: Zone): Painter {
  const language = locale()
  return (span, widthPx): Frame => {
    const [first, last] = daysIn(view, span)
    let [low, high] = [0, 0]
    for (let day = first; day < last; day++) {
      if (Number.isNaN(view.variance[day]!)) continue
      low = Math.min(low, -sigmaOfDay(view.down[day]!))
      high = Math.max(high, sigmaOfDay(view.up[day]!))
    }
    // Room above for the dots.
    const most = Math.max(high, -low, 0.001)
    const scale = { low: -most * 1.08, high: most * 1.22, log: false }
    const ticks = numberTicks(-most, most, 4)
    const decimals = percentDecimals(ticks, 4)
    return {
      scale,
      times: timeTicks(span, Math.max(2, widthPx / 72), zoneFor(DAY_MS, zone), language),
      values: ticks.map((at) => ({ at, label: formatPercent(Math.abs(at), decimals, language) })),
      draw: (on) => drawDays(on, view, first, last),
    }
  }
}

/** The days that touch a span, as `[first, last)`. */
export function daysIn({ startMs, variance }: RealisedView, span: Span): readonly [number, number] {
  const first = Math.max(0, Math.floor((span.fromMs - startMs) / DAY_MS))
  const last = Math.min(variance.length, Math.ceil((span.toMs - startMs) / DAY_MS))
  return [first, Math.max(first, last)]
}

function drawDays(on: Surface, view: RealisedView, first: number, last: number): void {
  const { context, colours, ratio } = on
  const up = new Path2D()
  const down = new Path2D()
  const jumps = new Path2D()
  const zero = on.y(0)
  for (let day = first; day < last; day++) {
    if (Number.isNaN(view.variance[day]!)) continue
    const left = on.x(view.startMs + day * DAY_MS)
    const width = on.x(view.startMs + (day + 1) * DAY_MS) - left
    const gap = width > 4 * ratio ? ratio : 0
    const top = on.y(sigmaOfDay(view.up[day]!))
    const wide = Math.max(ratio, width - gap)
    up.rect(left + gap / 2, top, wide, zero - top)
    down.rect(left + gap / 2, zero, wide, on.y(-sigmaOfDay(view.down[day]!)) - zero)
    if (!isJump(view.jumpStatistic[day]!)) continue
    const [x, y] = [left + width / 2, top - 2 * DOT_PX * ratio]
    jumps.moveTo(x + DOT_PX * ratio, y)
    jumps.arc(x, y, DOT_PX * ratio, 0, 2 * Math.PI)
  }
  context.globalAlpha = 0.75
  context.fillStyle = colours.up
  context.fill(up)
  context.fillStyle = colours.down
  context.fill(down)
  context.globalAlpha = 1
  context.fillStyle = colours.accent
  context.fill(jumps)
}
