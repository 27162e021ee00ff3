/** The work of the benchmark of windows, the same in Node and in a page. */
import type { CandleColumns } from '../../core/candle/columns.ts'
import { LogColumns } from '../../core/volatility/logs.ts'
import type { Memory } from '../../core/volatility/memory.ts'
import { BAR_ESTIMATORS, REALISED_ESTIMATORS, type Estimator } from '../../core/volatility/types.ts'
import { volatility } from '../../core/volatility/volatility.ts'

const WINDOWS = [60, 240, 1440, 10_080, 43_200, 129_600]
const WINDOWS_OF_DAYS = [7, 14, 30, 90, 180, 365]

/**
 * σ of minutes by all estimators in six windows each; logarithms and days are made once, counts once a window.
 *
 * @param isSummed whether each σ is added up, to be compared
 * @returns the sums by window and estimator: of bars, then of days
 */
export function allWindows(columns: CandleColumns, memory: Memory, isSummed: boolean): number[] {
  const logs = new LogColumns(columns, memory)
  const sums: number[] = []
  const take = (estimator: Estimator, window: number, barsPerYear: number) => {
    const request = { estimator, window, mean: 'sample', barsPerYear, minCoverage: 0.5 } as const
    const { sigma, firstPlace } = volatility(columns, request, logs)
    // Places in the first block are left to a formula of its own in C, which knows no close before the first.
    const first = REALISED_ESTIMATORS.includes(estimator as 'realized') ? firstPlace : window
    let sum = 0
    if (isSummed) for (let place = first; place < sigma.length; place++) sum += sigma[place]!
    sums.push(sum)
    memory.giveBack(sigma)
  }
  for (const window of WINDOWS) for (const estimator of BAR_ESTIMATORS) take(estimator, window, 525_600)
  for (const window of WINDOWS_OF_DAYS)
    for (const estimator of REALISED_ESTIMATORS) take(estimator, window, 365)
  logs.release()
  return sums
}
