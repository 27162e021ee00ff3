import { beforeEach, describe, expect, test } from 'vitest'
import type { MarketId } from '../../core/market.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/time/interval.ts'
import { rowAt, TestArchive } from '../lib/sync/test-archive.ts'
import { testDevice, type TestDevice } from '../lib/sync/test-device.ts'
import { Compute } from './compute.ts'

const DAY = Date.UTC(2024, 2, 14)
const NOW = DAY + 10 * HOUR_MS

let archive: TestArchive
let market: MarketId
let device: TestDevice
let compute: Compute

beforeEach(async () => {
  archive = new TestArchive(NOW)
  market = archive.addMarket('coinbase:BTC-USD')
  device = await testDevice(archive)
  compute = new Compute(device.store)
})

describe('where the moves begin that end with a price', () => {
  test('is 00:00 UTC and 24 hours before it, each with the σ of the days that had ended by then', async () => {
    archive.fill(market, '1d', DAY - 100 * DAY_MS, DAY)
    await archive.seal(market, '1d', '2023')
    archive.fill(market, '1m', DAY - 3 * DAY_MS, NOW)
    await device.round()
    const starts = await compute.moveStarts(market, NOW, 'yang-zhang', 30)
    const close = (ms: number) => Number(rowAt(market, '1m', ms - MINUTE_MS, 0).close)
    expect(starts.day.from).toEqual({ price: close(DAY), atMs: DAY })
    expect(starts['24h'].from).toEqual({ price: close(NOW - DAY_MS), atMs: NOW - DAY_MS })
    expect(starts.day.receipt).toMatchObject({ estimator: 'yang-zhang', window: 30, asOfMs: DAY })
    expect(starts['24h'].receipt).toMatchObject({ barsUsed: 30, asOfMs: DAY - DAY_MS, warnings: [] })
  })

  test('is the close of the day before where its minutes are not here', async () => {
    archive.fill(market, '1d', DAY - 40 * DAY_MS, DAY)
    await archive.seal(market, '1d', '2024')
    await device.round()
    const starts = await compute.moveStarts(market, NOW, 'close', 30)
    expect(starts.day.from).toEqual({
      price: Number(rowAt(market, '1d', DAY - DAY_MS, 0).close),
      atMs: DAY,
    })
    // The last close before 24 hours ago is ten hours older: no move of a day.
    expect(starts['24h'].from).toBeNull()
  })

  test('of a market with too few days has its close, and says what σ lacks', async () => {
    archive.fill(market, '1d', DAY - 3 * DAY_MS, DAY)
    await device.round()
    const { day } = await compute.moveStarts(market, NOW, 'close', 30)
    expect(day.from?.atMs).toBe(DAY)
    expect(day.receipt.sigma).toBeNaN()
    expect(day.receipt.reason).toMatchObject({ why: 'too short', known: 3, wanted: 31 })
  })

  test('of a market without candles is nowhere', async () => {
    await device.round()
    const { day } = await compute.moveStarts(market, NOW, 'close', 30)
    expect(day).toMatchObject({ from: null, receipt: { reason: { why: 'no candles' } } })
  })
})
