/** Rolling σ as one frame: a violet line that breaks where σ is not available, and thin dashed ones of other estimators. */
import { buildLevels } from '../../../core/candle/levels.ts'
import type { Level } from '../../../core/candle/levels.ts'
import { groupDecimal } from '../../../core/format/locale.ts'
import type { Zone } from '../../../core/time/zone.ts'
import { INTERVAL_MS } from '../../../core/time/interval.ts'
import type { SigmaView } from '../../worker/api.ts'
import { locale } from '../i18n/language.ts'
import { zoneFor } from '../ui/when.ts'
import { drawHatched, type Hatched } from './absence.ts'
import { joinOf } from './draw-line.ts'
import { closeMsOf, extremes, pickLevel, sliceOf, type Slice } from './columns.ts'
import type { Frame, Painter, Surface } from './plot.ts'
import { numberTicks, percentDecimals, timeTicks } from './ticks.ts'
import type { Span } from './viewport.ts'

/** A σ series with the levels for drawing it; made once when it arrives. */
export interface SigmaData {
  readonly view: SigmaView
  readonly levels: readonly Level[]
  /** Where σ is not available after it first was. */
  readonly absent: readonly Hatched[]
}

export function sigmaData(view: SigmaView): SigmaData {
  const { sigma, market, interval, startMs } = view
  const states = new Uint8Array(sigma.length)
  // A plain loop, since a year of minutes passes through it on the page's own thread.
  for (let i = 0; i < sigma.length; i++) if (!Number.isNaN(sigma[i]!)) states[i] = 1
  const levels = buildLevels({
    market,
    interval,
    startMs,
    length: sigma.length,
    states,
    open: sigma,
    high: sigma,
    low: sigma,
    close: sigma,
    volume: null,
    samples: null,
  })
  return { view, levels, absent: absentOf(view) }
}

function absentOf({ sigma, startMs, interval }: SigmaView): Hatched[] {
  const step = INTERVAL_MS[interval]
  const spans: Hatched[] = []
  let from = -1
  for (let i = sigma.findIndex((value) => !Number.isNaN(value)); i >= 0 && i <= sigma.length; i++) {
    const absent = i < sigma.length && Number.isNaN(sigma[i]!)
    if (absent && from < 0) from = i
    if (absent || from < 0) continue
    spans.push({ fromMs: startMs + from * step, toMs: startMs + i * step, words: 'n/a: too few bars' })
    from = -1
  }
  return spans
}

/** Dashes of the lines beside the first, CSS pixels. */
export const OTHER_DASHES = [
  [5, 3],
  [1.5, 2.5],
] as const

/** What stands round the first line; drawn under it. */
export interface SigmaBand {
  /** Whether it is that of a line: while a window is dragged it is that of an earlier one. */
  isOf(view: SigmaView): boolean
  /** What it spans in view; null where nothing of it is there. */
  extremes(span: Span): { low: number; high: number } | null
  draw(on: Surface, span: Span): void
}

/** A band reaches no further beyond the lines than this many times their highest: else they would lie flat at its foot. */
const MOST_ABOVE = 1.6

/**
 * @param others lines beside the first, of the same bars or of days
 * @param band of this line or of an earlier one, whose room then stays, so that nothing jumps
 */
export function sigmaPainter(
  { view, levels, absent }: SigmaData,
  zone: Zone,
  others: readonly SigmaData[] = [],
  band: SigmaBand | null = null,
): Painter {
  const placeMs = INTERVAL_MS[view.interval]
  const language = locale()
  return (span, widthPx): Frame => {
    const sliced = (data: SigmaData) => {
      const stepMs = INTERVAL_MS[data.view.interval]
      return sliceOf(data.view.startMs, stepMs, pickLevel(data.levels, stepMs, span, widthPx, 4), span)
    }
    const slice = sliced({ view, levels, absent })
    const beside = others.map(sliced)
    const found = withBand(extremesOf([slice, ...beside], span), band?.extremes(span) ?? null)
    const high = found ? found.high * 1.08 || 0.01 : 1
    const low =
      found && found.low > found.high * 0.6 ? Math.max(0, found.low - (found.high - found.low) * 0.5) : 0
    const ticks = found ? numberTicks(low, high, 4).filter((at) => at > low) : []
    const decimals = percentDecimals(ticks, 4)
    return {
      scale: { low, high, log: false },
      times: timeTicks(span, Math.max(2, widthPx / 72), zoneFor(placeMs, zone), language),
      values: ticks.map((at) => ({ at, label: `${groupDecimal((at * 100).toFixed(decimals), language)} %` })),
      draw(on) {
        drawHatched(on, absent, span)
        if (band?.isOf(view)) band.draw(on, span)
        beside.forEach((other, i) => drawSigma(on, other, OTHER_DASHES[i]))
        drawSigma(on, slice)
      },
    }
  }
}

function extremesOf(slices: readonly Slice[], span: Span): { low: number; high: number } | null {
  const found = slices.map((slice) => extremes(slice, span)).filter((one) => one !== null)
  if (found.length === 0) return null
  return { low: Math.min(...found.map(({ low }) => low)), high: Math.max(...found.map(({ high }) => high)) }
}

function withBand<Extremes extends { low: number; high: number } | null>(
  lines: Extremes,
  band: Extremes,
): Extremes {
  if (!lines || !band) return lines
  const high = Math.max(lines.high, Math.min(band.high, lines.high * MOST_ABOVE))
  return { ...lines, low: Math.min(lines.low, band.low), high }
}

/** @param dashes of a line beside the first, which is thinner */
function drawSigma(on: Surface, slice: Slice, dashes?: readonly number[]): void {
  const { context, colours, ratio } = on
  const { low, high, open, close } = slice.level
  context.beginPath()
  let pen = false
  for (let i = slice.first; i < slice.last; i++) {
    if (Number.isNaN(close[i]!)) {
      pen = false
      continue
    }
    const end = on.x(closeMsOf(slice, i))
    const begin = on.x(closeMsOf(slice, i) - slice.stepMs)
    if (!pen) context.moveTo(begin, on.y(open[i]!))
    if (slice.level.factor > 1) {
      // Both extremes of a column are met, the earlier end first.
      const middle = (begin + end) / 2
      const rising = close[i]! >= open[i]!
      context.lineTo(middle, on.y(rising ? low[i]! : high[i]!))
      context.lineTo(middle, on.y(rising ? high[i]! : low[i]!))
    }
    context.lineTo(end, on.y(close[i]!))
    pen = true
  }
  context.strokeStyle = colours.accent
  context.lineWidth = (dashes ? 1.2 : 1.8) * ratio
  context.lineJoin = joinOf(on, slice)
  context.setLineDash(dashes ? dashes.map((px) => px * ratio) : [])
  context.stroke()
  context.setLineDash([])
}
