/**
 * What the bootstrap band was measured to cover, by simulation: of normal returns, Student-t(4) returns and GARCH(1,1) returns with
 * normal and with fat-tailed shocks, for close to close and for the range estimators. `docs/volatility.md` has the whole table and
 * the command that makes it.
 */
import type { Estimator } from '../types.ts'

/** From the worst to the best of the simulated kinds of returns, for windows of so many bars. */
export interface Measured {
  readonly bars: number
  readonly least: number
  readonly most: number
}

const WINDOWED: readonly Measured[] = [
  { bars: 14, least: 0.946, most: 0.973 },
  { bars: 30, least: 0.928, most: 0.968 },
  { bars: 90, least: 0.917, most: 0.97 },
  { bars: 365, least: 0.918, most: 0.976 },
]

/** As many bars as leave a variance as sure as the weights of the exponential average do. */
const EXPONENTIAL: Measured = { bars: 32, least: 0.953, most: 0.975 }

/** That of the measured window nearest in length, on a logarithmic scale. */
export function measuredCoverage(estimator: Estimator, bars: number): Measured {
  if (estimator === 'ewma') return EXPONENTIAL
  const away = (row: Measured) => Math.abs(Math.log(row.bars / bars))
  return WINDOWED.reduce((nearest, row) => (away(row) < away(nearest) ? row : nearest))
}
