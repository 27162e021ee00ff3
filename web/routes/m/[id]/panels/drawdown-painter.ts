/** The drawdown as one frame: a line that hangs from zero, filled towards it, broken where bars are missing. */
import { formatPercent } from '$core/format/percent.ts'
import { INTERVAL_MS } from '$core/time/interval.ts'
import type { Zone } from '$core/time/zone.ts'
import { drawHatched, hatchedOf } from '$lib/chart/absence.ts'
import { closeMsOf, extremes, joinedRuns, pickLevel, sliceOf, type Slice } from '$lib/chart/columns.ts'
import type { Frame, Painter, Surface } from '$lib/chart/plot.ts'
import { numberTicks, percentDecimals, timeTicks } from '$lib/chart/ticks.ts'
import { locale } from '$lib/i18n/language.ts'
import { zoneFor } from '$lib/ui/when.ts'
import type { DrawdownView } from '$worker/api.ts'

export function drawdownPainter(view: DrawdownView, zone: Zone): Painter {
  const placeMs = INTERVAL_MS[view.interval]
  const hatched = hatchedOf(view.absent)
  const language = locale()
  return (span, widthPx): Frame => {
    const slice = sliceOf(view.startMs, placeMs, pickLevel(view.levels, placeMs, span, widthPx, 4), span)
    const low = Math.min(extremes(slice, span)?.low ?? 0, -0.001) * 1.08
    const ticks = numberTicks(low, 0, 3)
    const decimals = percentDecimals(ticks, 4)
    return {
      // A little room, so that the line at its peak is seen whole.
      scale: { low, high: -low * 0.04, log: false },
      times: timeTicks(span, Math.max(2, widthPx / 72), zoneFor(placeMs, zone), language),
      values: ticks.map((at) => ({ at, label: formatPercent(at || 0, decimals, language) })),
      draw(on) {
        drawHatched(on, hatched, span)
        drawFall(on, slice, joinedRuns(slice, view.absent))
      },
    }
  }
}

function drawFall(on: Surface, slice: Slice, runs: readonly number[]): void {
  const { context, colours, ratio } = on
  const { low, high, close } = slice.level
  for (let run = 0; run < runs.length; run += 2) {
    const line = new Path2D()
    const area = new Path2D()
    let first = true
    let lastX = 0
    for (let i = runs[run]!; i < runs[run + 1]!; i++) {
      if (Number.isNaN(close[i]!)) continue
      const end = on.x(closeMsOf(slice, i))
      if (first) {
        const begin = on.x(closeMsOf(slice, i) - slice.stepMs)
        area.moveTo(begin, on.y(0))
        line.moveTo(begin, on.y(close[i]!))
        area.lineTo(begin, on.y(close[i]!))
        first = false
      }
      if (slice.level.factor > 1) {
        // Both extremes of a column are met.
        line.lineTo(end, on.y(high[i]!))
        line.lineTo(end, on.y(low[i]!))
        area.lineTo(end, on.y(low[i]!))
      }
      line.lineTo(end, on.y(close[i]!))
      area.lineTo(end, on.y(close[i]!))
      lastX = end
    }
    if (first) continue
    area.lineTo(lastX, on.y(0))
    area.closePath()
    context.fillStyle = colours.area
    context.fill(area)
    context.strokeStyle = colours.ink
    context.lineWidth = 1.4 * ratio
    context.lineJoin = 'round'
    context.stroke(line)
  }
}
