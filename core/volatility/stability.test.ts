/** A million bars, prices from 1e-9 to 1e9, long standstills and random gaps: what is due is there, and is exact. */
import { beforeAll, describe, expect, it } from 'vitest'
import type { CandleColumns } from '../candle/columns.ts'
import { cutColumns } from '../candle/cut.ts'
import { MINUTE_MS } from '../time/interval.ts'
import { LogColumns } from './logs.ts'
import { plainSeries } from './plain/bars.ts'
import { plainDays } from './plain/realised.ts'
import { fewestBars } from './request.ts'
import { hostileSeries } from './testing/hostile.ts'
import { BAR_ESTIMATORS, REALISED_ESTIMATORS } from './types.ts'
import { volatility } from './volatility.ts'

const LENGTH = 1_000_000
const WINDOW = 1440
/** From here on the market stands still, for long enough that an average forgets all before it. */
const [STILL, MOVES] = [500_000, 520_000]
/** Places that are held against the plain twins: in all parts of a block, and round the standstill. */
const PLACES = [1_500, 77_777, 250_013, 499_999, 500_700, 519_999, 520_001, 521_439, 800_001, 999_998]
/** An average of a bar before these is not seen any more: 0.94^2000 is below 1e-53. */
const REACH = 2_000

describe.each([
  ['1e-9', 1e-9, 1e-14],
  ['1e9', 1e9, 0.01],
])('a million bars of %s', (_, price, tick) => {
  let columns: CandleColumns
  let logs: LogColumns
  beforeAll(() => {
    columns = hostileSeries({
      seed: 9,
      length: LENGTH,
      price,
      step: 1e-3,
      tick,
      missing: 0.03,
      empty: 0.03,
      halted: 0.05,
      badTicks: 0,
    })
    for (const name of ['open', 'high', 'low', 'close'] as const)
      columns[name].fill(columns.close[STILL - 1] || price, STILL, MOVES)
    columns.states.fill(1, STILL - 1, MOVES)
    for (const name of ['open', 'high', 'low', 'close'] as const)
      columns[name][STILL - 1] = columns.close[STILL]!
    logs = new LogColumns(columns)
  })

  it.each(BAR_ESTIMATORS)('%s is exact, there wherever it is due, and 0 where nothing moves', (estimator) => {
    const request = {
      estimator,
      window: WINDOW,
      mean: 'sample',
      barsPerYear: 525_600,
      minCoverage: 0.9,
    } as const
    const { sigma, bars, firstPlace, endPlace } = volatility(columns, request, logs)
    const fewest = fewestBars(request)
    let wrong = 0
    for (let place = firstPlace; place < endPlace; place++)
      if (Number.isNaN(sigma[place]!) !== bars[place]! < fewest || sigma[place]! < 0) wrong++
    expect(wrong).toBe(0)
    const windowed = estimator !== 'ewma'
    for (let place = STILL + (windowed ? WINDOW : 13_000); place < MOVES; place += 97)
      expect(sigma[place]).toBe(0)
    for (const place of PLACES) {
      const from = Math.max(0, place - WINDOW - REACH)
      const cut = cutColumns(columns, from * MINUTE_MS, (place + 1) * MINUTE_MS)
      const plain = plainSeries(cut, request, cut.length - 1).at(-1)!
      expect(bars[place]).toBe(plain.bars)
      if (Number.isNaN(plain.sigma)) expect(sigma[place]).toBeNaN()
      else expect(Math.abs(sigma[place]! - plain.sigma)).toBeLessThanOrEqual(1e-9 * plain.sigma)
    }
    logs.memory.giveBack(sigma)
  })

  it('its days are exact, there wherever they are due, and 0 where nothing moves', () => {
    const days = logs.days()!
    // Days that lie in the standstill as a whole: 348 to 360.
    for (const estimator of REALISED_ESTIMATORS) {
      const variance = days.variance[estimator]
      for (let day = 0; day < days.length; day++)
        expect(Number.isNaN(variance[day]!)).toBe(days.present[day]! < 0.8 * days.expected)
      for (let day = 348; day <= 360; day++) expect(variance[day]).toBe(0)
    }
    const cut = cutColumns(columns, 400 * 1440 * MINUTE_MS, 403 * 1440 * MINUTE_MS)
    plainDays(cut).forEach(({ measures, present }, i) => {
      if (i > 0) expect(days.present[400 + i]).toBe(present)
      for (const estimator of REALISED_ESTIMATORS) {
        const exact = measures?.[estimator]
        const found = days.variance[estimator][400 + i]!
        if (exact === undefined) expect(found).toBeNaN()
        else if (i > 0) expect(Math.abs(found - exact)).toBeLessThanOrEqual(1e-9 * exact)
      }
    })
  })
})
