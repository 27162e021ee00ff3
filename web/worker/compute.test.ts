import { beforeEach, describe, expect, it, vi } from 'vitest'
import { State } from '../../core/candle/columns.ts'
import { DAY_MS, HOUR_MS, INTERVAL_MS, MINUTE_MS } from '../../core/time/interval.ts'
import type { MarketId } from '../../core/market.ts'
import { choosePacks } from '../lib/store/choose.ts'
import type { Store } from '../lib/store/database.ts'
import { rowAt, TestArchive } from '../lib/sync/test-archive.ts'
import { testDevice, type TestDevice } from '../lib/sync/test-device.ts'
import { Compute } from './compute.ts'

const DAY = Date.UTC(2024, 2, 14)
const NOW = DAY + 10 * HOUR_MS

let archive: TestArchive
let market: MarketId
let device: TestDevice
let store: Store
let compute: Compute

beforeEach(async () => {
  archive = new TestArchive(NOW)
  market = archive.addMarket('coinbase:BTC-USD')
  archive.fill(market, '1d', Date.UTC(2022, 5, 1), DAY)
  await archive.seal(market, '1d', '2022')
  await archive.seal(market, '1d', '2023')
  archive.fill(market, '1h', Date.UTC(2023, 0, 1), NOW)
  await archive.seal(market, '1h', '2023')
  archive.fill(market, '1m', Date.UTC(2024, 2, 1), NOW)
  device = await testDevice(archive)
  await device.round()
  store = device.store
  compute = new Compute(store)
})

