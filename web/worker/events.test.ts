import { beforeEach, expect, test } from 'vitest'
import { Flag, State } from '../../core/candle/columns.ts'
import { partsFromRows } from '../../core/chunk/rows.ts'
import type { MarketId } from '../../core/market.ts'
import { DAY_MS, HOUR_MS } from '../../core/time/interval.ts'
import type { Store } from '../lib/store/database.ts'
import { rowAt, TestArchive } from '../lib/sync/test-archive.ts'
import { testDevice } from '../lib/sync/test-device.ts'
import { mergeFrame } from '../lib/sync/tail.ts'
import { eventsOf } from './events.ts'

const NOW = Date.UTC(2024, 2, 14, 10)
const FROM = NOW - 10 * HOUR_MS

let market: MarketId
let store: Store
beforeEach(async () => {
  const archive = new TestArchive(NOW)
  market = archive.addMarket('coinbase:BTC-USD')
  archive.fill(market, '1h', NOW - DAY_MS, NOW)
  const device = await testDevice(archive)
  await device.round()
  store = device.store
})

/** The source gives the hour anew; without the mark, an hour that was never revised. */
async function lay(atMs: number, flags: number): Promise<void> {
  const { price } = partsFromRows({
    market,
    interval: '1h',
    startMs: atMs,
    states: Uint8Array.of(State.present),
    rows: [{ ...rowAt(market, '1h', atMs, 1), flags }],
    derived: false,
    frame: true,
  })
  await mergeFrame(store, price, 1000)
}

test('candles that the source gave anew are told, once each and in order, within the span alone', async () => {
  await lay(FROM + 3 * HOUR_MS, Flag.revised)
  await lay(FROM + HOUR_MS, Flag.revised | Flag.suspicious)
  await lay(FROM + 2 * HOUR_MS, Flag.suspicious)
  await lay(FROM - HOUR_MS, Flag.revised)
  expect(await eventsOf(store, market, '4h', FROM, NOW)).toEqual(
    [1, 3].map((hour) => ({
      kind: 'revised',
      fromMs: FROM + hour * HOUR_MS,
      toMs: FROM + (hour + 1) * HOUR_MS,
    })),
  )
})

test('a series without marks has no events', async () => {
  expect(await eventsOf(store, market, '1h', FROM, NOW)).toEqual([])
})

test('the seam of a renamed market is told where it lies within the span', async () => {
  const old = 'coinbase:OLD-USD' as MarketId
  await store.markets.update(market, {
    continues: { market: old, at: new Date(FROM + 5 * HOUR_MS).toISOString() },
  })
  const seam = { kind: 'renamed', fromMs: FROM + 5 * HOUR_MS, toMs: FROM + 5 * HOUR_MS, market: old }
  expect(await eventsOf(store, market, '1h', FROM, NOW)).toEqual([seam])
  expect(await eventsOf(store, market, '1h', FROM + 6 * HOUR_MS, NOW)).toEqual([])
})
