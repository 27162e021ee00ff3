/** The demo as people start it: years of days and hours are there within half a minute, and prices tick. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DAY_MS } from '../../core/time/interval.ts'
import type { MarketAnswer, PriceAnswer } from '../../core/wire/api.ts'
import { readSyncAnswer } from '../../core/wire/sync.ts'
import { createTruth } from '../../simulator/truth.ts'
import { startApp, temporaryFolder, until, type RunningApp } from './processes.ts'
import { readCandles, readDevice } from './reader.ts'

const WITHIN_MS = 30_000
const FROM_MS = Date.UTC(2020, 0)

describe('the demo', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let app: RunningApp
  const startedMs = performance.now()
  const leftMs = () => WITHIN_MS - (performance.now() - startedMs)
  const todayMs = Math.floor(Date.now() / DAY_MS) * DAY_MS
  const truth = createTruth({ seed: '1', sinceMs: null })
  const markets = async () => {
    const answer = await fetch(`${app.url}/api/v1/markets`)
    return ((await answer.json()) as { markets: MarketAnswer[] }).markets
  }

  beforeAll(async () => {
    folder = await temporaryFolder()
    app = await startApp(['simulator/demo.mjs', '--no-build'], folder.path)
  })

  afterAll(async () => {
    await app.stop()
    await folder[Symbol.asyncDispose]()
  })

  test('has years of days and hours of ten markets within 30 seconds', async () => {
    const last = new Date(todayMs - DAY_MS).toISOString().slice(0, 10)
    await until('days and hours of all markets', leftMs(), async () => {
      const listed = await markets()
      const ready = listed.filter((market) =>
        (['1d', '1h'] as const).every(
          (interval) => market.first[interval] && (market.last[interval] ?? '') >= last,
        ),
      )
      return listed.length === 10 && ready.length === 10 ? true : null
    })
    await until('the hours of all years of Bitcoin', leftMs(), async () => {
      const hours = await readCandles(app.url, 'coinbase:BTC-USD', '1h', FROM_MS, todayMs)
      return hours.length > 50_000 ? true : null
    })
  })

  test('says that its data is simulated', async () => {
    const page = readSyncAnswer(await (await fetch(`${app.url}/api/v1/sync?since=0`)).json())
    expect(page).toMatchObject({ simulated: true, sample_seconds: 5 })
  })

  test('its days, sealed or not, are the exchange’s', async () => {
    const device = await until('all days on a device', 60_000, async () => {
      const read = await readDevice(app.url)
      return read.size >= 20 ? read : null
    })
    for (const { id } of await markets()) {
      const expected = truth.rows(id.slice('coinbase:'.length), '1d', FROM_MS, todayMs)
      const rows = device.get(`${id} 1d`)?.rows
      expect(expected.map((row) => rows?.get(row.startMs))).toEqual(expected)
    }
  })

  test('its prices tick', async () => {
    const prices = async () => {
      const answer = await fetch(`${app.url}/api/v1/prices`)
      return ((await answer.json()) as { prices: PriceAnswer[] }).prices
    }
    const before = await until('ten prices', 30_000, async () => {
      const all = await prices()
      return all.length === 10 ? all : null
    })
    await until('another price of Bitcoin', 30_000, async () => {
      const of = (list: PriceAnswer[]) => list.find((price) => price.market === 'coinbase:BTC-USD')
      const after = of(await prices())
      return after && after.as_of > of(before)!.as_of && after.price !== of(before)!.price ? true : null
    })
  })

  test('ends in order when it is told to', async () => {
    expect(await app.stop()).toBe(0)
  })
})
