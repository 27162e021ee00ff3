/** The cone: for each window the spread that σ has had, its median, and where it stands; windows on a logarithmic axis. */
import { formatPercent } from '$core/format/percent.ts'
import type { ConeQuantiles } from '$core/volatility/cone.ts'
import { numberTicks, percentDecimals } from '$lib/chart/ticks.ts'
import { locale } from '$lib/i18n/language.ts'
import { FONT, FOOT_PX, SIDE_PX, type Draw } from './drawing.ts'

/** Room beside the first and the last window. */
const EDGE_PX = 16
const TOP_PX = 8

export interface ConeColumn {
  readonly window: number
  /** Below the axis. */
  readonly name: string
  /** NaN where not available. */
  readonly sigma: number
  readonly quantiles: ConeQuantiles | null
}

type Spread = ConeColumn & { readonly quantiles: ConeQuantiles }

/** Where each window stands across the drawing, by the logarithm of its length. */
function placesOf(windows: readonly number[], width: number): number[] {
  const [first, last] = [Math.log(windows[0]!), Math.log(windows.at(-1)!)]
  const room = width - SIDE_PX - 2 * EDGE_PX
  return windows.map((window) => EDGE_PX + ((Math.log(window) - first) / (last - first)) * room)
}

/** The window nearest to a place of the drawing. */
export function windowUnder(windows: readonly number[], width: number, x: number): number {
  const places = placesOf(windows, width)
  return places.reduce((near, at, i) => (Math.abs(at - x) < Math.abs(places[near]! - x) ? i : near), 0)
}

/** @param marked the window that is pointed at, by its place among the columns */
export function drawCone(columns: readonly ConeColumn[], marked: number | null): Draw {
  const values = columns
    .flatMap(({ sigma, quantiles }) => [sigma, quantiles?.min ?? NaN, quantiles?.max ?? NaN])
    .filter((value) => !Number.isNaN(value))
  const low = Math.min(...values)
  const high = Math.max(...values)
  return ({ context, colours, width, height }) => {
    const room = height - FOOT_PX - TOP_PX
    const margin = (high - low) * 0.06 || high * 0.1 || 1
    const from = Math.max(0, low - margin)
    const y = (value: number) => TOP_PX + room * (1 - (value - from) / (high + margin - from))
    const places = placesOf(
      columns.map(({ window }) => window),
      width,
    )
    const x = (column: ConeColumn) => places[columns.indexOf(column)]!
    context.font = FONT
    context.lineWidth = 1
    context.strokeStyle = colours.line
    context.fillStyle = colours.quiet
    context.textAlign = 'right'
    context.textBaseline = 'middle'
    const ticks = numberTicks(from, high + margin, Math.max(2, room / 42))
    const decimals = percentDecimals(ticks, 1)
    for (const at of ticks) {
      const level = Math.round(y(at)) + 0.5
      context.beginPath()
      context.moveTo(0, level)
      context.lineTo(width - SIDE_PX, level)
      context.stroke()
      context.fillText(formatPercent(at, decimals, locale()), width - 4, Math.max(level, 6))
    }
    context.textAlign = 'center'
    context.textBaseline = 'alphabetic'
    columns.forEach(({ name }, i) => {
      context.fillStyle = i === marked ? colours.ink : colours.quiet
      context.fillText(name, places[i]!, height - 4)
    })

    const spread = columns.filter((column): column is Spread => column.quantiles !== null)
    const line = (pick: (quantiles: ConeQuantiles) => number) => {
      context.beginPath()
      for (const column of spread) context.lineTo(x(column), y(pick(column.quantiles)))
      context.stroke()
    }
    const band = (
      lower: (quantiles: ConeQuantiles) => number,
      upper: (quantiles: ConeQuantiles) => number,
    ) => {
      context.beginPath()
      for (const column of spread) context.lineTo(x(column), y(lower(column.quantiles)))
      for (const column of spread.toReversed()) context.lineTo(x(column), y(upper(column.quantiles)))
      context.fill()
    }
    context.fillStyle = colours.band
    band(
      ({ p10 }) => p10,
      ({ p90 }) => p90,
    )
    band(
      ({ p25 }) => p25,
      ({ p75 }) => p75,
    )
    context.strokeStyle = colours.faint
    line(({ min }) => min)
    line(({ max }) => max)
    context.strokeStyle = colours['band-edge']
    for (const pick of ['p10', 'p25', 'p75', 'p90'] as const) line((quantiles) => quantiles[pick])
    context.strokeStyle = colours.accent
    context.lineWidth = 1.5
    context.setLineDash([5, 4])
    line(({ p50 }) => p50)
    context.setLineDash([])

    if (marked !== null) {
      context.strokeStyle = colours.soft
      context.lineWidth = 1
      context.beginPath()
      const at = Math.round(places[marked]!) + 0.5
      context.moveTo(at, TOP_PX)
      context.lineTo(at, height - FOOT_PX)
      context.stroke()
    }
    const known = columns.filter(({ sigma }) => !Number.isNaN(sigma))
    context.strokeStyle = colours.accent
    context.lineWidth = 1.75
    context.lineJoin = 'round'
    context.beginPath()
    for (const column of known) context.lineTo(x(column), y(column.sigma))
    context.stroke()
    for (const column of known) {
      context.beginPath()
      context.arc(x(column), y(column.sigma), columns.indexOf(column) === marked ? 6 : 4.5, 0, 2 * Math.PI)
      context.fillStyle = colours.accent
      context.fill()
      context.strokeStyle = colours.card
      context.lineWidth = 2
      context.stroke()
    }
  }
}
