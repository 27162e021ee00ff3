/**
 * Candles at round lengths (5 min, 4 h, a week from Monday), made on the device for the width of the screen. A candle in which a
 * place is missing is drawn, but marked as partial: it knows less than it seems to.
 */
import { DAY_MS, HOUR_MS, INTERVAL_MS, MINUTE_MS } from '../../../core/time/interval.ts'
import type { AbsentSpan, PriceView } from '../../worker/api.ts'
import { firstAfter, sliceOf, type Slice } from './columns.ts'
import { spanMs, type Span } from './viewport.ts'

const LENGTHS: readonly number[] = [
  ...[1, 5, 15, 30].map((n) => n * MINUTE_MS),
  ...[1, 2, 4, 8, 12].map((n) => n * HOUR_MS),
  ...[1, 2, 7, 14, 28, 56, 112].map((n) => n * DAY_MS),
]

/** Candles a pixel at most: a body, and air beside it. */
const DENSITY = 0.17
/** Weeks begin on Monday; 5 January 1970 was one. */
const MONDAY_MS = 4 * DAY_MS

export interface CandleSlice extends Slice {
  /** One for a candle that lacks places, by column of the level. */
  readonly partial: Uint8Array
}

/** The candles of one view at one length. */
interface Made {
  readonly startMs: number
  readonly level: Slice['level']
  readonly partial: Uint8Array
  readonly volume: Float64Array | null
}

/** The shortest round length at which the span has room for its candles. */
export function candleLength(placeMs: number, span: Span, widthPx: number): number {
  const most = Math.max(1, widthPx * DENSITY)
  const fitting = LENGTHS.filter((length) => length % placeMs === 0)
  return fitting.find((length) => spanMs(span) / length <= most) ?? fitting.at(-1) ?? placeMs
}

/** A source of visible candles; each length is made once and kept, so that a frame costs a slice only. */
export function candlesOf(
  view: PriceView,
  missing: readonly AbsentSpan[],
): (span: Span, widthPx: number) => CandleSlice {
  const made = new Map<number, Made>()
  const placeMs = INTERVAL_MS[view.interval]
  return (span, widthPx) => {
    const length = candleLength(placeMs, span, widthPx)
    let candles = made.get(length)
    if (!candles) {
      candles = make(view, missing, placeMs, length)
      made.set(length, candles)
    }
    const { startMs, level, partial, volume } = candles
    // `sliceOf` counts in columns of the level it is given: here one candle each.
    return { ...sliceOf(startMs, length, { ...level, factor: 1 }, span), level, partial, volume }
  }
}

function make(view: PriceView, missing: readonly AbsentSpan[], placeMs: number, lengthMs: number): Made {
  const finest = view.levels[0]
  const anchor = lengthMs >= 7 * DAY_MS ? MONDAY_MS : 0
  const startMs = Math.floor((view.startMs - anchor) / lengthMs) * lengthMs + anchor
  const endMs = view.startMs + view.length * placeMs
  const count = Math.max(0, Math.ceil((endMs - startMs) / lengthMs))
  const column = () => new Float64Array(count).fill(NaN)
  const [open, high, low, close] = [column(), column(), column(), column()]
  const partial = new Uint8Array(count)
  const volumes = view.volumes?.[0]
  const volume = volumes ? column() : null
  if (finest)
    for (let place = 0; place < view.length; place++) {
      const value = finest.close[place]!
      if (Number.isNaN(value)) continue
      const i = Math.floor((view.startMs + place * placeMs - startMs) / lengthMs)
      if (volume) volume[i] = (Number.isNaN(close[i]!) ? 0 : volume[i]!) + volumes![place]!
      if (Number.isNaN(close[i]!)) {
        open[i] = finest.open[place]!
        high[i] = finest.high[place]!
        low[i] = finest.low[place]!
      } else {
        if (finest.high[place]! > high[i]!) high[i] = finest.high[place]!
        if (finest.low[place]! < low[i]!) low[i] = finest.low[place]!
      }
      close[i] = value
    }
  for (let i = 0; i < count; i++) {
    const from = startMs + i * lengthMs
    const absent = missing[firstAfter(missing, from)]
    const cut = from < view.startMs || from + lengthMs > endMs
    partial[i] = cut || (absent !== undefined && absent.fromMs < from + lengthMs) ? 1 : 0
  }
  return {
    startMs,
    level: { factor: Math.round(lengthMs / placeMs), open, high, low, close },
    partial,
    volume,
  }
}
