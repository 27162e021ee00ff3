/**
 * What a request for volatility means: its checks, and what an estimator needs of a window.
 */
import {
  ESTIMATORS,
  REALISED_ESTIMATORS,
  type Estimator,
  type RealisedEstimator,
  type VolatilityRequest,
} from './types.ts'

/** Whether a bar needs the close before it. */
export function needsCloseBefore(estimator: Estimator): boolean {
  return estimator === 'close' || estimator === 'gk-yz' || estimator === 'yang-zhang' || estimator === 'ewma'
}

/** Whether the estimator is made of the returns inside each day; its values stand on the grid of days. */
export function isRealised(estimator: Estimator): estimator is RealisedEstimator {
  return (REALISED_ESTIMATORS as readonly Estimator[]).includes(estimator)
}

/** The fewest bars that give a value: max(2, minCoverage × window). */
export function fewestBars(request: Pick<VolatilityRequest, 'window' | 'minCoverage'>): number {
  // 0.55 × 20 is a little more than 11 in doubles; 11 bars of 20 are 55 % all the same.
  return Math.max(2, Math.ceil(request.minCoverage * request.window - 1e-9))
}

/**
 * Refuses what cannot be computed.
 *
 * @throws RangeError whose message names what was given and what is accepted
 */
export function checkRequest({ estimator, window, mean, barsPerYear, minCoverage }: VolatilityRequest): void {
  if (!ESTIMATORS.includes(estimator))
    throw new RangeError(`estimator "${String(estimator)}" is unknown: one of ${ESTIMATORS.join(', ')}`)
  if (!Number.isSafeInteger(window) || window < 2)
    throw new RangeError(`window ${window} cannot be computed: a whole number of at least 2 places`)
  if (mean !== 'sample' && mean !== 'zero')
    throw new RangeError(`mean "${String(mean)}" is unknown: sample or zero`)
  if (barsPerYear !== null && !(barsPerYear > 0 && barsPerYear < Infinity))
    throw new RangeError(`${barsPerYear} bars per year cannot be annualised with: a number above 0, or none`)
  if (!(minCoverage >= 0 && minCoverage <= 1))
    throw new RangeError(`coverage of ${minCoverage} cannot be asked for: a share from 0 to 1`)
}
