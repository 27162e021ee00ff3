import { beforeEach, describe, expect, it } from 'vitest'
import { candlesCsv } from '../../core/csv/write.ts'
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
  archive.fill(market, '1d', Date.UTC(2023, 5, 1), DAY)
  await archive.seal(market, '1d', '2023')
  // Two weeks of hours are not there.
  archive.fill(market, '1h', Date.UTC(2023, 10, 1), Date.UTC(2023, 11, 1))
  archive.fill(market, '1h', Date.UTC(2023, 11, 15), NOW)
  await archive.seal(market, '1h', '2023')
  archive.fill(market, '1m', DAY - DAY_MS, NOW)
  device = await testDevice(archive)
  await device.round()
  compute = new Compute(device.store)
})

const isEmpty = (ms: number, step: number) => (ms / step) % 97 === 5
const closeAt = (interval: '1h' | '1d', ms: number) => Number(rowAt(market, interval, ms, 0).close)

describe('the distribution of returns', () => {
  it('has the return of each day of the span, the first against the day before it', async () => {
    const fromMs = Date.UTC(2024, 0, 1)
    const view = await compute.distribution({ market, interval: '1d', fromMs, toMs: DAY })
    expect(view.returns).toHaveLength(73)
    expect(view.returns[0]).toBeCloseTo(Math.log(closeAt('1d', fromMs) / closeAt('1d', fromMs - DAY_MS)), 12)
    const sorted = view.returns.toSorted()
    expect(view.worst).toMatchObject({ value: sorted[0] })
    expect(view.returns[(view.worst!.startMs - fromMs) / DAY_MS]).toBe(sorted[0])
    expect(view.best!.value).toBe(sorted.at(-1))
    expect(view.shape.count).toBe(73)
    expect(view.receipt).toMatchObject({
      barsUsed: 73,
      barsExpected: 73,
      fromMs,
      toMs: DAY,
      asOfMs: DAY,
      reason: null,
    })
  })

  it('has no return over missing hours, and says how many bars were used', async () => {
    const [fromMs, toMs] = [Date.UTC(2023, 10, 25), Date.UTC(2023, 11, 20)]
    const view = await compute.distribution({ market, interval: '1h', fromMs, toMs })
    // The hours of the hole, and the first one after it.
    expect(view.receipt).toMatchObject({ barsExpected: 25 * 24, barsUsed: 11 * 24 - 1 })
    const after = (Date.UTC(2023, 11, 15) - fromMs) / HOUR_MS
    expect(view.returns[after]).toBeNaN()
    expect(view.returns[after + 1]).not.toBeNaN()
  })

  it('of a span with too few says so', async () => {
    const view = await compute.distribution({ market, interval: '1d', fromMs: DAY - 3 * DAY_MS, toMs: DAY })
    expect(view.receipt.reason).toEqual({ why: 'few returns', used: 3, fewest: 8 })
  })
})

describe('the drawdown', () => {
  it('is that of the closes of the span, with its dates', async () => {
    const fromMs = Date.UTC(2024, 0, 1)
    const view = await compute.drawdown({ market, interval: '1d', fromMs, toMs: DAY })
    let top = 0
    let worst = 0
    let worstMs = 0
    for (let ms = fromMs; ms < DAY; ms += DAY_MS) {
      if (isEmpty(ms, DAY_MS)) continue
      top = Math.max(top, closeAt('1d', ms))
      const depth = closeAt('1d', ms) / top - 1
      if (depth < worst) [worst, worstMs] = [depth, ms]
    }
    expect(view.deepest).toMatchObject({ depth: worst, troughMs: worstMs })
    expect(view.levels[0]!.close).toHaveLength(73)
    expect(view.receipt).toMatchObject({ barsUsed: 73, reason: null })
  })

  it('of nothing says so', async () => {
    const view = await compute.drawdown({ market, interval: '1d', fromMs: 0, toMs: 5 * DAY_MS })
    expect(view).toMatchObject({ deepest: null, current: null, absent: [{ fromMs: 0 }] })
    expect(view.receipt.reason).toEqual({ why: 'few bars', used: 0, fewest: 2 })
  })
})

