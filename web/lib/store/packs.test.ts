/** What packs ask for, what they let go, and what a choice costs before it is made. */
import { expect, it } from 'vitest'
import type { ChunkHash } from '../../../core/chunk/chunk.ts'
import type { MarketId } from '../../../core/market.ts'
import type { StoredInterval } from '../../../core/time/interval.ts'
import { parsePeriod } from '../../../core/time/period.ts'
import { newStore } from '../sync/test-device.ts'
import { choosePacks } from './choose.ts'
import { packCosts } from './cost.ts'
import {
  ALL_DAYS,
  ALL_YEARS,
  deepenings,
  isKept,
  isWanted,
  missingChunks,
  wishesOf,
  wishOf,
} from './packs.ts'
import type { ManifestRow } from './records.ts'

const NOW = Date.UTC(2024, 5, 15, 12)
const MARKET = 'coinbase:BTC-USD' as MarketId
const OTHER = 'coinbase:ETH-USD' as MarketId

function line(interval: StoredInterval, period: string, { market = MARKET, held = false } = {}): ManifestRow {
  const { fromMs, toMs } = parsePeriod(period)
  const sha256 = `${market} ${interval} ${period}` as ChunkHash
  return {
    market,
    interval,
    period,
    part: 'price',
    fromMs,
    toMs,
    sha256,
    bytes: 100,
    size: 300,
    rows: 1,
    expected: 1,
    revision: 1,
    held: held ? sha256 : null,
  }
}

it('days are wanted whole, hours and minutes as far back as the pack goes', () => {
  const wanted = (interval: StoredInterval, period: string, wish: object) =>
    isWanted(line(interval, period), wishesOf([{ market: MARKET, minuteDays: 30, ...wish }]), NOW)
  expect(wanted('1d', '2015', {})).toBe(true)
  expect(wanted('1h', '2022', {})).toBe(true)
  expect(wanted('1h', '2021', {})).toBe(false)
  expect(wanted('1h', '2015', { hourYears: ALL_YEARS })).toBe(true)
  expect(wanted('1m', '2024-05', {})).toBe(true)
  expect(wanted('1m', '2024-04', {})).toBe(false)
  expect(wanted('1m', '2015-01', { minuteDays: ALL_DAYS })).toBe(true)
  expect(wanted('1d', '2024', { hourYears: 0, minuteDays: 0 })).toBe(true)
  expect(wanted('1h', '2024-06', { hourYears: 0, minuteDays: 0 })).toBe(false)
  expect(wanted('1m', '2024-06-14', { hourYears: 0, minuteDays: 0 })).toBe(false)
})

it('a picked month is wanted whole, with its days, and nothing beside it', () => {
  const wishes = wishesOf([
    { market: MARKET, minuteDays: 7, picked: [{ interval: '1m', period: '2023-03' }] },
  ])
  expect(isWanted(line('1m', '2023-03'), wishes, NOW)).toBe(true)
  expect(isWanted(line('1m', '2023-03-31'), wishes, NOW)).toBe(true)
  expect(isWanted(line('1m', '2023-04'), wishes, NOW)).toBe(false)
  expect(isWanted(line('1h', '2021'), wishes, NOW)).toBe(false)
  expect(isKept(line('1m', '2023-03-01'), wishes, NOW)).toBe(true)
})

it('a paused pack asks for nothing, and keeps what it has', () => {
  const wishes = wishesOf([{ market: MARKET, minuteDays: 30, paused: true }])
  const rows = [line('1m', '2024-06-01'), line('1m', '2024-06-02', { market: OTHER })]
  expect(missingChunks(rows, wishes, NOW).map((row) => row.market)).toEqual([OTHER])
  expect(isKept(line('1m', '2024-06-01'), wishes, NOW)).toBe(true)
})

it('a choice says before it is made what it fetches and what it frees, and lets go at once', async () => {
  const store = await newStore()
  const rows = [
    line('1d', '2024', { held: true }),
    line('1h', '2023', { held: true }),
    line('1m', '2024-06-01', { held: true }),
    line('1m', '2024-05', { held: true }),
    line('1m', '2024-01'),
    line('1m', '2023-12'),
    line('1m', '2024-01', { market: OTHER }),
  ]
  await store.manifest.bulkPut(rows)
  await store.chunks.bulkPut(
    rows.flatMap((row) => (row.held === null ? [] : [{ hash: row.held, bytes: new Uint8Array(row.size) }])),
  )
  const nothing = { hourYears: 0, minuteDays: 0 }
  expect(
    await packCosts(store, [MARKET], [{ minuteDays: 366 }, { minuteDays: 7 }, nothing, {}], NOW),
  ).toEqual([
    { fetchBytes: 200, freedBytes: 0 },
    { fetchBytes: 0, freedBytes: 300 },
    { fetchBytes: 0, freedBytes: 900 },
    { fetchBytes: 0, freedBytes: 0 },
  ])
  expect(await packCosts(store, [MARKET, OTHER], [{ minuteDays: 366 }], NOW)).toEqual([
    { fetchBytes: 300, freedBytes: 0 },
  ])
  await choosePacks(store, [MARKET], nothing, NOW)
  expect((await store.chunks.toArray()).map((chunk) => chunk.hash)).toEqual([`${MARKET} 1d 2024`])
  expect(await store.manifest.count()).toBe(rows.length)
  store.close()
})

it('one depth for all deepens and resumes packs, and makes none shallower', () => {
  const pack = (name: string, wish: object) => ({ ...wishOf(undefined), market: name as MarketId, ...wish })
  const packs = [
    pack('shallow', { minuteDays: 1 }),
    pack('shallow, paused', { minuteDays: 1, paused: true }),
    pack('deep', { minuteDays: 366 }),
    pack('deep, paused', { minuteDays: 366, paused: true }),
    pack('deep, no hours', { minuteDays: 366, hourYears: 0 }),
    pack('nothing', { minuteDays: 0, hourYears: 0 }),
  ]
  expect(deepenings(packs, 7)).toEqual([
    { markets: ['shallow', 'shallow, paused'], change: { minuteDays: 7, paused: false } },
    { markets: ['deep, paused'], change: { paused: false } },
    { markets: ['deep, no hours'], change: { hourYears: 2, paused: false } },
    { markets: ['nothing'], change: { minuteDays: 7, hourYears: 2, paused: false } },
  ])
})
