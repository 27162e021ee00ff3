/** A chart in words, and a bar under the cursor: what the eye sees, for the ear and the table. */
import { plainDecimal } from '$core/decimal/text.ts'
import { formatPercent } from '$core/format/percent.ts'
import { formatPrice, type FormattedPrice } from '$core/format/price.ts'
import { formatSpan } from '$core/format/age.ts'
import type { Zone } from '$core/time/zone.ts'
import { isMissing, State } from '$core/candle/columns.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, type Interval } from '$core/time/interval.ts'
import { closeMsOf, columnAt, extremes, firstAfter, type Slice } from '$lib/chart/columns.ts'
import type { AxisMark } from '$lib/chart/axes.ts'
import type { Span } from '$lib/chart/viewport.ts'
import { t } from '$lib/i18n/t.ts'
import { locale } from '$lib/i18n/language.ts'
import type { MarketState } from '$lib/state/types.ts'
import { instantOf } from '$lib/ui/when.ts'
import type { CandleSlice } from '$lib/chart/candles.ts'
import type { PriceView } from '$worker/api.ts'

/** One drawn column. */
export interface Bar {
  readonly startMs: number
  readonly stepMs: number
  /** `1 d`, `4 h`. */
  readonly length: string
  readonly close: number
  /** A candle that lacks places. */
  readonly partial: boolean
  /** Why there is nothing, where there is nothing. */
  readonly state: number
  /** null where unknown, or where none is kept. */
  readonly volume: string | null
  readonly text: {
    readonly open: FormattedPrice
    readonly high: FormattedPrice
    readonly low: FormattedPrice
    readonly close: FormattedPrice
  } | null
}

/** The newest price as the chart marks it; null where none is known. */
export function newestMark({ price, tick, freshness }: MarketState): AxisMark | null {
  if (price === null) return null
  return {
    at: Number(price),
    label: formatPrice(price, tick, locale()).text,
    fresh: freshness === 'live' || freshness === 'delayed',
  }
}

function priceText(value: number, tick: string | null): FormattedPrice {
  return formatPrice(plainDecimal(String(value)) ?? '', tick, locale())
}

/** Three digits are as much as a bar's volume says at a glance. */
function volumeText(volume: number): string | null {
  if (Number.isNaN(volume)) return null
  const style = { notation: 'compact', maximumSignificantDigits: 3, numberingSystem: 'latn' } as const
  return new Intl.NumberFormat(locale(), style).format(volume)
}

export function readBar(price: PriceView, slice: Slice, ms: number, tick: string | null): Bar {
  return barAt(price, slice, columnAt(slice, ms), tick)
}

export function barAt(price: PriceView, slice: Slice, column: number, tick: string | null): Bar {
  const { level, stepMs } = slice
  const startMs = slice.startMs + column * stepMs
  const close = level.close[column] ?? NaN
  const found = price.absent[firstAfter(price.absent, startMs)]
  return {
    startMs,
    stepMs,
    length: lengthOf(stepMs),
    close,
    partial: Boolean((slice as Partial<CandleSlice>).partial?.[column]),
    state: found && found.fromMs < startMs + stepMs ? found.state : State.missing,
    volume: volumeText(slice.volume?.[column] ?? NaN),
    text: Number.isFinite(close)
      ? {
          open: priceText(level.open[column]!, tick),
          high: priceText(level.high[column]!, tick),
          low: priceText(level.low[column]!, tick),
          close: priceText(close, tick),
        }
      : null,
  }
}

/** `4 d`, `16 min`, `1 h 4 min`. */
function lengthOf(ms: number): string {
  if (ms % DAY_MS === 0) return `${ms / DAY_MS} d`
  if (ms < DAY_MS && ms % HOUR_MS === 0) return `${ms / HOUR_MS} h`
  if (ms > HOUR_MS)
    return ms > DAY_MS ? formatSpan(ms) : `${Math.floor(ms / HOUR_MS)} h ${(ms % HOUR_MS) / MINUTE_MS} min`
  return `${ms / MINUTE_MS} min`
}

/** How much of the span is missing, in milliseconds, before-listing left aside. */
function missingMs(price: PriceView, span: Span): number {
  let total = 0
  for (let i = firstAfter(price.absent, span.fromMs); i < price.absent.length; i++) {
    const absent = price.absent[i]!
    if (absent.fromMs >= span.toMs) break
    if (isMissing(absent.state) && absent.state !== State.beyond)
      total += Math.min(absent.toMs, span.toMs) - Math.max(absent.fromMs, span.fromMs)
  }
  return total
}

function barsOf(interval: Interval): string {
  switch (interval) {
    case '1m':
      return t('1-minute bars')
    case '5m':
      return t('5-minute bars')
    case '15m':
      return t('15-minute bars')
    case '1h':
      return t('hourly bars')
    case '4h':
      return t('4-hour bars')
    case '1d':
      return t('daily bars')
  }
}

/** The visible span in one line for the eye (`bars`) and in full for the ear (`text`). */
export function describePrice(
  name: string,
  range: string,
  price: PriceView,
  slice: Slice,
  span: Span,
  zone: Zone,
  tick: string | null,
): { readonly bars: string; readonly missing: string | null; readonly text: string } {
  const absent = missingMs(price, span)
  const missing = absent > 0 ? t(`${formatSpan(absent)} missing`) : null
  const bars = 'partial' in slice ? t(`candles of ${lengthOf(slice.stepMs)}`) : barsOf(price.interval)
  const found = extremes(slice, span)
  if (!found) return { bars, missing, text: t(`${name}, ${range}: no candles in view.`) }
  let first = slice.last
  let last = slice.first
  for (let i = slice.first; i < slice.last; i++) {
    const endMs = closeMsOf(slice, i)
    if (Number.isNaN(slice.level.close[i]!) || endMs <= span.fromMs || endMs - slice.stepMs >= span.toMs)
      continue
    first = Math.min(first, i)
    last = i
  }
  const [open, close] = [slice.level.open[first]!, slice.level.close[last]!]
  const say = (value: number) => priceText(value, tick).spoken
  const at = (ms: number) => instantOf(ms, slice.stepMs, zone)
  const [from, to] = [at(span.fromMs), at(span.toMs - 1)]
  const change = formatPercent(close / open - 1, 1, locale())
  const [low, high] = [say(found.low), say(found.high)]
  const told = t(
    `${name}, ${range}, ${bars}, ${from} to ${to}: from ${say(open)} to ${say(close)}, a change of ${change}; lowest ${low}, highest ${high}.`,
  )
  return { bars, missing, text: missing ? t(`${told} ${missing}.`) : t(`${told} Nothing missing.`) }
}
