/** The realised family on a device: from the minutes that lie there, a month at a time. */
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { cutColumns } from '../../core/candle/cut.ts'
import type { MarketId } from '../../core/market.ts'
import { DAY_MS, HOUR_MS } from '../../core/time/interval.ts'
import { REALISED_ESTIMATORS } from '../../core/volatility/types.ts'
import { newestReceipt, volatility } from '../../core/volatility/volatility.ts'
import { TestArchive } from '../lib/sync/test-archive.ts'
import { testDevice, type TestDevice } from '../lib/sync/test-device.ts'
import { Compute } from './compute.ts'

const FIRST = Date.UTC(2024, 1, 25)
const DAY = Date.UTC(2024, 2, 6)
const NOW = DAY + 20 * HOUR_MS

let archive: TestArchive
let market: MarketId
let device: TestDevice
let compute: Compute

beforeEach(async () => {
  archive = new TestArchive(NOW)
  market = archive.addMarket('coinbase:BTC-USD')
  archive.fill(market, '1m', FIRST, NOW)
  archive.fill(market, '1d', DAY - 400 * DAY_MS, DAY)
  device = await testDevice(archive)
  await device.round()
  compute = new Compute(device.store)
})

const request = (window = 7) =>
  ({ market, interval: '1d', window, mean: 'sample', fromMs: DAY - 90 * DAY_MS, toMs: NOW }) as const

describe('σ of the realised family', () => {
  it('is that of all minutes at once, of the days that are over', async () => {
    const minutes = cutColumns(await compute.columns(market, '1m', FIRST, NOW), FIRST, DAY)
    for (const estimator of REALISED_ESTIMATORS) {
      const view = await compute.sigma({ ...request(), estimator })
      const asked = { estimator, window: 7, mean: 'zero', barsPerYear: 365, minCoverage: 0.5 } as const
      const whole = volatility(minutes, asked)
      expect(view).toMatchObject({ interval: '1d', startMs: FIRST, receipt: { asOfMs: DAY } })
      expect(view.sigma).toEqual(whole.sigma)
      expect(view.receipt).toEqual(newestReceipt(whole, minutes))
      const [summary] = await compute.summaries([market], estimator, 7)
      expect(summary!.receipt).toEqual(view.receipt)
    }
  })

  it('takes up a day that is over since, and measures no month twice', async () => {
    const before = await compute.sigma({ ...request(), estimator: 'realized' })
    const reads = vi.spyOn(device.store.chunks, 'bulkGet')
    await compute.sigma({ ...request(10), estimator: 'bipower' })
    expect(reads).not.toHaveBeenCalled()
    archive.fill(market, '1m', NOW, NOW + 5 * HOUR_MS)
    archive.nowMs = NOW + 5 * HOUR_MS
    await device.round()
    await compute.invalidate(market)
    const after = await compute.sigma({
      ...request(),
      estimator: 'realized',
      toMs: NOW + 5 * HOUR_MS,
    })
    expect(after.receipt.asOfMs).toBe(DAY + DAY_MS)
    expect(after.sigma.subarray(0, before.sigma.length)).toEqual(before.sigma)
  })

  it('without minutes, and of samples, is n/a with its reason', async () => {
    const other = archive.addMarket('coinbase:NEW-USD')
    const coin = archive.addMarket('coingecko:bitcoin-usd')
    archive.fill(other, '1d', DAY - 90 * DAY_MS, DAY)
    archive.fill(coin, '1m', DAY - 3 * DAY_MS, NOW)
    await device.round()
    const summaries = await compute.summaries([other, coin], 'realized', 7)
    expect(summaries.map(({ receipt }) => receipt.reason)).toEqual([
      { why: 'no minutes' },
      { why: 'sampled minutes' },
    ])
    const view = await compute.sigma({ ...request(), market: other, estimator: 'realized' })
    expect(view.sigma).toHaveLength(0)
    expect(view.receipt.sigma).toBeNaN()
  })
})

describe('the days in view', () => {
  it('are those that it touches and that are over', async () => {
    const view = await compute.realised({ market, fromMs: DAY - 3 * DAY_MS + HOUR_MS, toMs: NOW })
    expect(view).toMatchObject({ startMs: DAY - 3 * DAY_MS, expected: 1440, whole: { days: 3 } })
    expect(view.receipt).toMatchObject({ barsUsed: 3, barsExpected: 3, asOfMs: DAY, reason: null })
    view.variance.forEach((variance, day) => {
      expect(view.up[day]! + view.down[day]!).toBeCloseTo(variance, 14)
    })
  })

  it('have a reason where there are none', async () => {
    const view = await compute.realised({ market, fromMs: FIRST - 9 * DAY_MS, toMs: FIRST })
    expect(view.receipt.reason).toEqual({ why: 'no minutes' })
  })
})