describe('a view of prices', () => {
  it.each([
    ['24h', '1m', 1440],
    ['7d', '5m', 7 * 288],
    ['1M', '1h', 30 * 24],
    ['3M', '1h', 90 * 24],
    ['1Y', '1h', 365 * 24],
  ] as const)('of %s is made of %s bars over the whole range', async (range, interval, length) => {
    const view = await compute.price(market, range, NOW)
    expect(view).toMatchObject({ interval, asOfMs: NOW })
    expect((view.home.toMs - view.home.fromMs) / INTERVAL_MS[interval]).toBe(length)
    expect(view.home.toMs).toBe(NOW)
    expect(view.levels[0]!.close).toHaveLength(view.length)
  })

  it.each([
    ['24h', Date.UTC(2024, 2, 1)],
    ['7d', Date.UTC(2024, 2, 1)],
    ['1M', Date.UTC(2023, 0, 1)],
    ['1Y', Date.UTC(2023, 0, 1)],
  ] as const)('of %s reaches back to whatever of its bars is here', async (range, startMs) => {
    const view = await compute.price(market, range, NOW)
    expect(view.startMs).toBe(startMs)
    expect(view.startMs + view.length * INTERVAL_MS[view.interval]).toBe(NOW)
  })

  it('of minutes reaches back a month at most, however many are here', async () => {
    archive.fill(market, '1m', Date.UTC(2024, 0, 1), Date.UTC(2024, 2, 1))
    await archive.seal(market, '1m', '2024-01')
    await archive.seal(market, '1m', '2024-02')
    await store.packs.put({ market, minuteDays: 366 })
    await device.round()
    const view = await compute.price(market, '24h', NOW)
    expect(view.startMs).toBe(NOW - 31 * DAY_MS)
    expect(view.home.fromMs).toBe(NOW - DAY_MS)
  })

  it('of a range longer than what is here still shows the whole range', async () => {
    const young = archive.addMarket('coinbase:NEW-USD')
    archive.fill(young, '1m', NOW - 2 * DAY_MS, NOW)
    await device.round()
    const view = await compute.price(young, '7d', NOW)
    expect(view).toMatchObject({ interval: '5m', startMs: NOW - 7 * DAY_MS, length: 7 * 288 })
    expect(view.home).toEqual({ fromMs: view.startMs, toMs: NOW })
  })

  it('of all time begins with the first known day', async () => {
    const view = await compute.price(market, 'All', NOW)
    expect(view.interval).toBe('1d')
    expect(view.startMs).toBe(Date.UTC(2022, 5, 1))
    expect(view.home).toEqual({ fromMs: view.startMs, toMs: view.startMs + view.length * DAY_MS })
    expect(view.asOfMs).toBe(DAY)
  })

  it('of a year is made of minutes once a year of them is here', async () => {
    archive.fill(market, '1m', Date.UTC(2023, 2, 1), Date.UTC(2024, 2, 1))
    for (let month = 2; month < 14; month++) {
      const text = new Date(Date.UTC(2023, month)).toISOString().slice(0, 7)
      await archive.seal(market, '1m', text)
    }
    await store.packs.put({ market, minuteDays: 366 })
    await device.round()
    const view = await compute.price(market, '1Y', NOW)
    expect(view).toMatchObject({ interval: '1m', home: { fromMs: NOW - 365 * DAY_MS, toMs: NOW } })
    const at = 200_000
    const ms = view.startMs + at * MINUTE_MS
    expect(view.levels[0]!.close[at]).toBe(Number(rowAt(market, '1m', ms, 0).close))
  })

  it('shows the last stretch that is here when the device was away for longer than the range', async () => {
    const view = await compute.price(market, '24h', NOW + 5 * DAY_MS)
    expect(view).toMatchObject({ home: { fromMs: NOW - DAY_MS, toMs: NOW }, asOfMs: NOW })
  })

  it('says which places are empty', async () => {
    const view = await compute.price(market, '24h', NOW)
    const places = Array.from({ length: view.length }, (_, at) => view.startMs / MINUTE_MS + at)
    expect(view.absent).toHaveLength(places.filter((place) => place % 97 === 5).length)
    for (const span of view.absent)
      expect(span).toMatchObject({ toMs: span.fromMs + MINUTE_MS, state: State.empty })
  })

  it('has volumes where somebody wants them kept, sealed or not, summed by the columns of each level', async () => {
    expect((await compute.price(market, '3M', NOW)).volumes).toBeNull()
    await choosePacks(store, [market], { volume: true }, NOW)
    await device.round()
    await compute.invalidate(market)
    const { volumes, levels } = await compute.price(market, '3M', NOW)
    expect(volumes!.map((column) => column.length)).toEqual(levels.map(({ close }) => close.length))
    const known = (column: Float64Array) => column.filter((value) => !Number.isNaN(value))
    expect(known(volumes![0]!)).toHaveLength(known(levels[0]!.close).length)
    const sum = (column: Float64Array) => known(column).reduce((total, volume) => total + volume, 0)
    for (const column of volumes!) expect(sum(column)).toBeCloseTo(sum(volumes![0]!), 6)
    await choosePacks(store, [market], { volume: false }, NOW)
    await compute.invalidate(market)
    expect((await compute.price(market, '3M', NOW)).volumes).toBeNull()
  })

  it('belongs to whoever asked: writing into it spoils nothing', async () => {
    const view = await compute.price(market, '24h', NOW)
    const close = view.levels[0]!.close[7]
    view.levels[0]!.close[7] = -1
    const again = await compute.price(market, '24h', NOW)
    expect(again.levels[0]!.close[7]).toBe(close)
  })

  it('of a market without any candle is empty, not an error', async () => {
    const other = archive.addMarket('coinbase:NEW-USD')
    await device.round()
    expect(await compute.price(other, '1M', NOW)).toMatchObject({ asOfMs: null })
    expect((await compute.price(other, 'All', NOW)).length).toBe(0)
  })
})

describe('σ', () => {
  it('has a value from the first place asked for, since the window before it is read', async () => {
    const fromMs = NOW - 10 * DAY_MS
    const view = await compute.sigma({
      market,
      interval: '1h',
      estimator: 'yang-zhang',
      window: 24,
      mean: 'sample',
      fromMs,
      toMs: NOW,
    })
    expect(view.startMs).toBe(fromMs)
    expect(view.sigma).toHaveLength(240)
    expect(view.sigma.every((sigma) => sigma > 0)).toBe(true)
    expect(view.receipt).toMatchObject({ asOfMs: NOW, window: 24, barsExpected: 24, reason: null })
    expect(view.percentile).toBeGreaterThan(0)
  })

  it('of the list is that of the last known day', async () => {
    const [summary] = await compute.summaries([market], 'yang-zhang', 30)
    expect(summary!.receipt).toMatchObject({ interval: '1d', asOfMs: DAY, barsExpected: 30, reason: null })
  })

  it('of a market without candles is n/a with its reason', async () => {
    const other = archive.addMarket('coinbase:NEW-USD')
    await device.round()
    const [summary] = await compute.summaries([other], 'yang-zhang', 30)
    expect(summary!.receipt.sigma).toBeNaN()
    expect(summary!.receipt.reason).toMatchObject({ why: 'no candles' })
    expect(summary!.percentile).toBeNull()
  })
})

