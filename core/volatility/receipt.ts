/**
 * Receipts: what a σ rests on, as a value that travels with it, and where it stands in its own history.
 */
import { isMissing, type CandleColumns } from '../candle/columns.ts'
import { INTERVAL_MS } from '../time/interval.ts'
import { intradayReceipt, reasonOfDays } from './realised/receipt.ts'
import { fewestBars, isRealised, needsCloseBefore } from './request.ts'
import { countSparse, FEWEST_SAMPLES, readsRange } from './sampled.ts'
import { warningsAt } from './warnings.ts'
import type { Receipt, Unavailable, VolatilitySeries } from './types.ts'

/**
 * The receipt of σ at one place.
 *
 * @param place of the grid, 0 to its length − 1
 * @throws RangeError when the place is not on the grid
 */
export function receiptAt(series: VolatilitySeries, columns: CandleColumns, place: number): Receipt {
  if (!Number.isInteger(place) || place < 0 || place >= columns.length)
    throw new RangeError(`place ${place} is not on this grid of ${columns.length} places`)
  return receipt(series, columns, place)
}

/**
 * The receipt of the newest σ: that of the last known place, which may be n/a and then says why and what would help.
 * A series in which nothing is known has a receipt, too.
 */
export function newestReceipt(series: VolatilitySeries, columns: CandleColumns): Receipt {
  return receipt(series, columns, Math.max(0, series.endPlace - 1))
}

/** Of fewer values no share is told: the newest of three is above a third of them whatever it is. */
const FEWEST_FOR_SHARE = 10

/**
 * The share of the series at or below its newest σ, 0 to 1; null when the newest σ is not available, or too few are.
 */
export function percentile(series: VolatilitySeries): number | null {
  const newest = series.sigma[series.endPlace - 1]
  if (newest === undefined || Number.isNaN(newest)) return null
  let available = 0
  let below = 0
  for (const sigma of series.sigma) {
    if (Number.isNaN(sigma)) continue
    available++
    if (sigma <= newest) below++
  }
  return available < FEWEST_FOR_SHARE ? null : below / available
}

function receipt(series: VolatilitySeries, columns: CandleColumns, place: number): Receipt {
  const { request, startMs, interval } = series
  const step = INTERVAL_MS[interval]
  const lastBarMs = startMs + place * step
  const sigma = series.sigma[place] ?? NaN
  return {
    market: columns.market,
    source: columns.market.slice(0, columns.market.indexOf(':')),
    estimator: request.estimator,
    interval,
    window: request.window,
    mean: request.mean,
    barsUsed: series.bars[place] ?? 0,
    barsExpected: request.window,
    barsEmpty: series.flat[place] ?? 0,
    ...(series.days ? { intraday: intradayReceipt(series, series.days, place) } : {}),
    annualisation: request.barsPerYear,
    firstBarMs: lastBarMs - (request.window - 1) * step,
    lastBarMs,
    asOfMs: series.endPlace === 0 ? NaN : knownMs(series, place),
    sigma,
    reason: Number.isNaN(sigma) ? reasonAt(series, columns, place) : null,
    warnings: Number.isNaN(sigma) ? [] : warningsAt(series, columns, place),
  }
}

/** Close of the last bar that a value knows: that of its place, or before it where a day of the realised family is under way. */
export function knownMs({ startMs, interval, days }: VolatilitySeries, place: number): number {
  return Math.min(startMs + (place + 1) * INTERVAL_MS[interval], days?.endMs ?? Infinity)
}

function reasonAt(series: VolatilitySeries, columns: CandleColumns, place: number): Unavailable {
  const { request, interval, firstPlace, endPlace } = series
  const { window } = request
  if (isRealised(request.estimator)) return reasonOfDays(series, place)
  if (endPlace === 0) return { why: 'no candles', interval }
  if (place >= endPlace) return { why: 'after the last' }
  const needsClose = needsCloseBefore(request.estimator)
  if (place < firstPlace) {
    const first = firstKnown(columns)
    const known = Math.max(0, place - first + 1)
    const wanted = firstPlace - first + 1
    const shortest = known - Number(needsClose)
    return { why: 'too short', known, wanted, window, interval, shortest: shortest >= 2 ? shortest : null }
  }
  if (readsRange(request.estimator)) {
    const { bars, sparse } = countSparse(columns, place - window + 1, place + 1)
    if (sparse > 0) return { why: 'few samples', sparse, bars, fewest: FEWEST_SAMPLES }
  }
  const used = series.bars[place] ?? 0
  return { why: 'bars missing', used, window, interval, needsClose, fewest: fewestBars(request) }
}

function firstKnown({ length, states }: CandleColumns): number {
  let first = 0
  while (first < length && isMissing(states[first]!)) first++
  return first
}
