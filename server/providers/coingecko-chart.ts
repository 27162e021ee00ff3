/**
 * What CoinGecko's chart answers mean: points of a market chart, bars of its OHLC. Both are sampled prices, never trades;
 * numbers stay the text that was printed. Pure.
 */
import { isLosslessNumber, stringify } from 'lossless-json'
import { checkRow } from '../../core/candle/check.ts'
import type { CandleRow } from '../../core/candle/row.ts'
import { bucketOf, candlesOfSamples, type PricePoint } from '../../core/candle/sampled.ts'
import { compareDecimals, plainDecimal } from '../../core/decimal/text.ts'
import { DAY_MS, HOUR_MS, INTERVAL_MS, MINUTE_MS, type Interval } from '../../core/time/interval.ts'
import type { RefusedRow } from '../archive/types.ts'
import type { Asked, CheckedRows } from './rows.ts'

/** Bars of the OHLC endpoint come in these lengths; those of four days make no candle of ours. */
const BAR_LENGTHS_MS = [30 * MINUTE_MS, 4 * HOUR_MS, 4 * DAY_MS]

/** A span of time, to be asked for in one request. */
export interface ChartSpan {
  readonly fromMs: number
  readonly toMs: number
}

/** Points of the newest 24 hours come every 5 minutes, of up to 90 days hourly, of more daily. */
const FINE_MS = DAY_MS
const HOURLY_MS = 90 * DAY_MS

/**
 * How a span is cut so that each request is answered with the finest points there are: the last day apart from what is
 * older, and never more than 90 days at once.
 */
export function chartSpans(fromMs: number, toMs: number, nowMs: number): ChartSpan[] {
  const endMs = Math.min(toMs, nowMs)
  const fineMs = Math.max(fromMs, Math.ceil((nowMs - FINE_MS) / HOUR_MS) * HOUR_MS)
  const spans: ChartSpan[] = []
  for (let from = fromMs; from < Math.min(fineMs, endMs); from += HOURLY_MS)
    spans.push({ fromMs: from, toMs: Math.min(from + HOURLY_MS, fineMs, endMs) })
  if (fineMs < endMs) spans.push({ fromMs: fineMs, toMs: endMs })
  return spans
}

/** Prices of a chart, and what of them cannot be taken. */
export interface ChartPoints {
  readonly points: readonly PricePoint[]
  readonly refused: readonly RefusedRow[]
}

/**
 * Reads `prices` of a market chart; market capitalisations and volumes, which may be null, are not looked at.
 *
 * @returns null where the answer holds no list of prices
 */
export function readPoints(value: unknown, interval: Interval): ChartPoints | null {
  const list = (value as { prices?: unknown } | null)?.prices
  if (!Array.isArray(list)) return null
  const points: PricePoint[] = []
  const refused: RefusedRow[] = []
  for (const point of list) {
    const [atMs, price] = Array.isArray(point) ? [timeOf(point[0]), priceOf(point[1])] : [null, null]
    if (atMs !== null && price !== null) points.push({ atMs, price })
    else {
      const startMs = atMs === null ? null : bucketOf(interval, atMs)
      refused.push({ startMs, reason: 'a point of the chart without a time or a price', raw: rawText(point) })
    }
  }
  return { points, refused }
}

/** Closed candles of what was asked. */
export function rowsOfPoints({ points, refused }: ChartPoints, asked: Asked): CheckedRows {
  const { interval, fromMs, toMs, readAtMs } = asked
  const isAsked = (startMs: number) => startMs >= fromMs && startMs < toMs
  const step = INTERVAL_MS[interval]
  const inside = points.filter(({ atMs }) => isAsked(bucketOf(interval, atMs)))
  return {
    rows: candlesOfSamples(inside, interval).filter(({ startMs }) => startMs + step <= readAtMs),
    refused: refused.filter(({ startMs }) => startMs === null || isAsked(startMs)),
    isAstray: inside.length === 0 && points.length > 0,
  }
}

/**
 * Bars of the OHLC endpoint, which stamps each at its close, merged to candles of the interval: only of whole bars that
 * lie within it, and only where all of them are there. How many samples a bar was made of is not told; the different
 * prices in it are as many as it proves.
 *
 * @returns closed candles, ascending; none for bars longer than the interval or of no known length
 */
export function rowsOfOhlc(value: unknown, { interval, fromMs, toMs, readAtMs }: Asked): CandleRow[] {
  const bars = barsOf(value)
  const step = INTERVAL_MS[interval]
  const length = lengthOf(bars)
  if (length === null || length > step) return []
  const buckets = new Map<number, CandleRow[]>()
  for (const bar of bars) {
    const startMs = bar.startMs - length
    const bucket = Math.floor(startMs / step) * step
    buckets.set(bucket, [...(buckets.get(bucket) ?? []), bar])
  }
  return [...buckets]
    .filter(([, parts]) => parts.length === step / length)
    .map(([startMs, parts]) => merged(startMs, parts))
    .filter((row) => row.startMs >= fromMs && row.startMs < toMs && row.startMs + step <= readAtMs)
    .filter((row) => checkRow(row, interval, readAtMs) === null)
    .sort((a, b) => a.startMs - b.startMs)
}

/** Bars as they are stamped, each once, ascending; what is no bar of five numbers is left out. */
function barsOf(value: unknown): CandleRow[] {
  const bars = new Map<number, CandleRow>()
  for (const bar of Array.isArray(value) ? (value as unknown[]) : []) {
    if (!Array.isArray(bar)) continue
    const startMs = timeOf(bar[0])
    const [open, high, low, close] = bar.slice(1, 5).map(priceOf)
    if (startMs === null || !open || !high || !low || !close) continue
    const samples = new Set([open, high, low, close]).size
    bars.set(startMs, { startMs, open, high, low, close, volume: null, samples })
  }
  return [...bars.values()].sort((a, b) => a.startMs - b.startMs)
}

/** What most neighbours are apart, where that is a length of bars; else null. */
function lengthOf(bars: readonly CandleRow[]): number | null {
  const counts = new Map<number, number>()
  for (let i = 1; i < bars.length; i++) {
    const apart = bars[i]!.startMs - bars[i - 1]!.startMs
    counts.set(apart, (counts.get(apart) ?? 0) + 1)
  }
  const [most] = [...counts].sort(([, a], [, b]) => b - a)
  return most && BAR_LENGTHS_MS.includes(most[0]) ? most[0] : null
}

function merged(startMs: number, bars: readonly CandleRow[]): CandleRow {
  const furthest = (pick: 'high' | 'low', sign: 1 | -1) =>
    bars.map((bar) => bar[pick]).reduce((a, b) => (compareDecimals(b, a) === sign ? b : a))
  return {
    startMs,
    open: bars[0]!.open,
    high: furthest('high', 1),
    low: furthest('low', -1),
    close: bars.at(-1)!.close,
    volume: null,
    samples: bars.reduce((sum, bar) => sum + bar.samples!, 0),
  }
}

/** A time in milliseconds; null for anything else. */
function timeOf(value: unknown): number | null {
  return isLosslessNumber(value) && /^\d{12,14}$/.test(value.value) ? Number(value.value) : null
}

/** A number above 0 as its shortest plain decimal, however it was printed; else null. */
export function priceOf(value: unknown): string | null {
  const plain = isLosslessNumber(value) ? plainDecimal(value.value) : null
  return plain !== null && Number(plain) > 0 && Number(plain) < Infinity ? plain : null
}

function rawText(raw: unknown): string {
  return (stringify(raw) ?? String(raw)).slice(0, 500)
}
