/**
 * σ of the realised family: the mean over the days of a window, a year's days in it.
 */
import { countBars, knownSpan } from '../entering.ts'
import type { LogColumns } from '../logs.ts'
import { Memory } from '../memory.ts'
import { fewestBars } from '../request.ts'
import { RollingSum } from '../rolling.ts'
import { enteringOf } from '../terms.ts'
import type { RealisedEstimator, VolatilityRequest, VolatilitySeries } from '../types.ts'
import { meanOf, rootOfSum } from '../windows.ts'
import type { RealisedDays } from './types.ts'

/**
 * σ at each UTC day from the first known bar to the last; windows count days.
 *
 * @param logs of minutes or bars of 5 minutes; of longer ones nothing is available at any of their places
 */
export function realisedVolatility(
  logs: LogColumns,
  request: VolatilityRequest,
  estimator: RealisedEstimator,
): VolatilitySeries {
  const days = logs.days()
  return days ? volatilityOfDays(days, request, estimator, logs.memory) : notAvailable(logs, request)
}

/** σ of days that were measured before, as `realisedVolatility`. */
function volatilityOfDays(
  days: RealisedDays,
  request: VolatilityRequest,
  estimator: RealisedEstimator,
  memory = new Memory(),
): VolatilitySeries {
  const { length, startMs } = days
  const window = Math.min(request.window, length)
  const variance = days.variance[estimator]
  const enters = new Uint8Array(length)
  for (let day = 0; day < length; day++) enters[day] = Number.isNaN(variance[day]!) ? 0 : 1
  const { bars, flat } = countBars(enters, window)
  const firstPlace = request.window - 1
  const windows = {
    length,
    window,
    firstPlace,
    enters,
    bars,
    flat,
    fewest: fewestBars(request),
    barsPerYear: request.barsPerYear ?? 1,
  }
  const terms = new RollingSum(enteringOf(variance, enters), windows, meanOf)
  const sigma = rootOfSum(windows, [terms], memory.take(length))
  sigma.fill(NaN, 0, firstPlace)
  return { request, startMs, interval: '1d', firstPlace, endPlace: length, sigma, bars, flat, days }
}

function notAvailable({ columns, memory }: LogColumns, request: VolatilityRequest): VolatilitySeries {
  const { startMs, interval, length } = columns
  const { first, end } = knownSpan(columns)
  return {
    request,
    startMs,
    interval,
    firstPlace: first + request.window - 1,
    endPlace: end,
    sigma: memory.take(length).fill(NaN),
    bars: new Uint32Array(length),
    flat: new Uint32Array(length),
    days: null,
  }
}
