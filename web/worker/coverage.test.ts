import { expect, it } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/time/interval.ts'
import { TestArchive } from '../lib/sync/test-archive.ts'
import { testDevice } from '../lib/sync/test-device.ts'
import { coverageOf } from './coverage.ts'

const NOW = Date.UTC(2024, 2, 14, 10)

it('tells of each day what is here, what is missing and why, and what only the server has', async () => {
  const archive = new TestArchive(NOW)
  const market = archive.addMarket('coinbase:BTC-USD')
  archive.fill(market, '1m', Date.UTC(2024, 0, 1), Date.UTC(2024, 1, 1))
  await archive.seal(market, '1m', '2024-01')
  const holeMs = Date.UTC(2024, 1, 20, 4)
  archive.fill(market, '1m', Date.UTC(2024, 1, 1), holeMs)
  archive.fill(market, '1m', holeMs + 30 * MINUTE_MS, NOW)
  await archive.seal(market, '1m', '2024-02')
  const device = await testDevice(archive)
  await device.store.packs.put({ market, minuteDays: 30 })
  await device.round()
  const coverage = await coverageOf(device.store, market, '1m', NOW)
  expect(coverage.startMs).toBe(Date.UTC(2024, 0, 1))
  const at = (ms: number) => (ms - coverage.startMs) / DAY_MS
  const january = coverage.periods[0]!
  expect(january).toMatchObject({ period: '2024-01', expected: 31 * 1440, isHere: false })
  expect(coverage.here[at(Date.UTC(2024, 0, 31))]).toBe(0)
  const known = (day: number) => coverage.present[day]! + coverage.empty[day]!
  expect(known(at(Date.UTC(2024, 1, 19)))).toBe(1440)
  const day = at(Date.UTC(2024, 1, 20))
  expect([coverage.here[day], known(day), coverage.missing.outage[day]]).toEqual([1440, 1410, 30])
  expect(coverage.missing.unknown[day]).toBe(0)
  // Today, as far as it has come.
  expect(coverage.here).toHaveLength(at(NOW - 10 * HOUR_MS) + 1)
  expect(known(coverage.here.length - 1)).toBe(600)
  device.store.close()
})

it('of a series of which nobody knows anything there are no days', async () => {
  const device = await testDevice(new TestArchive(NOW))
  const coverage = await coverageOf(device.store, 'coinbase:NO-USD' as never, '1h', NOW)
  expect(coverage.startMs).toBeNaN()
  expect(coverage.here).toHaveLength(0)
  device.store.close()
})
