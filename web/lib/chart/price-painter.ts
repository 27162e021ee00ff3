/** The price of a market as one frame: a line with its high-low envelope, an area, or candles. Data in, drawing out. */
import type { Zone } from '../../../core/time/zone.ts'
import { INTERVAL_MS } from '../../../core/time/interval.ts'
import type { PriceView, SeriesEvent } from '../../worker/api.ts'
import { zoneFor } from '../ui/when.ts'
import { drawHatched, hatchedOf } from './absence.ts'
import type { AxisMark } from './axes.ts'
import { candlesOf, type CandleSlice } from './candles.ts'
import { extremes, joinedRuns, pickLevel, sliceOf, splitAbsent, type Slice } from './columns.ts'
import { drawCandles } from './draw-candles.ts'
import { drawVolume } from './draw-volume.ts'
import { drawArea, drawEnvelope, drawLine, drawResting } from './draw-line.ts'
import { drawEvents } from './events.ts'
import type { PriceLook } from './looks.ts'
import type { Frame, Painter } from './plot.ts'
import { paddedScale } from './scale.ts'
import { logTicks, numberLabels, numberTicks, timeTicks } from './ticks.ts'
import type { Span } from './viewport.ts'

/** How a price is drawn. */
export interface PriceStyle {
  readonly look: PriceLook
  readonly zone: Zone
  /** Values on a logarithmic axis. */
  readonly log: boolean
  /** Smallest step of the price; null where unknown. */
  readonly tick: number | null
  /** For the names on the axes. */
  readonly locale: string
}

/** What is marked on a price beside itself. */
interface PriceMarks {
  /** The newest price, marked where the newest candle is in view. */
  readonly newest: AxisMark | null
  readonly events: readonly SeriesEvent[]
}

/** A price view made ready for one look. The chart, its cursor and its table read the same slices. */
export interface PriceDrawing {
  slice(span: Span, widthPx: number): Slice
  painter(marks: PriceMarks): Painter
}

/** Columns a pixel of a line at most; levels are four times apart, so there are one to four, two in the middle. */
const DENSITY = 4

export function priceDrawing(view: PriceView, { look, zone, log, tick, locale }: PriceStyle): PriceDrawing {
  const { missing } = splitAbsent(view.absent)
  const hatched = hatchedOf(missing)
  const placeMs = INTERVAL_MS[view.interval]
  const endMs = view.startMs + view.length * placeMs
  const candles = candlesOf(view, missing)
  const line = (span: Span, widthPx: number): Slice => {
    const level = pickLevel(view.levels, placeMs, span, widthPx, DENSITY)
    const volume = view.volumes?.[view.levels.indexOf(level)] ?? null
    return { ...sliceOf(view.startMs, placeMs, level, span), volume }
  }

  const frameOf = (
    slice: Slice,
    span: Span,
    widthPx: number,
    newest: AxisMark | null,
    draw: Frame['draw'],
  ): Frame => {
    const found = extremes(slice, span)
    // The newest price belongs to the newest candle, and is on screen with it.
    const mark = span.toMs > endMs - slice.stepMs ? newest : null
    const low = Math.min(found?.low ?? Infinity, mark?.at ?? Infinity)
    const high = Math.max(found?.high ?? -Infinity, mark?.at ?? -Infinity)
    const scale = low <= high ? paddedScale(low, high, log) : paddedScale(0, 1, false)
    return {
      scale,
      times: timeTicks(span, Math.max(2, widthPx / 72), zoneFor(placeMs, zone), locale),
      values: low <= high ? valuesOf(scale.low, scale.high, scale.log, tick ?? 0, locale) : [],
      mark,
      draw,
    }
  }

  return {
    slice: look === 'candles' ? candles : line,
    painter:
      ({ newest, events }) =>
      (span, widthPx) => {
        if (look === 'candles') {
          const slice: CandleSlice = candles(span, widthPx)
          return frameOf(slice, span, widthPx, newest, (on) => {
            drawHatched(on, hatched, span)
            drawVolume(on, slice)
            drawCandles(on, slice)
            drawEvents(on, events, span)
          })
        }
        const slice = line(span, widthPx)
        const runs = joinedRuns(slice, missing)
        return frameOf(slice, span, widthPx, newest, (on) => {
          if (look === 'area') drawArea(on, slice, runs)
          else drawEnvelope(on, slice, runs)
          drawHatched(on, hatched, span)
          drawVolume(on, slice)
          drawResting(on, slice, runs)
          drawLine(on, slice, runs)
          drawEvents(on, events, span)
        })
      },
  }
}

function valuesOf(low: number, high: number, log: boolean, tick: number, locale: string): Frame['values'] {
  // Less than two decades leave too few powers of ten; round steps read better there.
  const decades = log && high / low > 20
  const ticks = decades ? logTicks(low, high, 5) : numberTicks(low, high, 4, tick)
  const labels = decades ? ticks.map((at) => numberLabels([at], locale)[0]!) : numberLabels(ticks, locale)
  return ticks.map((at, i) => ({ at, label: labels[i]! }))
}
