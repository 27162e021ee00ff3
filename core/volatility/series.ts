/** The series that parts of a variance add up to, over the windows of a request: what all estimators of bars have in common. */
import { knownSpan } from './entering.ts'
import type { LogColumns } from './logs.ts'
import { fewestBars, needsCloseBefore } from './request.ts'
import { readsRange } from './sampled.ts'
import type { VolatilityRequest, VolatilitySeries } from './types.ts'
import { rootOfSum, type Part, type Windows } from './windows.ts'

/**
 * @param request checked already; its estimator says which bars can enter
 * @param partsOf what the variance per bar is made of
 */
export function seriesOf(
  logs: LogColumns,
  request: VolatilityRequest,
  partsOf: (windows: Windows) => readonly Part[],
): VolatilitySeries {
  const { columns } = logs
  const { estimator, barsPerYear } = request
  const paired = needsCloseBefore(estimator)
  // A window longer than the grid has no point; it must not cost memory either.
  const window = Math.min(request.window, columns.length)
  const entering = logs.entering(paired, readsRange(estimator))
  const { bars, flat } = entering.counted(window)
  const { first, end } = knownSpan(columns)
  const firstPlace = first + request.window - (paired ? 0 : 1)
  const windows: Windows = {
    length: columns.length,
    window,
    firstPlace,
    enters: entering.codes(),
    bars,
    flat,
    fewest: fewestBars(request),
    barsPerYear: barsPerYear ?? 1,
  }
  const sigma = rootOfSum(windows, partsOf(windows), logs.memory.take(columns.length))
  sigma.fill(NaN, 0, firstPlace)
  sigma.fill(NaN, end)
  const { startMs, interval } = columns
  return { request, startMs, interval, firstPlace, endPlace: end, sigma, bars, flat }
}
