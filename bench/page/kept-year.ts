/**
 * The app as it is after a day of use: the built one, served by the real server from an archive that holds a year of
 * minutes up to now, opened once and told to keep all of it.
 */
import { join } from 'node:path'
import type { CandleRow } from '../../core/candle/row.ts'
import { rollUpRows } from '../../core/candle/rollup-rows.ts'
import { State } from '../../core/candle/columns.ts'
import type { MarketId } from '../../core/market.ts'
import { INTERVAL_MS, MINUTE_MS, type StoredInterval } from '../../core/time/interval.ts'
import { buildApp, whyBuild } from '../../server/build.mjs'
import { addMarket, serveArchive, type TestServer } from '../../tests/api/serve.ts'
import { controlled, openBrowser, ready, synced, type Browser } from '../../tests/browser/browser.ts'
import { syntheticRows, YEAR_MINUTES } from '../data.ts'
import { withBarePage } from './bare.ts'

const ROOT = join(import.meta.dirname, '../..')
export const MARKET = 'coinbase:BTC-USD' as MarketId
/** Candles of one reading, as the source gives them. */
const SLICE = 300

/** Serves the year from a copy of the app in the folder; the clock is the machine's, since the browser's is. */
export async function serveYear(folder: string): Promise<TestServer> {
  if (whyBuild()) await buildApp()
  await withBarePage(join(ROOT, 'build'), folder)
  const server = await serveArchive({ clock: Date, app: folder })
  await addMarket(server.archive, MARKET)
  const startMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - YEAR_MINUTES * MINUTE_MS
  const rows = syntheticRows(1, startMs, YEAR_MINUTES)
  const states = new Uint8Array(rows.length).fill(State.present)
  const minutes = { interval: '1m', startMs, states, rows } as const
  await readAll(server, '1m', rows)
  await readAll(server, '1h', rollUpRows(minutes, '1h').rows)
  await readAll(server, '1d', rollUpRows(minutes, '1d').rows)
  while (await server.archive.sealNext(Date.now()));
  return server
}

async function readAll(
  { archive }: TestServer,
  interval: StoredInterval,
  rows: readonly CandleRow[],
): Promise<void> {
  const step = INTERVAL_MS[interval]
  const slices = Map.groupBy(rows, ({ startMs }) => Math.floor(startMs / (SLICE * step)) * SLICE * step)
  const readToMs = rows.at(-1)!.startMs + step
  for (const [fromMs, inside] of slices) {
    const toMs = fromMs + SLICE * step
    const readAtMs = Date.now()
    await archive.applyReading({
      market: MARKET,
      interval,
      fromMs,
      toMs,
      readToMs: Math.min(toMs, readToMs),
      readAtMs,
      rows: inside,
      refused: [],
    })
  }
}

/** A phone that keeps the year and has looked at it; its browser process has ended. */
export async function keepYear(url: string, preferences: object): Promise<Browser> {
  const browser = await openBrowser('pixel')
  const page = await browser.context.newPage()
  await page.goto(url)
  await page.evaluate((chosen) => localStorage.setItem('preferences', JSON.stringify(chosen)), preferences)
  await ready(page)
  await synced(page)
  await controlled(page)
  await page.goto(`${url}/m/${MARKET}`)
  await ready(page)
  await page.getByText('A year of minutes').first().click()
  await page.getByText('every minute of the last year is here').waitFor({ timeout: 60_000 })
  await synced(page)
  // Looked at once more, so that what is kept for the next start is the year.
  await page.reload()
  await ready(page)
  await page.waitForFunction(
    () => localStorage.getItem('crypto-tracker:snapshot:4')?.includes('"interval":"1m"'),
    undefined,
    { timeout: 60_000 },
  )
  await browser.context.close()
  return browser
}
