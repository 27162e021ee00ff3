/** The price of a market as one frame: a line with its high-low envelope, or candles. Data in, drawing out. */
import type { Zone } from '../../../core/format/time.ts'
import { INTERVAL_MS } from '../../../core/time/interval.ts'
import type { PriceView } from '../../worker/api.ts'
import { locale } from '../i18n/language.ts'
import { zoneFor } from '../ui/when.ts'
import { drawHatched, hatchedOf } from './absence.ts'
import { candlesOf, type CandleSlice } from './candles.ts'
import { closeMsOf, extremes, joinedRuns, pickLevel, sliceOf, splitAbsent, type Slice } from './columns.ts'
import { drawCandles } from './draw-candles.ts'
import { drawLine, drawResting } from './draw-line.ts'
import type { Frame, Painter } from './plot.ts'
import { paddedScale } from './scale.ts'
import { logTicks, numberLabels, numberTicks, timeTicks } from './ticks.ts'
import type { Span } from './viewport.ts'

export type PriceLook = 'line' | 'candles'

/** A price view made ready for one look. The chart, its cursor and its table read the same slices. */
export interface PriceDrawing {
  slice(span: Span, widthPx: number): Slice
  readonly painter: Painter
}

/** Columns a pixel of a line at most; levels are four times apart, so there are one to four, two in the middle. */
const DENSITY = 4

/** @param log whether values stand on a logarithmic axis: for whole histories */
export function priceDrawing(view: PriceView, look: PriceLook, zone: Zone, log: boolean): PriceDrawing {
  const { missing } = splitAbsent(view.absent)
  const hatched = hatchedOf(missing)
  const placeMs = INTERVAL_MS[view.interval]
  const candles = candlesOf(view, missing)
  const line = (span: Span, widthPx: number): Slice =>
    sliceOf(view.startMs, placeMs, pickLevel(view.levels, placeMs, span, widthPx, DENSITY), span)

  const frameOf = (slice: Slice, span: Span, widthPx: number, draw: Frame['draw']): Frame => {
    const found = extremes(slice, span)
    const scale = paddedScale(found?.low ?? 0, found?.high ?? 1, log)
    const { low, high } = scale
    const ticks = !found ? [] : scale.log ? logTicks(low, high, 5) : numberTicks(low, high, 4)
    const labels = scale.log
      ? ticks.map((at) => numberLabels([at], locale())[0]!)
      : numberLabels(ticks, locale())
    return {
      xs: timesOf(slice),
      ys: slice.level.close.subarray(slice.first, slice.last),
      scale,
      times: timeTicks(span, Math.max(2, widthPx / 72), zoneFor(placeMs, zone)),
      values: ticks.map((at, i) => ({ at, label: labels[i]! })),
      draw,
    }
  }

  return {
    slice: look === 'line' ? line : candles,
    painter(span, widthPx) {
      if (look === 'candles') {
        const slice: CandleSlice = candles(span, widthPx)
        return frameOf(slice, span, widthPx, (on) => {
          drawHatched(on, hatched, span)
          drawCandles(on, slice)
        })
      }
      const slice = line(span, widthPx)
      const runs = joinedRuns(slice, missing)
      return frameOf(slice, span, widthPx, (on) => {
        drawHatched(on, hatched, span)
        drawResting(on, slice, runs)
        drawLine(on, slice, runs)
      })
    },
  }
}

function timesOf(slice: Slice): Float64Array {
  const times = new Float64Array(slice.last - slice.first)
  for (let i = 0; i < times.length; i++) times[i] = closeMsOf(slice, slice.first + i)
  return times
}
