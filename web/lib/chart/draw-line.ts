/** A line through closes, its high-low envelope or the area under it, and dots where it rests because nothing was traded. */
import { closeMsOf, type Slice } from './columns.ts'
import type { Surface } from './plot.ts'

/** Thin dots at the last close while the source confirmed that nothing was traded. */
export function drawResting(on: Surface, slice: Slice, runs: readonly number[]): void {
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

/** The area under the line, fading towards its foot. */
export function drawArea(on: Surface, slice: Slice, runs: readonly number[]): void {
  const { context, colours, height } = on
  const { close, open } = slice.level
  const [top, foot] = colours.wash
  const wash = context.createLinearGradient(0, 0, 0, height)
  wash.addColorStop(0, top)
  wash.addColorStop(1, foot)
  context.fillStyle = wash
  for (let run = 0; run < runs.length; run += 2) {
    const [from, to] = [runs[run]!, runs[run + 1]!]
    let last = from
    const begin = on.x(closeMsOf(slice, from) - slice.stepMs)
    context.beginPath()
    context.moveTo(begin, height)
    context.lineTo(begin, on.y(open[from]!))
    for (let i = from; i < to; i++) {
      if (Number.isNaN(close[i]!)) continue
      if (i > last + 1) context.lineTo(on.x(closeMsOf(slice, i) - slice.stepMs), on.y(close[last]!))
      context.lineTo(on.x(closeMsOf(slice, i)), on.y(close[i]!))
      last = i
    }
    context.lineTo(on.x(closeMsOf(slice, last)), height)
    context.fill()
  }
}

export function drawLine(on: Surface, slice: Slice, runs: readonly number[]): void {
  const { context, colours, ratio } = on
  const { close, open } = slice.level
  context.beginPath()
  let lastColumn = -1
  for (let run = 0; run < runs.length; run += 2) {
    lastColumn = -1
    for (let i = runs[run]!; i < runs[run + 1]!; i++) {
      if (Number.isNaN(close[i]!)) continue
      const endMs = closeMsOf(slice, i)
      // A single column between two gaps is still seen: its stroke begins at its own open.
      if (lastColumn < 0) context.moveTo(on.x(endMs - slice.stepMs), on.y(open[i]!))
      else if (i > lastColumn + 1) context.moveTo(on.x(endMs - slice.stepMs), on.y(close[lastColumn]!))
      context.lineTo(on.x(endMs), on.y(close[i]!))
      lastColumn = i
    }
  }
  context.strokeStyle = colours.ink
  context.lineWidth = 1.6 * ratio
  context.lineJoin = joinOf(on, slice)
  context.stroke()
  if (lastColumn < 0 || lastColumn !== newestColumn(slice)) return
  context.beginPath()
  context.arc(on.x(closeMsOf(slice, lastColumn)), on.y(close[lastColumn]!), 3.5 * ratio, 0, 2 * Math.PI)
  context.fillStyle = colours.ink
  context.fill()
}

/** Corners that are closer than the line is wide need no rounding, which is half of what drawing it costs. */
export function joinOf(on: Surface, slice: Slice): CanvasLineJoin {
  return columnsAPixel(on, slice) > 0.5 ? 'bevel' : 'round'
}

/** Columns of the slice in a canvas pixel. */
function columnsAPixel(on: Surface, slice: Slice): number {
  return 1 / (on.x(slice.startMs + slice.stepMs) - on.x(slice.startMs))
}

/** From the lowest low to the highest high; where columns are narrow, of as many as there are in a CSS pixel. */
export function drawEnvelope(on: Surface, slice: Slice, runs: readonly number[]): void {
  const { context, colours, ratio } = on
  const { high, low } = slice.level
  const together = Math.max(1, Math.round(columnsAPixel(on, slice) * ratio))
  context.fillStyle = colours.area
  context.beginPath()
  for (let run = 0; run < runs.length; run += 2) {
    const [from, to] = [runs[run]!, runs[run + 1]!]
    const bottoms: number[] = []
    let begun = false
    for (let start = from; start < to; start += together) {
      const end = Math.min(to, start + together)
      let [top, bottom] = [-Infinity, Infinity]
      for (let i = start; i < end; i++) {
        if (high[i]! > top) top = high[i]!
        if (low[i]! < bottom) bottom = low[i]!
      }
      if (top < bottom) continue
      const x = on.x(closeMsOf(slice, end - 1))
      if (begun) context.lineTo(x, on.y(top))
      else context.moveTo(x, on.y(top))
      begun = true
      bottoms.push(x, on.y(bottom))
    }
    for (let i = bottoms.length - 2; i >= 0; i -= 2) context.lineTo(bottoms[i]!, bottoms[i + 1]!)
  }
  context.fill()
}

/** The newest column of the level with a candle, when it is in the slice: only there stands the dot. */
function newestColumn(slice: Slice): number {
  let i = slice.level.close.length - 1
  while (i >= 0 && Number.isNaN(slice.level.close[i]!)) i--
  return i < slice.last ? i : -1
}
