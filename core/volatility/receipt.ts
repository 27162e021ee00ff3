/**
 * Receipts: what a σ rests on, as a value that travels with it, and where it stands in its own history.
 */
import { isMissing, type CandleColumns } from '../candle/columns.ts'
import { INTERVAL_MS, type Interval } from '../time/interval.ts'
import { fewestBars, needsCloseBefore } from './request.ts'
import { countSparse, FEWEST_SAMPLES, readsRange } from './sampled.ts'
import type { Receipt, VolatilitySeries } from './types.ts'

const BAR_NAMES: Readonly<Record<Interval, string>> = {
  '1m': 'minutes',
  '5m': '5-minute bars',
  '15m': '15-minute bars',
  '1h': 'hours',
  '4h': '4-hour bars',
  '1d': 'days',
}

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

/**
 * The share of the series at or below its newest σ, 0 to 1; null when the newest σ is not available.
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
  return below / available
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
    annualisation: request.barsPerYear,
    firstBarMs: lastBarMs - (request.window - 1) * step,
    lastBarMs,
    asOfMs: series.endPlace === 0 ? NaN : lastBarMs + step,
    sigma,
    reason: Number.isNaN(sigma) ? reasonAt(series, columns, place) : null,
  }
}

/** Why there is no σ at a place, and what would make it available. */
function reasonAt(series: VolatilitySeries, columns: CandleColumns, place: number): string {
  const { request, interval, firstPlace, endPlace } = series
  const bars = BAR_NAMES[interval]
  if (endPlace === 0) return `no candles of ${interval} here yet`
  if (place >= endPlace) return 'no candle is known from here on'
  if (place < firstPlace) {
    const first = firstKnown(columns)
    const known = Math.max(0, place - first + 1)
    const wanted = firstPlace - first + 1
    const shortest = known - (needsCloseBefore(request.estimator) ? 1 : 0)
    const shorter = shortest >= 2 ? `, or with a window of at most ${shortest}` : ''
    return `${known} of the ${wanted} ${bars} that a window of ${request.window} needs; available ${wanted - known} later${shorter}`
  }
  const sampled = sampledReason(request, columns, place)
  if (sampled !== null) return sampled
  const fewest = fewestBars(request)
  const why = needsCloseBefore(request.estimator) ? ' with a close before' : ''
  return `only ${series.bars[place]} of ${request.window} ${bars}${why}, at least ${fewest} are needed; available when the missing ones are filled`
}

/** null where high and low are not read, or no bar of the window has too few samples for them. */
function sampledReason(
  { estimator, window }: VolatilitySeries['request'],
  columns: CandleColumns,
  place: number,
): string | null {
  if (!readsRange(estimator)) return null
  const { bars, sparse } = countSparse(columns, place - window + 1, place + 1)
  if (sparse === 0) return null
  return `sampled source: ${sparse} of ${bars} bars have fewer than ${FEWEST_SAMPLES} samples, too few for their high and low; close-to-close is available`
}

function firstKnown({ length, states }: CandleColumns): number {
  let first = 0
  while (first < length && isMissing(states[first]!)) first++
  return first
}
