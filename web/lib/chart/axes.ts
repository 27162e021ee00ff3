/** Grid lines and their names: values at the right, times below. Draws what a frame says, decides nothing. */
import type { Surface } from './plot.ts'
import type { TimeTicks } from './ticks.ts'

/** Room for the names of values, CSS pixels. */
export const RIGHT_PX = 52

export const CHART_FONT = "'Inter Variable', 'Inter Stand-in', system-ui, sans-serif"

export interface AxisText {
  readonly times: TimeTicks
  readonly values: readonly { readonly at: number; readonly label: string }[]
}

export function drawAxes(on: Surface, { times, values }: AxisText): void {
  const { context, colours, ratio, left, top, width, height } = on
  context.font = `${11 * ratio}px ${CHART_FONT}`
  context.fillStyle = colours.quiet
  context.strokeStyle = colours.line
  context.lineWidth = ratio
  context.textAlign = 'right'
  context.textBaseline = 'middle'
  context.beginPath()
  for (const { at, label } of values) {
    const y = Math.round(on.y(at)) + (ratio % 2) / 2
    context.moveTo(left, y)
    context.lineTo(left + width, y)
    // A name at the upper edge is kept whole.
    context.fillText(label, left + width + (RIGHT_PX - 4) * ratio, Math.max(y, top + 6 * ratio))
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
