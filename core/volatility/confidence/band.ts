/** The three bands round a σ: how sure it is, how sure it would be of normal returns, and how far other estimators are from it. */
import type { LogColumns } from '../logs.ts'
import { isRealised } from '../request.ts'
import { BAR_ESTIMATORS, REALISED_ESTIMATORS, type VolatilityRequest } from '../types.ts'
import { bootstrapFactors, FEWEST_BARS } from './bootstrap.ts'
import { chiSquareFactors } from './chi-square.ts'
import { contributionsAt, varianceOf, type Contributions } from './contributions.ts'
import { LEVEL, type Band, type BandKind, type NoBand } from './kinds.ts'

/**
 * The band round the σ of the window that ends at a place: `low` ≤ σ ≤ `high`. A flat window has the band 0 to 0.
 *
 * @param request checked already, as σ was asked for
 */
export function bandAt(
  logs: LogColumns,
  request: VolatilityRequest,
  place: number,
  kind: BandKind,
): Band | NoBand {
  const contributions = contributionsAt(logs, request, place)
  if (!contributions) return { why: 'no sigma' }
  const sigma = sigmaOf(contributions, request)
  if (kind === 'spread') return spreadAt(logs, request, place, sigma)
  if (sigma === 0) return { low: 0, high: 0 }
  const factors =
    kind === 'normal'
      ? chiSquareFactors(degreesOf(logs, request, contributions), LEVEL)
      : bootstrapFactors(contributions)
  if (factors) return { low: sigma * factors.low, high: sigma * factors.high }
  const used = Math.floor(contributions.effective)
  return used < FEWEST_BARS
    ? { why: 'few bars for a band', used, fewest: FEWEST_BARS }
    : { why: 'few bars moved' }
}

function sigmaOf(contributions: Contributions, { barsPerYear }: VolatilityRequest): number {
  return Math.sqrt(varianceOf(contributions) * (barsPerYear ?? 1))
}

/** Estimators whose window is a window: the exponential average remembers more than it. */
const WINDOWED = BAR_ESTIMATORS.filter((estimator) => estimator !== 'ewma')

/** From the lowest to the highest σ of the estimators that the same bars serve. */
function spreadAt(logs: LogColumns, request: VolatilityRequest, place: number, sigma: number): Band | NoBand {
  let low = sigma
  let high = sigma
  let computed = 1
  for (const estimator of isRealised(request.estimator) ? REALISED_ESTIMATORS : WINDOWED) {
    if (estimator === request.estimator) continue
    const contributions = contributionsAt(logs, { ...request, estimator }, place)
    if (!contributions) continue
    const other = sigmaOf(contributions, request)
    low = Math.min(low, other)
    high = Math.max(high, other)
    computed++
  }
  return computed > 1 ? { low, high } : { why: 'one estimator' }
}

/**
 * Degrees of freedom of a variance of normal returns: 2 over its relative variance. A bar of a range estimator is worth several
 * returns (Garman & Klass 1980; Rogers & Satchell 1991), a day of the realised family nearly as many as it has of 5 minutes; the mean
 * over five grids is worth more, as measured (`docs/volatility.md`).
 */
function degreesOf(
  logs: LogColumns,
  { estimator, mean }: VolatilityRequest,
  { effective }: Contributions,
): number {
  switch (estimator) {
    case 'close':
      return mean === 'zero' ? effective : effective - 1
    case 'parkinson':
      return effective * 4.91
    case 'garman-klass':
    case 'gk-yz':
      return effective * 7.41
    case 'rogers-satchell':
      return effective * 6.04
    case 'yang-zhang':
      return effective * 7.3
    case 'ewma':
      return effective
    case 'realized':
      return effective * (hasMinutes(logs) ? 428 : 288)
    case 'bipower':
      return effective * (hasMinutes(logs) ? 365 : 221)
    case 'med-rv':
      return effective * (hasMinutes(logs) ? 338 : 195)
  }
}

/** Whether days are means over five grids. */
const hasMinutes = (logs: LogColumns): boolean => logs.days()?.interval === '1m'
