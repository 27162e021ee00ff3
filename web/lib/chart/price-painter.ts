/** The price of a market as one frame: a line with its high-low envelope, or candles. Data in, drawing out. */
import type { Zone } from '../../../core/format/time.ts'
import { INTERVAL_MS } from '../../../core/time/interval.ts'
import type { PriceView } from '../../worker/api.ts'
import { locale } from '../ui/locale.ts'
import { drawMissing } from './absence.ts'
import { closeMsOf, extremes, joinedRuns, pickLevel, sliceOf, splitAbsent, type Slice } from './columns.ts'
import type { Frame, Painter, Surface } from './plot.ts'
import { numberLabels, numberTicks, timeTicks } from './ticks.ts'
import type { Span } from './viewport.ts'

export type PriceLook = 'line' | 'candles'

/** Columns a pixel: dense for a line, room for a body for candles. */
const DENSITY: Readonly<Record<PriceLook, number>> = { line: 2, candles: 0.2 }

/** The slice that a chart of this width draws; the cursor and the table read the same one. */
export function visibleSlice(view: PriceView, look: PriceLook, span: Span, widthPx: number): Slice {
  const placeMs = INTERVAL_MS[view.interval]
  const level = pickLevel(view.levels, placeMs, span, widthPx, DENSITY[look])
  return sliceOf(view.startMs, placeMs, level, span)
}

export function pricePainter(view: PriceView, look: PriceLook, zone: Zone): Painter {
  const { missing } = splitAbsent(view.absent)
  return (span, widthPx): Frame => {
    const slice = visibleSlice(view, look, span, widthPx)
    const found = extremes(slice, span)
    const { low, high } = padded(found ?? { low: 0, high: 1 })
    const ticks = found ? numberTicks(low, high, 4) : []
    const labels = numberLabels(ticks, locale)
    const runs = joinedRuns(slice, missing)
    return {
      xs: timesOf(slice),
      ys: slice.level.close.subarray(slice.first, slice.last),
      low,
      high,
      times: timeTicks(span, Math.max(2, widthPx / 90), zone),
      values: ticks.map((at, i) => ({ at, label: labels[i]! })),
      draw(on) {
        drawMissing(on, missing, span)
        drawResting(on, slice, runs)
        if (look === 'line') drawLine(on, slice, runs)
        else drawCandles(on, slice)
      },
    }
  }
}

function padded({ low, high }: { low: number; high: number }): { low: number; high: number } {
  const room = (high - low) * 0.06 || Math.abs(high) * 0.01 || 1
  return { low: low - room, high: high + room }
}

function timesOf(slice: Slice): Float64Array {
  const times = new Float64Array(slice.last - slice.first)
  for (let i = 0; i < times.length; i++) times[i] = closeMsOf(slice, slice.first + i)
  return times
}

/** Thin dots at the last close while the source confirmed that nothing was traded. */
function drawResting(on: Surface, slice: Slice, runs: readonly number[]): void {
  const { context, colours, ratio } = on
  const { close } = slice.level
  context.beginPath()
  for (let run = 0; run < runs.length; run += 2) {
    let before = runs[run]!
    for (let i = before + 1; i < runs[run + 1]!; i++) {
      if (Number.isNaN(close[i]!)) continue
      if (i > before + 1) {
        const y = on.y(close[before]!)
        context.moveTo(on.x(closeMsOf(slice, before)), y)
        context.lineTo(on.x(closeMsOf(slice, i - 1)), y)
      }
      before = i
    }
  }
  context.strokeStyle = colours.quiet
  context.lineWidth = 1.4 * ratio
  context.setLineDash([ratio, 3 * ratio])
  context.stroke()
  context.setLineDash([])
}

function drawLine(on: Surface, slice: Slice, runs: readonly number[]): void {
  const { context, colours, ratio } = on
  const { close, high, low } = slice.level
  for (let run = 0; run < runs.length; run += 2) {
    context.beginPath()
    for (let i = runs[run]!; i < runs[run + 1]!; i++)
      if (!Number.isNaN(high[i]!)) context.lineTo(on.x(closeMsOf(slice, i)), on.y(high[i]!))
    for (let i = runs[run + 1]! - 1; i >= runs[run]!; i--)
      if (!Number.isNaN(low[i]!)) context.lineTo(on.x(closeMsOf(slice, i)), on.y(low[i]!))
    context.fillStyle = colours.area
    context.fill()
  }
  context.beginPath()
  let lastColumn = -1
  for (let run = 0; run < runs.length; run += 2) {
    lastColumn = -1
    for (let i = runs[run]!; i < runs[run + 1]!; i++) {
      if (Number.isNaN(close[i]!)) continue
      const x = on.x(closeMsOf(slice, i))
      if (lastColumn < 0) {
        // A single column between two gaps is still seen: a stroke as long as itself.
        context.moveTo(on.x(closeMsOf(slice, i) - slice.stepMs), on.y(slice.level.open[i]!))
      } else if (i > lastColumn + 1) context.moveTo(on.x(closeMsOf(slice, i - 1)), on.y(close[lastColumn]!))
      context.lineTo(x, on.y(close[i]!))
      lastColumn = i
    }
  }
  context.strokeStyle = colours.ink
  context.lineWidth = 1.6 * ratio
  context.lineJoin = 'round'
  context.stroke()
  if (lastColumn >= 0 && lastColumn >= lastPresent(slice)) {
    context.beginPath()
    context.arc(on.x(closeMsOf(slice, lastColumn)), on.y(close[lastColumn]!), 3.5 * ratio, 0, 2 * Math.PI)
    context.fillStyle = colours.ink
    context.fill()
  }
}

/** The newest column of the whole level with a candle: only there stands the dot. */
function lastPresent(slice: Slice): number {
  let i = slice.level.close.length - 1
  while (i >= slice.last && Number.isNaN(slice.level.close[i]!)) i--
  return i < slice.last ? -1 : i
}

function drawCandles(on: Surface, slice: Slice): void {
  const { context, colours, ratio } = on
  const { open, high, low, close } = slice.level
  const step = (slice.stepMs * on.width) / Math.max(1, msAcross(on))
  const body = Math.max(ratio, Math.min(14 * ratio, Math.floor(step * 0.62)))
  for (const rising of [true, false]) {
    context.beginPath()
    for (let i = slice.first; i < slice.last; i++) {
      if (Number.isNaN(close[i]!) || close[i]! >= open[i]! !== rising) continue
      const x = on.x(closeMsOf(slice, i) - slice.stepMs / 2)
      const top = on.y(Math.max(open[i]!, close[i]!))
      const bottom = on.y(Math.min(open[i]!, close[i]!))
      const highest = on.y(high[i]!)
      context.rect(x - ratio / 2, highest, ratio, Math.max(ratio, on.y(low[i]!) - highest))
      context.rect(x - body / 2, top, body, Math.max(ratio, bottom - top))
    }
    context.fillStyle = rising ? colours.up : colours.down
    context.fill()
  }
}

function msAcross(on: Surface): number {
  // The surface maps linearly: two instants a known time apart tell its scale.
  return (1000 * on.width) / (on.x(1000) - on.x(0))
}
