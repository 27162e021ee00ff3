/** The demo as people start it: years of days and hours arrive as chunks, prices tick, and everything is the exchange's. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../core/time/interval.ts'
import type { MarketAnswer, PriceAnswer } from '../../core/wire/api.ts'
import { readSyncAnswer } from '../../core/wire/sync.ts'
import { createTruth } from '../../simulator/truth.ts'
import { startApp, temporaryFolder, until, type RunningApp } from './processes.ts'
import { readCandles, readDevice, readManifest } from './reader.ts'

/** Half a minute on a machine of its own; the machine of the tests has more to do. */
const WITHIN_MS = 240_000

describe('the demo', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let app: RunningApp
  const thisYear = new Date().getUTCFullYear()
  const sinceMs = Date.UTC(thisYear - 2, 0)
  const todayMs = Math.floor(Date.now() / DAY_MS) * DAY_MS
  const truth = createTruth({ seed: '1', sinceMs })
  const get = async (path: string) => (await fetch(`${app.url}/api/v1/${path}`)).json()
  const markets = async () => ((await get('markets')) as { markets: MarketAnswer[] }).markets

  beforeAll(async () => {
    folder = await temporaryFolder()
    app = await startApp(['simulator/demo.mjs', '--no-build'], folder.path)
  })

  afterAll(async () => {
    await app.kill()
    await folder[Symbol.asyncDispose]()
  })

  test('says that its data is simulated', async () => {
    expect(readSyncAnswer(await get('sync?since=0'))).toMatchObject({ simulated: true, sample_seconds: 5 })
    expect(app.printed()).toContain('simulated')
  })

  test('has years of days and hours of ten markets as chunks', async () => {
    const lastYear = String(thisYear - 1)
    await until('last year’s days and hours of ten markets sealed', WITHIN_MS, async () => {
      const { chunks } = await readManifest(app.url)
      const sealed = (interval: string) =>
        chunks.filter((one) => one.interval === interval && one.period === lastYear && one.part === 'price')
      return sealed('1d').length === 10 && sealed('1h').length === 10 ? true : null
    })
    expect(await markets()).toHaveLength(10)
  })

  test('its days are the exchange’s, in the archive', async () => {
    for (const { id } of await markets()) {
      const expected = truth.rows(id.slice('coinbase:'.length), '1d', sinceMs, todayMs)
      expect(await readCandles(app.url, id, '1d', sinceMs, todayMs)).toEqual(expected)
    }
  })

  test.each([
    ['1d', DAY_MS],
    ['1h', HOUR_MS],
  ] as const)(
    'its %s candles of last and this year are the exchange’s, on a device',
    async (interval, stepMs) => {
      const id = 'coinbase:SHIB-USD'
      const fromMs = Date.UTC(thisYear - 1, 0)
      const expected = truth.rows('SHIB-USD', interval, fromMs, todayMs)
      const held = await until(`all ${interval} candles on a device`, WITHIN_MS, async () => {
        const rows = (await readDevice(app.url)).get(`${id} ${interval}`)?.rows
        const found = expected.flatMap((row) => rows?.get(row.startMs) ?? [])
        return found.length === expected.length ? found : null
      })
      expect(held).toEqual(expected)
      expect(held.length).toBeGreaterThan((0.99 * (todayMs - fromMs)) / stepMs)
    },
  )

  test('its prices tick', async () => {
    const prices = async () => ((await get('prices')) as { prices: PriceAnswer[] }).prices
    const before = await until('ten prices', 60_000, async () => {
      const all = await prices()
      return all.length === 10 ? all : null
    })
    await until('another price of Bitcoin', 60_000, async () => {
      const of = (list: PriceAnswer[]) => list.find((price) => price.market === 'coinbase:BTC-USD')
      const after = of(await prices())
      return after && after.as_of > of(before)!.as_of && after.price !== of(before)!.price ? true : null
    })
  })

  test('ends in order when it is told to', async () => {
    expect(await app.stop()).toBe(0)
  })
})
