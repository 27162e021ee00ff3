import { beforeEach, describe, expect, test } from 'vitest'
import { State } from '../../core/candle/columns.ts'
import type { MarketId } from '../../core/market.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/time/interval.ts'
import { rowAt, TestArchive } from '../lib/sync/test-archive.ts'
import { testDevice, type TestDevice } from '../lib/sync/test-device.ts'
import { Compute } from './compute.ts'

const DAY = Date.UTC(2024, 2, 14)
const NOW = DAY + 10 * HOUR_MS
const LEFT = NOW - 26 * HOUR_MS

let archive: TestArchive
let market: MarketId
let device: TestDevice
let compute: Compute

beforeEach(async () => {
  archive = new TestArchive(NOW)
  market = archive.addMarket('coinbase:BTC-USD')
  archive.fill(market, '1d', DAY - 100 * DAY_MS, DAY)
  await archive.seal(market, '1d', '2023')
  device = await testDevice(archive)
  compute = new Compute(device.store)
})

describe('an absence', () => {
  test('is the move from the last close before it to the newest, in σ of the days before it', async () => {
    archive.fill(market, '1m', DAY - 3 * DAY_MS, NOW)
    await device.round()
    const [view] = await compute.absence([market], LEFT, NOW)
    const close = (ms: number) => Number(rowAt(market, '1m', ms, 0).close)
    const { from, to, change, sigmas, sigmaSpan, receipt } = view!.move!
    expect(from).toEqual({ price: close(LEFT - MINUTE_MS), atMs: LEFT })
    expect(to).toEqual({ price: close(NOW - MINUTE_MS), atMs: NOW })
    expect(change).toBeCloseTo(to.price / from.price - 1, 12)
    expect(receipt).toMatchObject({ estimator: 'yang-zhang', interval: '1d', asOfMs: DAY - DAY_MS })
    expect(sigmaSpan).toBeCloseTo((receipt.sigma / Math.sqrt(365)) * Math.sqrt(26 / 24), 12)
    expect(sigmas).toBeCloseTo(Math.log(to.price / from.price) / sigmaSpan, 12)
  })

  test('of which only days are here goes by days, and says from when to when', async () => {
    await device.round()
    const [view] = await compute.absence([market], LEFT, NOW)
    expect(view!.move!.from.atMs).toBe(DAY - DAY_MS)
    expect(view!.move!.to.atMs).toBe(DAY)
  })

  test('names the minutes that are missing, without the last ones and without those before what is kept', async () => {
    archive.fill(market, '1m', LEFT - HOUR_MS, DAY)
    archive.fill(market, '1m', DAY + 42 * MINUTE_MS, NOW)
    await device.round()
    const [view] = await compute.absence([market], LEFT, NOW + 10 * MINUTE_MS)
    expect(view!.missing).toEqual([{ fromMs: DAY, toMs: DAY + 42 * MINUTE_MS, state: State.missing }])
  })

  test('of a market without candles has no move and misses nothing', async () => {
    const young = archive.addMarket('coinbase:NEW-USD')
    await device.round()
    expect(await compute.absence([young], LEFT, NOW)).toEqual([{ market: young, move: null, missing: [] }])
  })

  test('of a sampled market is measured by closes alone', async () => {
    const coin = archive.addMarket('coingecko:bitcoin-usd')
    archive.fill(coin, '1d', DAY - 100 * DAY_MS, DAY)
    await archive.seal(coin, '1d', '2023')
    await device.round()
    const [view] = await compute.absence([coin], LEFT, NOW)
    expect(view!.move!.receipt.estimator).toBe('close')
    expect(view!.move!.sigmas).not.toBeNaN()
  })
})