describe('the newest candle', () => {
  it('is exact and carries the change of the day', async () => {
    const [candle] = await compute.newest([market])
    const last = rowAt(market, '1m', NOW - MINUTE_MS, 0)
    expect(candle).toMatchObject({ price: last.close, asOfMs: NOW })
    const dayBefore = Number(rowAt(market, '1h', NOW - DAY_MS - HOUR_MS, 0).close)
    expect(candle!.change24h).toBeCloseTo(Number(last.close) / dayBefore - 1, 12)
  })
})

describe('what is stored', () => {
  it('is counted place by place', async () => {
    const days = (await compute.stored()).find((series) => series.interval === '1d')!
    const places = (DAY - Date.UTC(2022, 5, 1)) / DAY_MS
    const { fromMs, toMs, present, empty, missing, bytes } = days
    expect({ fromMs, toMs }).toEqual({ fromMs: Date.UTC(2022, 5, 1), toMs: DAY })
    expect(present + empty + missing).toBe(places)
    const first = Date.UTC(2022, 5, 1) / DAY_MS
    const known = Array.from({ length: places }, (_, at) => first + at)
    expect(empty).toBe(known.filter((place) => place % 97 === 5).length)
    expect(missing).toBe(0)
    expect(bytes).toBeGreaterThan(0)
  })
})

describe('stored bytes that the disk has spoilt', () => {
  it('read as missing, are told of, and are fetched again', async () => {
    const told = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const line = (await store.manifest.get([market, '1d', '2023', 'price']))!
    const chunk = (await store.chunks.get(line.held!))!
    await store.chunks.put({ ...chunk, bytes: chunk.bytes.map((byte, at) => (at === 80 ? byte ^ 1 : byte)) })
    const from = Date.UTC(2023, 5, 1)
    const damaged = await compute.columns(market, '1d', from, from + DAY_MS)
    expect(damaged.states[0]).toBe(State.missing)
    expect(told).toHaveBeenCalledOnce()
    told.mockRestore()
    await device.round()
    await compute.invalidate(market)
    const columns = await compute.columns(market, '1d', from, from + DAY_MS)
    expect(columns.close[0]).toBe(Number(rowAt(market, '1d', from, 0).close))
  })
})

describe('candles of sampled prices', () => {
  it('give σ of their closes whatever is asked for, and the receipt says what was taken instead', async () => {
    const coin = archive.addMarket('coingecko:bitcoin-usd')
    archive.fill(coin, '1d', Date.UTC(2023, 0, 1), DAY)
    await archive.seal(coin, '1d', '2023')
    await device.round()
    const columns = await compute.columns(coin, '1d', DAY - 2 * DAY_MS, DAY)
    expect([...columns.samples!]).toEqual([24, 24])
    const [closes] = await compute.summaries([coin], 'close', 30)
    expect(closes!.receipt.sigma).toBeGreaterThan(0)
    expect(closes!.receipt.insteadOf).toBeUndefined()
    for (const estimator of ['parkinson', 'yang-zhang'] as const) {
      const [summary] = await compute.summaries([coin], estimator, 30)
      expect(summary!.receipt).toEqual({ ...closes!.receipt, insteadOf: estimator })
      const request = { market: coin, interval: '1d', estimator, window: 30, mean: 'sample' } as const
      const view = await compute.sigma({ ...request, fromMs: DAY - 9 * DAY_MS, toMs: DAY })
      // Blocks of the rolling sum begin where the columns begin, so the last bit may differ.
      const { sigma } = view.receipt
      expect(sigma).toBeCloseTo(closes!.receipt.sigma, 12)
      expect(view.receipt).toEqual({ ...closes!.receipt, sigma, insteadOf: estimator })
    }
  })

  it('of which there are too few say how many their closes need', async () => {
    const coin = archive.addMarket('coingecko:bitcoin-usd')
    archive.fill(coin, '1d', DAY - 5 * DAY_MS, DAY)
    await device.round()
    const [summary] = await compute.summaries([coin], 'yang-zhang', 30)
    expect(summary!.receipt.sigma).toBeNaN()
    expect(summary!.receipt).toMatchObject({ estimator: 'close', insteadOf: 'yang-zhang' })
    expect(summary!.receipt.reason).toMatchObject({ why: 'too short', known: 5, wanted: 31 })
  })
})
