/** Candles on a canvas: filled in the colour of their change, hollow where they lack places. */
import type { CandleSlice } from './candles.ts'
import { closeMsOf } from './columns.ts'
import type { Surface } from './plot.ts'

export function drawCandles(on: Surface, slice: CandleSlice): void {
  const { context, colours, ratio } = on
  const { open, close } = slice.level
  const pitch = on.x(slice.startMs + slice.stepMs) - on.x(slice.startMs)
  // An odd number of device pixels lets the wick stand in the middle of the body.
  const body = Math.max(1, Math.min(Math.round(13 * ratio), Math.floor(pitch * 0.64))) | 1
  for (const rising of [true, false]) {
    const whole = new Path2D()
    const hollow = new Path2D()
    for (let i = slice.first; i < slice.last; i++) {
      if (Number.isNaN(close[i]!) || close[i]! >= open[i]! !== rising) continue
      addCandle(on, slice, i, body, whole, slice.partial[i] ? hollow : whole)
    }
    context.fillStyle = rising ? colours.up : colours.down
    context.strokeStyle = context.fillStyle
    context.lineWidth = Math.max(1, Math.round(ratio))
    context.fill(whole)
    context.stroke(hollow)
  }
}

/** Wicks above and below the body go to `wicks`, the body to `bodies`. */
function addCandle(
  on: Surface,
  slice: CandleSlice,
  i: number,
  body: number,
  wicks: Path2D,
  bodies: Path2D,
): void {
  const { open, high, low, close } = slice.level
  const stroke = Math.max(1, Math.round(on.ratio))
  const middle = Math.round(on.x(closeMsOf(slice, i) - slice.stepMs / 2))
  const top = Math.round(on.y(Math.max(open[i]!, close[i]!)))
  const bottom = Math.max(top + stroke, Math.round(on.y(Math.min(open[i]!, close[i]!))))
  const highest = Math.round(on.y(high[i]!))
  const lowest = Math.round(on.y(low[i]!))
  if (highest < top) wicks.rect(middle - stroke / 2, highest, stroke, top - highest)
  if (lowest > bottom) wicks.rect(middle - stroke / 2, bottom, stroke, lowest - bottom)
  bodies.rect(middle - body / 2, top, body, bottom - top)
}
