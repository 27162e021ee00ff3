/**
 * σ over a sliding window of the grid, one value a place, by any estimator, with how many bars each value rests on.
 * The formula is applied to the bars that could enter; what is missing gives nothing, and no return crosses it.
 */
import { isMissing, type CandleColumns } from '../candle/columns.ts'
import { closeToClose } from './close.ts'
import { LogColumns, type Entering } from './logs.ts'
import { garmanKlass, garmanKlassYangZhang, parkinson, rogersSatchell } from './range.ts'
import { checkRequest, fewestBars, needsCloseBefore } from './request.ts'
import type { VolatilityRequest, VolatilitySeries } from './types.ts'
import { yangZhang } from './yang-zhang.ts'

/**
 * Rolling volatility of a series.
 *
 * @param columns one market and interval; closed candles only, unless the forming one is wanted in σ
 * @param request what to compute
 * @param logs logarithms of the same columns, to be shared when several estimators or windows are asked for
 * @returns σ, bars and flat bars at each place; NaN where not available
 * @throws RangeError when the request cannot be computed: its message names what was given and what is accepted
 */
export function volatility(
  columns: CandleColumns,
  request: VolatilityRequest,
  logs: LogColumns = new LogColumns(columns),
): VolatilitySeries {
  checkRequest(request)
  if (logs.columns !== columns) throw new RangeError('the logarithms given belong to other columns')
  const { estimator, window } = request
  const paired = needsCloseBefore(estimator)
  const entering = paired ? logs.paired() : logs.single()
  const { bars, flat } = countBars(entering, columns.length, window)
  // A window longer than the grid has no point; it must not cost memory either.
  const sigma = variance(logs, request, Math.min(window, columns.length), bars)
  const { first, end } = knownSpan(columns)
  const firstPlace = first + window - (paired ? 0 : 1)
  const fewest = fewestBars(request)
  const factor = request.barsPerYear ?? 1
  sigma.fill(NaN, 0, firstPlace)
  for (let i = firstPlace; i < end; i++) sigma[i] = bars[i]! >= fewest ? Math.sqrt(sigma[i]! * factor) : NaN
  sigma.fill(NaN, end)
  const { startMs, interval } = columns
  return { request, startMs, interval, firstPlace, endPlace: end, sigma, bars, flat }
}

/** Where the series begins and ends: its first known place, and the one after its last. Both 0 where nothing is known. */
function knownSpan({ length, states }: CandleColumns): { first: number; end: number } {
  let first = 0
  while (first < length && isMissing(states[first]!)) first++
  if (first === length) return { first: 0, end: 0 }
  let end = length
  while (isMissing(states[end - 1]!)) end--
  return { first, end }
}

function variance(
  logs: LogColumns,
  { estimator, mean }: VolatilityRequest,
  window: number,
  bars: Uint32Array,
): Float64Array {
  switch (estimator) {
    case 'close':
      return closeToClose(logs, window, bars, mean)
    case 'parkinson':
      return parkinson(logs, window, bars)
    case 'garman-klass':
      return garmanKlass(logs, window, bars)
    case 'rogers-satchell':
      return rogersSatchell(logs, window, bars)
    case 'gk-yz':
      return garmanKlassYangZhang(logs, window, bars)
    case 'yang-zhang':
      return yangZhang(logs, window, bars)
  }
}

/** How many bars, and how many flat ones, could enter the window that ends at each place. */
function countBars(
  { before, flatBefore }: Entering,
  length: number,
  window: number,
): { bars: Uint32Array; flat: Uint32Array } {
  const bars = before.slice(1)
  const flat = flatBefore.slice(1)
  for (let i = window; i < length; i++) {
    bars[i]! -= before[i - window + 1]!
    flat[i]! -= flatBefore[i - window + 1]!
  }
  return { bars, flat }
}

export { newestReceipt, percentile, receiptAt } from './receipt.ts'
