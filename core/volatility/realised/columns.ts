/** Measures of days as columns: none yet, and those of several stretches in one. */
import { DAY_MS, INTERVAL_MS } from '../../time/interval.ts'
import { REALISED_ESTIMATORS } from '../types.ts'
import { RETURNS_A_DAY } from './grid.ts'
import type { IntradayInterval, RealisedDays } from './types.ts'

/** Bars in 5 minutes, which are as many grids of 5-minute returns. */
export const gridsOf = (interval: IntradayInterval): number => (5 * INTERVAL_MS['1m']) / INTERVAL_MS[interval]

type DaysSpan = Pick<RealisedDays, 'startMs' | 'endMs' | 'length' | 'interval'>

/** Days of which nothing is known. */
export function emptyDays(span: DaysSpan): RealisedDays {
  const { length, interval } = span
  const column = () => new Float64Array(length).fill(NaN)
  return {
    ...span,
    expected: RETURNS_A_DAY * gridsOf(interval),
    present: new Uint16Array(length),
    empty: new Uint16Array(length),
    sampled: new Uint16Array(length),
    variance: { realized: column(), bipower: column(), 'med-rv': column() },
    down: column(),
    up: column(),
    jumpShare: column(),
    jumpStatistic: column(),
  }
}

/** The days from `startMs` on as one, unknown where no stretch has them; what a stretch has beside them is left out. */
export function joinDays(
  stretches: readonly RealisedDays[],
  startMs: number,
  length: number,
  interval: IntradayInterval,
): RealisedDays {
  const known = stretches.reduce((end, stretch) => Math.max(end, stretch.endMs), startMs)
  const endMs = Math.min(known, startMs + length * DAY_MS)
  const days = emptyDays({ startMs, endMs, length, interval })
  for (const stretch of stretches) {
    const offset = (stretch.startMs - startMs) / DAY_MS
    for (let day = Math.max(0, -offset); day < Math.min(stretch.length, length - offset); day++) {
      const at = offset + day
      days.present[at] = stretch.present[day]!
      days.empty[at] = stretch.empty[day]!
      days.sampled[at] = stretch.sampled[day]!
      for (const estimator of REALISED_ESTIMATORS)
        days.variance[estimator][at] = stretch.variance[estimator][day]!
      days.down[at] = stretch.down[day]!
      days.up[at] = stretch.up[day]!
      days.jumpShare[at] = stretch.jumpShare[day]!
      days.jumpStatistic[at] = stretch.jumpStatistic[day]!
    }
  }
  return days
}
