/** The week of hours as a map: a row a day, a column an hour, the stronger the more volatile; hollow where too few returns are. */
import { WEEK_CELLS } from '$core/statistics/week.ts'
import { FONT, FOOT_PX, type Draw } from './drawing.ts'

/** Room for the names of days. */
const DAYS_PX = 34
/** The weakest cell is still seen. */
const WEAKEST = 0.1

export interface WeekMap {
  /** Cells as `WeekOfHours` has them, Sunday first. */
  readonly sigma: Float64Array
  /** Days from the top, 0 = Sunday. */
  readonly days: readonly number[]
  readonly dayNames: readonly string[]
}

const cellSize = (widthPx: number, heightPx: number) => ({
  width: (widthPx - DAYS_PX) / 24,
  height: (heightPx - FOOT_PX) / 7,
})

/** The cell under a place of the drawing; null beside the map. */
export function cellUnder(
  days: readonly number[],
  widthPx: number,
  heightPx: number,
  x: number,
  y: number,
): number | null {
  const size = cellSize(widthPx, heightPx)
  const hour = Math.floor((x - DAYS_PX) / size.width)
  const day = days[Math.floor(y / size.height)]
  return hour >= 0 && hour < 24 && day !== undefined ? day * 24 + hour : null
}

/** How strong each cell is: from the lowest known σ to the highest. */
function strengths(sigma: Float64Array): Float64Array {
  const known = sigma.filter((value) => !Number.isNaN(value))
  const low = known.reduce((a, b) => Math.min(a, b), Infinity)
  const high = known.reduce((a, b) => Math.max(a, b), 0)
  return sigma.map((value) => WEAKEST + (1 - WEAKEST) * ((value - low) / (high - low || 1)))
}

/** @param marked the cell that is pointed at */
export function drawWeek({ sigma, days, dayNames }: WeekMap, marked: number | null): Draw {
  const strong = strengths(sigma)
  return ({ context, colours, width, height }) => {
    const size = cellSize(width, height)
    context.font = FONT
    context.textBaseline = 'middle'
    context.textAlign = 'left'
    days.forEach((day, row) => {
      context.fillStyle = colours.quiet
      context.fillText(dayNames[day]!, 0, (row + 0.5) * size.height)
      for (let hour = 0; hour < 24; hour++) {
        const cell = day * 24 + hour
        const box = [
          DAYS_PX + hour * size.width + 0.75,
          row * size.height + 0.75,
          size.width - 1.5,
          size.height - 1.5,
        ] as const
        context.beginPath()
        context.roundRect(...box, Math.min(3, size.width / 4))
        if (Number.isNaN(strong[cell]!)) {
          context.strokeStyle = colours.line
          context.lineWidth = 1
          context.stroke()
        } else {
          context.globalAlpha = strong[cell]!
          context.fillStyle = colours.accent
          context.fill()
          context.globalAlpha = 1
        }
        if (cell === marked) {
          context.strokeStyle = colours.ink
          context.lineWidth = 1.75
          context.stroke()
        }
      }
    })
    context.fillStyle = colours.quiet
    context.textBaseline = 'alphabetic'
    context.textAlign = 'left'
    for (let hour = 0; hour < 24; hour += 6)
      context.fillText(String(hour).padStart(2, '0'), DAYS_PX + hour * size.width + 1, height - 5)
  }
}

/** The cell beside another, by arrow key; the map ends at its edges. */
export function cellBeside(days: readonly number[], cell: number, key: string): number | null {
  const row = days.indexOf(Math.floor(cell / 24))
  const hour = cell % 24
  const to = {
    ArrowLeft: [row, hour - 1],
    ArrowRight: [row, hour + 1],
    ArrowUp: [row - 1, hour],
    ArrowDown: [row + 1, hour],
    Home: [row, 0],
    End: [row, 23],
  }[key]
  if (!to) return null
  const day = days[Math.min(6, Math.max(0, to[0]!))]!
  return Math.min(WEEK_CELLS - 1, day * 24 + Math.min(23, Math.max(0, to[1]!)))
}
