/**
 * The first promise under fire: the same three days of minutes while one answer in five is faulty, in every way that the
 * simulated exchange knows, and the server is killed three times within its first minute. It is
 * a part of `archive.test.ts`, which waits meanwhile; `FAULT_SEED=… npx vitest run --project journey
 * tests/journey/archive.test.ts -t faulty` replays a run.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CandleRow } from '../../core/candle/row.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/time/interval.ts'
import { randomStream, uniform } from '../../simulator/random.ts'
import { startSimulator, type RunningSimulator } from '../../simulator/start.ts'
import { createTruth } from '../../simulator/truth.ts'
import { startApp, temporaryFolder, until, type RunningApp } from './processes.ts'
import { readCandles } from './reader.ts'

const SEED = process.env['FAULT_SEED'] ?? '1'
const REQUESTS_PER_SECOND = 10
const PRODUCTS = ['BTC-USD', 'SHIB-USD']
/** Milliseconds after each start until the kill. */
const chance = randomStream(`${SEED}/kills`)
const KILLS = Array.from({ length: 3 }, () => 1000 + 3500 * uniform(chance))

const sinceMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 3 * DAY_MS
const truth = createTruth({ seed: '1', sinceMs })

/** Defines the tests. */
export function describeFaults(): void {
  describe(`three days of minutes from a source of which one answer in five is faulty (FAULT_SEED=${SEED})`, () => {
    let simulator: RunningSimulator
    let folder: Awaited<ReturnType<typeof temporaryFolder>>
    let app: RunningApp
    let closedMs: number
    const start = () =>
      startApp(['server/start.mjs', '--no-build'], folder.path, {
        MARKETS: PRODUCTS.map((product) => `coinbase:${product}`).join(','),
        COINBASE_URL: simulator.url,
        COINBASE_WS_URL: simulator.url.replace('http:', 'ws:'),
        COINBASE_RPS: String(REQUESTS_PER_SECOND),
        LOG_LEVEL: 'error',
      })
    const minutes = (product: string) =>
      readCandles(app.url, `coinbase:${product}`, '1m', sinceMs - DAY_MS, closedMs)
    const wanted = (product: string) => truth.rows(product, '1m', sinceMs - DAY_MS, closedMs)
    /** Starts of candles that are not the source's. */
    const differences = (held: readonly CandleRow[], real: readonly CandleRow[]) => {
      const texts = new Set(real.map((row) => JSON.stringify(row)))
      return held
        .filter((row) => !texts.has(JSON.stringify(row)))
        .map((row) => new Date(row.startMs).toISOString())
    }

    beforeAll(async () => {
      const flags = ['--since', new Date(sinceMs).toISOString(), '--fault-rate', '0.2', '--fault-seed', SEED]
      simulator = await startSimulator(flags)
      folder = await temporaryFolder()
      closedMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS
      app = await start()
    })

    afterAll(async () => {
      await app.stop()
      await simulator.stop()
      await folder[Symbol.asyncDispose]()
    })

    test('three kills in the first minute lose nothing, and all is there within four minutes of the last start', async () => {
      let before = 0
      for (const afterMs of KILLS) {
        await pause(afterMs)
        for (const product of PRODUCTS)
          expect(differences(await minutes(product), wanted(product))).toEqual([])
        before = (await Promise.all(PRODUCTS.map(minutes))).flat().length
        await app.kill()
        app = await start()
        expect((await Promise.all(PRODUCTS.map(minutes))).flat().length).toBeGreaterThanOrEqual(before)
      }
      await until('all minutes of three days archived', 240_000, async () => {
        for (const product of PRODUCTS)
          if ((await minutes(product)).length < wanted(product).length) return null
        return true
      })
    })

    test.each(PRODUCTS)(
      'every candle of %s equals the source’s, none lost, none invented',
      async (product) => {
        expect(await minutes(product)).toEqual(wanted(product))
      },
    )

    test('the exchange was never asked faster than the limit, and one answer in five was faulty', async () => {
      const stats = (await (await fetch(`${simulator.url}/simulator/stats`)).json()) as {
        requests: number
        mostInOneSecond: number
        faults: Record<string, number>
      }
      const faults = Object.values(stats.faults).reduce((sum, count) => sum + count, 0)
      expect(faults / stats.requests).toBeGreaterThan(0.1)
      expect(Object.keys(stats.faults).length).toBeGreaterThan(10)
      expect(stats.mostInOneSecond).toBeLessThanOrEqual(REQUESTS_PER_SECOND)
    })
  })
}
