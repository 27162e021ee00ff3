/**
 * The first promise, over real processes: an exchange's minutes end up in the archive, every one as the source has it,
 * none lost and none invented, through a kill in the middle, and never asked for faster than allowed.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { State } from '../../core/candle/columns.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/time/interval.ts'
import { startSimulator, type RunningSimulator } from '../../simulator/start.ts'
import { createTruth } from '../../simulator/truth.ts'
import { describeFaults } from './faults.ts'
import { startApp, temporaryFolder, until, type RunningApp } from './processes.ts'
import { readCandles, readDevice, readManifest } from './reader.ts'

const REQUESTS_PER_SECOND = 10
const PRODUCTS = ['BTC-USD', 'SHIB-USD']
const DEAD = { COINBASE_WS_URL: 'ws://127.0.0.1:9', COINGECKO_URL: 'http://127.0.0.1:9' }

const sinceMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 3 * DAY_MS
const truth = createTruth({ seed: '1', sinceMs })

describe('three days of minutes from a fresh start', () => {
  let simulator: RunningSimulator
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let app: RunningApp
  /** Nothing younger is judged. */
  let closedMs: number
  const start = () =>
    startApp(['server/start.mjs', '--no-build'], folder.path, {
      ...DEAD,
      MARKETS: PRODUCTS.map((product) => `coinbase:${product}`).join(','),
      COINBASE_URL: simulator.url,
      COINBASE_RPS: String(REQUESTS_PER_SECOND),
    })
  const countMinutes = async () => {
    const rows = PRODUCTS.map((product) =>
      readCandles(app.url, `coinbase:${product}`, '1m', sinceMs, closedMs),
    )
    return (await Promise.all(rows)).reduce((sum, list) => sum + list.length, 0)
  }
  const trueMinutes = () =>
    PRODUCTS.reduce((sum, product) => sum + truth.rows(product, '1m', sinceMs, closedMs).length, 0)

  beforeAll(async () => {
    simulator = await startSimulator(['--since', new Date(sinceMs).toISOString()])
    folder = await temporaryFolder()
    closedMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS
    app = await start()
  })

  afterAll(async () => {
    await app.stop()
    await simulator.stop()
    await folder[Symbol.asyncDispose]()
  })

  test('a kill in the middle loses nothing, and all is there within four minutes', async () => {
    const startedMs = performance.now()
    const before = await until(
      'the first minutes archived',
      60_000,
      async () => (await countMinutes()) || null,
    )
    await app.kill()
    expect(before).toBeLessThan(trueMinutes())
    app = await start()
    expect(await countMinutes()).toBeGreaterThanOrEqual(before)
    await until('all minutes of three days archived', 240_000, async () =>
      (await countMinutes()) >= trueMinutes() ? true : null,
    )
    expect(performance.now() - startedMs).toBeLessThan(240_000)
  })

  test.each(PRODUCTS)('every candle of %s equals the source’s, none more', async (product) => {
    const read = await readCandles(app.url, `coinbase:${product}`, '1m', sinceMs - DAY_MS, closedMs)
    expect(read).toEqual(truth.rows(product, '1m', sinceMs - DAY_MS, closedMs))
  })

  const holdsTheSame = async (product: string) => {
    await until('closed days sealed', 180_000, async () => {
      const { chunks } = await readManifest(app.url)
      const days = chunks.filter(
        (chunk) =>
          chunk.market === `coinbase:${product}` && chunk.interval === '1m' && chunk.part === 'price',
      )
      return days.length >= 2 ? true : null
    })
    const series = (await readDevice(app.url)).get(`coinbase:${product} 1m`)!
    const expected = new Map(truth.rows(product, '1m', sinceMs, closedMs).map((row) => [row.startMs, row]))
    let empty = 0
    for (let startMs = sinceMs; startMs < closedMs; startMs += MINUTE_MS) {
      const state = series.states.get(startMs)
      const row = expected.get(startMs)
      if (row) expect({ state, row: series.rows.get(startMs) }).toEqual({ state: State.present, row })
      else {
        expect(state).not.toBe(State.present)
        if (state === State.empty) empty++
      }
    }
    const absent = (closedMs - sinceMs) / MINUTE_MS - expected.size
    if (absent > 0) expect(empty).toBeGreaterThan(0)
  }
  test('a device that fetches everything of BTC-USD holds the same', () => holdsTheSame('BTC-USD'))

  // A day with absent minutes is sealed once these were read three times, a minute apart: in the meantime.
  describeFaults()

  test('a device that fetches everything of SHIB-USD holds the same', () => holdsTheSame('SHIB-USD'))

  test('the exchange was never asked faster than the limit', async () => {
    const stats = (await (await fetch(`${simulator.url}/simulator/stats`)).json()) as {
      requests: number
      mostInOneSecond: number
    }
    expect(stats.requests).toBeGreaterThan(30)
    expect(stats.mostInOneSecond).toBeLessThanOrEqual(REQUESTS_PER_SECOND)
  })
})
