import { beforeEach, describe, expect, it } from 'vitest'
import { State } from '../../core/candle/columns.ts'
import type { MarketId } from '../../core/market.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/time/interval.ts'
import { TestArchive } from '../lib/sync/test-archive.ts'
import { testDevice, type TestDevice } from '../lib/sync/test-device.ts'
import { SeriesCache } from './columns.ts'

const DAY = Date.UTC(2024, 2, 14)
const NOW = DAY + 10 * HOUR_MS

describe('a series of the store', () => {
  let archive: TestArchive
  let market: MarketId
  let device: TestDevice
  let cache: SeriesCache

  beforeEach(async () => {
    archive = new TestArchive(NOW)
    market = archive.addMarket('coinbase:BTC-USD')
    archive.fill(market, '1m', DAY - 2 * DAY_MS, NOW)
    device = await testDevice(archive)
    await device.round()
    cache = new SeriesCache(device.store)
  })

  it('is decoded once for whoever asks while that is under way', async () => {
    const [one, two] = await Promise.all([
      cache.read(market, '1m', DAY, NOW),
      cache.read(market, '1m', DAY, NOW),
    ])
    expect(two).toBe(one)
  })

  it('has the longest window before what was asked, and the minutes after it', async () => {
    const shown = await cache.read(market, '1m', DAY, NOW)
    const windowed = await cache.read(market, '1m', DAY - 366 * MINUTE_MS, NOW)
    const later = await cache.read(market, '1m', DAY, NOW + MINUTE_MS)
    expect(windowed.close.buffer).toBe(shown.close.buffer)
    expect(later.close.buffer).toBe(shown.close.buffer)
    expect(windowed.states).not.toContain(State.missing)
    expect(later.states.at(-1)).toBe(State.missing)
  })

  it('that is forgotten while it is decoded is decoded anew for the next who asks', async () => {
    const before = cache.read(market, '1m', DAY, NOW)
    cache.forget(market)
    const after = await cache.read(market, '1m', DAY, NOW)
    expect(after).not.toBe(await before)
    expect(await cache.read(market, '1m', DAY, NOW)).toBe(after)
  })

  it('that could not be read is read anew', async () => {
    device.store.close()
    await expect(cache.read(market, '1m', DAY, NOW)).rejects.toThrow()
    await device.store.open()
    const { states } = await cache.read(market, '1m', DAY, NOW)
    expect(states).not.toContain(State.missing)
  })
})
