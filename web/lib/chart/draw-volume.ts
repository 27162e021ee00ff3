/** Volumes as bars at the foot of the price, the tallest a fifth of its height. What is unknown has no bar. */
import { closeMsOf, type Slice } from './columns.ts'
import type { Surface } from './plot.ts'

const SHARE = 0.2
/** Quiet enough for the price to be read over it. */
const STRENGTH = 0.4

export function drawVolume(on: Surface, slice: Slice): void {
  const { volume, first, last, level } = slice
  if (!volume) return
  let most = 0
  for (let i = first; i < last; i++) if (volume[i]! > most) most = volume[i]!
  if (most === 0) return
  const { context, colours, ratio, height } = on
  const pitch = on.x(slice.startMs + slice.stepMs) - on.x(slice.startMs)
  const wide = Math.max(1, Math.min(13 * ratio, pitch * 0.64))
  const [rising, falling] = [new Path2D(), new Path2D()]
  for (let i = first; i < last; i++) {
    const tall = (volume[i]! / most) * SHARE * height
    if (!(tall > 0)) continue
    const x = on.x(closeMsOf(slice, i) - slice.stepMs / 2)
    const bars = level.close[i]! >= level.open[i]! ? rising : falling
    bars.rect(x - wide / 2, height - Math.max(ratio, tall), wide, Math.max(ratio, tall))
  }
  context.globalAlpha = STRENGTH
  context.fillStyle = colours.up
  context.fill(rising)
  context.fillStyle = colours.down
  context.fill(falling)
  context.globalAlpha = 1
}
