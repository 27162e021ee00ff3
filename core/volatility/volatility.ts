/**
 * σ over a sliding window of the grid, one value a place, by any estimator, with how many bars each value rests on.
 * The formula is applied to the bars that could enter; what is missing gives nothing, and no return crosses it.
 */
import type { CandleColumns } from '../candle/columns.ts'
import { RollingDeviations } from './deviations.ts'
import { exponentiallyWeighted } from './ewma.ts'
import { ingredientsOf } from './ingredients.ts'
import { LogColumns } from './logs.ts'
import { checkRequest, isRealised } from './request.ts'
import { countSparse, readsRange } from './sampled.ts'
import type { BarEstimator, Mean, VolatilityRequest, VolatilitySeries } from './types.ts'
import { realisedVolatility } from './realised/series.ts'
import { RollingSum } from './rolling.ts'
import { seriesOf } from './series.ts'
import type { Part, Windows } from './windows.ts'

/**
 * Rolling volatility of a series.
 *
 * @param columns one market and interval; closed candles only, unless the forming one is wanted in σ
 * @param request what to compute
 * @param logs logarithms of the same columns, to be shared when several estimators or windows are asked for; σ may be
 *   given back to their memory once it is of no use any more
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
  const { estimator, mean } = request
  if (isRealised(estimator)) return realisedVolatility(logs, request, estimator)
  return seriesOf(logs, request, (windows) => parts(logs, estimator, mean, windows))
}

/**
 * σ by the estimator asked for, or close to close where its newest window has bars of too few samples for their high and low:
 * for screens, where some σ with its reason helps more than none. The series names the estimator that was taken.
 */
export function volatilityOrCloses(
  columns: CandleColumns,
  request: VolatilityRequest,
  logs: LogColumns,
): VolatilitySeries {
  const series = volatility(columns, request, logs)
  const newest = series.endPlace - 1
  if (!readsRange(request.estimator) || !Number.isNaN(series.sigma[newest] ?? 0)) return series
  if (countSparse(columns, newest - request.window + 1, newest + 1).sparse === 0) return series
  logs.memory.giveBack(series.sigma)
  return volatility(columns, { ...request, estimator: 'close' }, logs)
}

/** What the variance of an estimator is made of. */
function parts(logs: LogColumns, estimator: BarEstimator, mean: Mean, windows: Windows): readonly Part[] {
  if (estimator === 'ewma') return [exponentiallyWeighted(logs, windows)]
  const places = { bars: () => logs.bars(), links: () => logs.links(), enters: windows.enters }
  return ingredientsOf(places, estimator, mean).map((ingredient) =>
    'sumOf' in ingredient
      ? new RollingSum(ingredient.sumOf, windows, ingredient.factor)
      : new RollingDeviations(ingredient.deviationsOf, windows, ingredient.factor),
  )
}

export { knownMs, newestReceipt, percentile, receiptAt } from './receipt.ts'