describe('the week of hours', () => {
  it('counts the returns of each hour of the week, in the zone asked for', async () => {
    const fromMs = NOW - 12 * 7 * DAY_MS
    const view = await compute.week({ market, fromMs, toMs: NOW, zone: 'utc' })
    expect(view.widened).toBe(false)
    expect([...view.counts]).toEqual(Array.from({ length: 168 }, () => 12))
    const thursdayNine = 4 * 24 + 9
    let squares = 0
    for (let week = 0; week < 12; week++) {
      const ms = NOW - HOUR_MS - week * 7 * DAY_MS
      let before = ms - HOUR_MS
      while (isEmpty(before, HOUR_MS)) before -= HOUR_MS
      if (!isEmpty(ms, HOUR_MS)) squares += Math.log(closeAt('1h', ms) / closeAt('1h', before)) ** 2
    }
    expect(view.sigma[thursdayNine]).toBeCloseTo(Math.sqrt((squares / 12) * 8760), 8)
  })

  it('of a short span reaches back twelve weeks, and tells', async () => {
    const view = await compute.week({ market, fromMs: NOW - DAY_MS, toMs: NOW, zone: 'utc' })
    expect(view).toMatchObject({ widened: true, receipt: { fromMs: NOW - 12 * 7 * DAY_MS, reason: null } })
  })

  it('of a market that is days old has no cell, and says why', async () => {
    const young = archive.addMarket('coinbase:NEW-USD')
    archive.fill(young, '1h', NOW - 9 * DAY_MS, NOW)
    await device.round()
    const view = await compute.week({ market: young, fromMs: NOW - DAY_MS, toMs: NOW, zone: 'utc' })
    expect(view.receipt.reason).toEqual({ why: 'few hours', used: 215, fewest: 4 })
  })
})

describe('candles as CSV', () => {
  it('are those stored, byte for byte, over sealed periods and the tail', async () => {
    const [fromMs, toMs] = [Date.UTC(2023, 11, 31, 20), Date.UTC(2024, 0, 1, 4)]
    const file = await compute.csv({ market, interval: '1h', fromMs: fromMs - 1, toMs })
    const rows = []
    for (let ms = fromMs; ms < toMs; ms += HOUR_MS)
      if (!isEmpty(ms, HOUR_MS)) rows.push({ ...rowAt(market, '1h', ms, 0), volume: null })
    const text = await file.blob.text()
    // The device keeps no volume of sealed periods; what it does not know is left empty.
    expect(text.replace(/,[^,\n]*\n/g, ',\n').replace(/^.*\n/, '')).toBe(
      [...candlesCsv(rows)].slice(1).join(''),
    )
    expect(text.startsWith('time,open,high,low,close,volume\n')).toBe(true)
    expect(file).toMatchObject({ fromMs, toMs, bars: rows.length, missing: 0 })
  })

  it('have the volumes where this device keeps them', async () => {
    await device.store.packs.put({ market, minuteDays: 30, volume: true })
    await device.round()
    const [fromMs, toMs] = [Date.UTC(2023, 11, 31), Date.UTC(2024, 0, 1)]
    const file = await compute.csv({ market, interval: '1h', fromMs, toMs })
    const rows = []
    for (let ms = fromMs; ms < toMs; ms += HOUR_MS)
      if (!isEmpty(ms, HOUR_MS)) rows.push(rowAt(market, '1h', ms, 0))
    expect(await file.blob.text()).toBe([...candlesCsv(rows)].join(''))
  })

  it('of an interval that is made of minutes are exact, too', async () => {
    const fromMs = DAY + HOUR_MS
    const file = await compute.csv({ market, interval: '5m', fromMs, toMs: fromMs + 300_000 })
    const minutes = [0, 1, 2, 3, 4]
      .map((i) => fromMs + i * MINUTE_MS)
      .filter((ms) => !isEmpty(ms, MINUTE_MS))
      .map((ms) => rowAt(market, '1m', ms, 0))
    const extreme = (name: 'high' | 'low', better: (a: number, b: number) => boolean) =>
      minutes.map((row) => row[name]).reduce((a, b) => (better(Number(b), Number(a)) ? b : a))
    const line = (await file.blob.text()).split('\n')[1]!
    expect(line.split(',').slice(1, 5)).toEqual([
      minutes[0]!.open,
      extreme('high', (a, b) => a > b),
      extreme('low', (a, b) => a < b),
      minutes.at(-1)!.close,
    ])
  })

  it('count what is missing', async () => {
    const [fromMs, toMs] = [Date.UTC(2023, 10, 30), Date.UTC(2023, 11, 16)]
    const file = await compute.csv({ market, interval: '1h', fromMs, toMs })
    expect(file.missing).toBe(14 * 24)
    expect(file.bars + file.empty).toBe(2 * 24)
  })
})
