/**
 * What the panels below the price show, computed from stored candles: the shape of returns, the drawdown, the week of hours.
 */
import { isMissing, State, type CandleColumns } from '../../core/candle/columns.ts'
import { cutColumns } from '../../core/candle/cut.ts'
import { buildLevels } from '../../core/candle/levels.ts'
import { drawdown, type Fall } from '../../core/statistics/drawdown.ts'
import { histogram } from '../../core/statistics/histogram.ts'
import { moments } from '../../core/statistics/moments.ts'
import { logReturns, type Returns } from '../../core/statistics/returns.ts'
import { cellIn, FEWEST_IN_CELL, weekOfHours } from '../../core/statistics/week.ts'
import { DAY_MS, INTERVAL_MS } from '../../core/time/interval.ts'
import type {
  DistributionView,
  DrawdownView,
  SpanReceipt,
  SpanRequest,
  TooFew,
  WeekRequest,
  WeekView,
} from './api.ts'
import type { SeriesCache } from './columns.ts'
import { absentSpans, asOf } from './spans.ts'

/** Places before a span that are read with it, so that its first return finds the close before it over empty places. */
const LINK_PLACES = 60
/** Returns of which a shape can be told. */
const FEWEST_RETURNS = 8
/** A shorter span holds too few returns of each hour of the week. */
const WEEKS = 12

export async function distributionOf(cache: SeriesCache, request: SpanRequest): Promise<DistributionView> {
  const { columns, returns } = await readReturns(cache, request)
  const { values } = returns
  const shape = moments(values)
  const step = INTERVAL_MS[request.interval]
  const barAt = (value: number | undefined) =>
    value === undefined ? null : { value, startMs: returns.startMs + values.indexOf(value) * step }
  const known = values.filter((value) => !Number.isNaN(value)).sort()
  const few =
    returns.used < FEWEST_RETURNS
      ? ({ why: 'few returns', used: returns.used, fewest: FEWEST_RETURNS } as const)
      : null
  return {
    startMs: returns.startMs,
    returns: values,
    shape,
    histogram: histogram(values, shape),
    worst: barAt(known[0]),
    best: barAt(known.at(-1)),
    receipt: receiptOf(columns, returns, few),
  }
}

export async function drawdownOf(cache: SeriesCache, request: SpanRequest): Promise<DrawdownView> {
  const { market, interval, fromMs, toMs } = request
  const columns = await cache.read(market, interval, fromMs, toMs)
  const { depth, deepest, current } = drawdown(columns)
  const { startMs, length } = columns
  const at = (place: number) => startMs + place * INTERVAL_MS[interval]
  const levels = buildLevels({ ...columns, open: depth, high: depth, low: depth, close: depth })
  const used = depth.reduce((sum, value) => sum + Number(!Number.isNaN(value)), 0)
  return {
    startMs,
    interval,
    levels,
    absent: absentSpans(columns).filter(({ state }) => isMissing(state)),
    deepest: deepest && fallAt(deepest, at),
    current: current && { depth: current.depth, startMs: at(current.place), peakMs: at(current.peak) },
    receipt: {
      ...spanOf(columns),
      barsUsed: used,
      barsEmpty: columns.states.reduce((sum, state) => sum + Number(state === State.empty), 0),
      barsExpected: length,
      reason: used < 2 ? { why: 'few bars', used, fewest: 2 } : null,
    },
  }
}

const fallAt = ({ depth, peak, trough, recovered }: Fall, at: (place: number) => number) => ({
  depth,
  peakMs: at(peak),
  troughMs: at(trough),
  recoveredMs: recovered === null ? null : at(recovered),
})

export async function weekOf(cache: SeriesCache, request: WeekRequest): Promise<WeekView> {
  const { market, toMs, zone } = request
  const fromMs = Math.min(request.fromMs, toMs - WEEKS * 7 * DAY_MS)
  const { columns, returns } = await readReturns(cache, { market, interval: '1h', fromMs, toMs })
  const { sigma, counts } = weekOfHours(returns, cellIn(zone))
  const full = sigma.some((value) => !Number.isNaN(value))
  const few = { why: 'few hours', used: returns.used, fewest: FEWEST_IN_CELL } as const
  return {
    sigma,
    counts,
    widened: fromMs < request.fromMs,
    receipt: receiptOf(columns, returns, full ? null : few),
  }
}

async function readReturns(
  cache: SeriesCache,
  { market, interval, fromMs, toMs }: SpanRequest,
): Promise<{ columns: CandleColumns; returns: Returns }> {
  const step = INTERVAL_MS[interval]
  const from = Math.ceil(fromMs / step) * step
  const columns = await cache.read(market, interval, from - LINK_PLACES * step, toMs)
  const first = Math.min(columns.length, Math.max(0, (from - columns.startMs) / step))
  return { columns: cutColumns(columns, from, Infinity), returns: logReturns(columns, first) }
}

function receiptOf(columns: CandleColumns, returns: Returns, reason: TooFew | null): SpanReceipt {
  return {
    ...spanOf(columns),
    barsUsed: returns.used,
    barsEmpty: returns.flat,
    barsExpected: columns.length,
    reason,
  }
}

function spanOf(columns: CandleColumns) {
  const { market, interval, startMs, length } = columns
  return {
    market,
    source: market.slice(0, market.indexOf(':')),
    interval,
    fromMs: startMs,
    toMs: startMs + length * INTERVAL_MS[interval],
    asOfMs: asOf(columns),
  }
}
