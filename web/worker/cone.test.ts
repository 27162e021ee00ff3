import { beforeEach, describe, expect, it } from 'vitest'
import type { MarketId } from '../../core/market.ts'
import { barsPerYear, DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/time/interval.ts'
import { Cone } from '../../core/volatility/cone.ts'
import { readRankingRequest } from '../../core/volatility/ranking.ts'
import { newestReceipt, volatility } from '../../core/volatility/volatility.ts'
import { TestArchive } from '../lib/sync/test-archive.ts'
import { testDevice, type TestDevice } from '../lib/sync/test-device.ts'
import { Compute } from './compute.ts'

const DAY = Date.UTC(2024, 2, 14)
const NOW = DAY + 10 * HOUR_MS

let archive: TestArchive
let bitcoin: MarketId
let ether: MarketId
let device: TestDevice
let compute: Compute

beforeEach(async () => {
  archive = new TestArchive(NOW)
  bitcoin = archive.addMarket('coinbase:BTC-USD')
  ether = archive.addMarket('coinbase:ETH-USD')
  archive.fill(bitcoin, '1d', Date.UTC(2023, 5, 1), DAY)
  await archive.seal(bitcoin, '1d', '2023')
  archive.fill(bitcoin, '1m', NOW - 30 * HOUR_MS, NOW)
  archive.fill(ether, '1d', DAY - 20 * DAY_MS, DAY)
  device = await testDevice(archive)
  await device.round()
  compute = new Compute(device.store)
})

/** What columns of other lengths sum in another order differs in its last digits. */
const rounded = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, part: unknown) =>
      typeof part === 'number' ? Number(part.toPrecision(12)) : part,
    ),
  )

const days = (market: MarketId) => compute.columns(market, '1d', Date.UTC(2023, 5, 1), DAY)

describe('the cone', () => {
  const windows = [7, 30, 365]

  it('is that of all stored days, and of any day before without what came after', async () => {
    const asked = { estimator: 'parkinson', mean: 'sample', barsPerYear: 365, minCoverage: 0.5 } as const
    const expected = new Cone(await days(bitcoin), asked, windows)
    const request = { market: bitcoin, estimator: 'parkinson', windows } as const
    const newest = await compute.cone({ ...request, beforeMs: null })
    expect(newest).toMatchObject({ market: bitcoin, firstMs: Date.UTC(2023, 5, 1), endMs: DAY })
    expect(rounded(newest.windows)).toEqual(rounded(expected.at()))
    expect(newest.windows[1]!.quantiles).not.toBeNull()
    expect(newest.windows[2]).toMatchObject({ quantiles: null, receipt: { reason: { why: 'too short' } } })
    const past = DAY - 100 * DAY_MS
    const before = await compute.cone({ ...request, beforeMs: past })
    expect(rounded(before.windows)).toEqual(rounded(expected.at(past)))
  })

  it('follows what has changed on the device', async () => {
    const request = { market: ether, estimator: 'close', windows: [7], beforeMs: null } as const
    const [before] = (await compute.cone(request)).windows
    archive.fill(ether, '1d', DAY, DAY + DAY_MS)
    await device.round()
    await compute.invalidate(ether)
    const after = await compute.cone(request)
    expect(after.endMs).toBe(DAY + DAY_MS)
    expect(after.windows[0]!.windows).toBe(before!.windows + 1)
  })

  it('of a market of which nothing is stored says so', async () => {
    const none = archive.addMarket('coinbase:NEW-USD')
    await device.round()
    const view = await compute.cone({ market: none, estimator: 'close', windows, beforeMs: null })
    expect(view.windows[0]).toMatchObject({ quantiles: null, receipt: { reason: { why: 'no candles' } } })
  })
})

describe('the ranking', () => {
  it('has the newest σ of each market that is stored, and says why another has none', async () => {
    const ranking = await compute.ranking(readRankingRequest('24h', 'yang-zhang', null))
    expect(ranking.map(({ market }) => market)).toEqual([bitcoin, ether])
    const minutes = await compute.columns(bitcoin, '1m', NOW - 30 * HOUR_MS, NOW)
    const asked = {
      estimator: 'yang-zhang',
      window: 1440,
      mean: 'sample',
      barsPerYear: barsPerYear('1m'),
      minCoverage: 0.5,
    } as const
    const { sigma } = newestReceipt(volatility(minutes, asked), minutes)
    expect(ranking[0]!.sigma).toBeCloseTo(sigma, 12)
    expect(ranking[0]).toMatchObject({ barsExpected: 1440, reason: null })
    expect(NOW - ranking[0]!.asOfMs).toBeLessThan(2 * MINUTE_MS)
    expect(ranking[1]).toMatchObject({ sigma: NaN, reason: { why: 'no candles', interval: '1m' } })
  })

  it('over days has both, the largest first', async () => {
    const ranking = await compute.ranking(readRankingRequest('10d', 'close', '1d'))
    expect(ranking.every(({ asOfMs, barsUsed }) => asOfMs === DAY && barsUsed > 5)).toBe(true)
    expect(ranking[0]!.sigma).toBeGreaterThanOrEqual(ranking[1]!.sigma)
  })
})
