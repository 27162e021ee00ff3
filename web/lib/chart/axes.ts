/** Grid lines and their names: values at the right, times below, and one value that is marked. Draws what a frame says, decides nothing. */
import type { Surface } from './plot.ts'
import type { TimeTicks } from './ticks.ts'

/** Room for the names of values at the least, CSS pixels. */
export const AXIS_PX = 52

export const CHART_FONT = "'Inter Variable', 'Inter Stand-in', system-ui, sans-serif"

/** A value with a line of its own across the chart: the newest price. */
export interface AxisMark {
  readonly at: number
  readonly label: string
  /** It is known to be of now; else the line is broken and the name has no ground. */
  readonly fresh: boolean
}

export interface AxisText {
  readonly times: TimeTicks
  readonly values: readonly { readonly at: number; readonly label: string }[]
  readonly mark?: AxisMark | null
}

/** Between the drawn area and a name, and between a name and the edge. */
const GAP_PX = 6

const fontOf = (on: Surface): string => `${11 * on.ratio}px ${CHART_FONT}`

export function drawAxes(on: Surface, { times, values, mark }: AxisText, axisPx: number): void {
  const { context, colours, ratio, left, top, width, height } = on
  context.font = fontOf(on)
  context.fillStyle = colours.quiet
  context.strokeStyle = colours.line
  context.lineWidth = ratio
  context.textAlign = 'right'
  context.textBaseline = 'middle'
  context.beginPath()
  const marked = mark ? on.y(mark.at) : NaN
  for (const { at, label } of values) {
    const y = Math.round(on.y(at)) + (ratio % 2) / 2
    context.moveTo(left, y)
    context.lineTo(left + width, y)
    // The name of the marked value stands over those beside it.
    if (Math.abs(y - marked) < 15 * ratio) continue
    // A name at the upper edge is kept whole.
    context.fillText(label, left + width + (axisPx - 4) * ratio, Math.max(y, top + 6 * ratio))
  }
  context.stroke()
  context.textBaseline = 'alphabetic'
  let free = -Infinity
  times.at.forEach((ms, i) => {
    const label = times.labels[i]!
    const wide = context.measureText(label).width
    const x = Math.min(Math.max(on.x(ms) - wide / 2, left), left + width - wide / 2)
    if (x < free) return
    context.textAlign = 'left'
    context.fillText(label, x, top + height + 16 * ratio)
    free = x + wide + 12 * ratio
  })
}

/** The line of a marked value, and its name on the axis. Nothing where the value is not in view. */
export function drawMark(on: Surface, { at, label, fresh }: AxisMark, axisPx: number): void {
  const { context, colours, ratio, width, height } = on
  const y = Math.round(on.y(at)) + (ratio % 2) / 2
  if (!(y >= 0 && y <= height)) return
  context.strokeStyle = fresh ? colours.soft : colours.faint
  context.lineWidth = ratio
  context.setLineDash(fresh ? [ratio, 2 * ratio] : [4 * ratio, 4 * ratio])
  context.beginPath()
  context.moveTo(0, y)
  context.lineTo(width, y)
  context.stroke()
  context.setLineDash([])
  const middle = Math.min(Math.max(y, 9 * ratio), height - 9 * ratio)
  if (fresh) {
    context.fillStyle = colours.ink
    context.beginPath()
    context.roundRect(width + 2 * ratio, middle - 9 * ratio, (axisPx - 2) * ratio, 18 * ratio, 5 * ratio)
    context.fill()
  }
  context.font = `600 ${fontOf(on)}`
  context.fillStyle = fresh ? colours.card : colours.soft
  context.textAlign = 'right'
  context.textBaseline = 'middle'
  context.fillText(label, width + (axisPx - 4) * ratio, middle)
}

/** Room that the names of values need with the gaps around them, CSS pixels. */
export function widestName(on: Surface, { values, mark }: AxisText): number {
  const { context, ratio } = on
  context.font = `600 ${fontOf(on)}`
  let widest = mark ? context.measureText(mark.label).width : 0
  for (const { label } of values) widest = Math.max(widest, context.measureText(label).width)
  return widest / ratio + 2 * GAP_PX
}
