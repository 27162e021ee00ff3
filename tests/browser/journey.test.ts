/**
 * The journey that everything else stands on: open, keep a year of minutes, lose server and network, start the browser
 * again on the market's own address, see the year and its σ, come back online and find everything caught up.
 */
import type { Page } from '@playwright/test'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { until } from '../journey/processes.ts'
import { controlled, openBrowser, ready, synced, type DeviceName } from './browser.ts'
import { openStage, type Stage } from './stage.ts'

const MARKET = 'coinbase:BTC-USD'
const YEAR_MINUTES = 365 * 24 * 60

describe('a year of minutes in airplane mode', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await openStage({
      MARKETS: `${MARKET},coinbase:SHIB-USD`,
      COINBASE_RPS: '400',
      SAMPLE_SECONDS: '5',
    })
    await until('a year of sealed minutes on the server', 240_000, async () => {
      const answer = await fetch(`${stage.url}/api/v1/sync?since=0&markets=${MARKET}`)
      const { chunks } = (await answer.json()) as {
        chunks: { interval: string; part: string; rows: number }[]
      }
      const rows = chunks
        .filter((chunk) => chunk.interval === '1m' && chunk.part === 'price')
        .reduce((sum, chunk) => sum + chunk.rows, 0)
      return rows > YEAR_MINUTES * 0.97 ? true : null
    })
  }, 300_000)
  beforeEach(() => stage.startServer())
  afterAll(() => stage.close())

  for (const device of ['pixel', 'iphone'] as const satisfies readonly DeviceName[])
    test(`on a ${device}: the year's chart and its σ stand after a cold start without network, and catch up`, async () => {
      await using browser = await openBrowser(device)
      let page = await browser.context.newPage()
      const errors: string[] = []
      const watch = () => page.on('pageerror', (error) => errors.push(String(error)))
      watch()

      await page.goto(stage.url)
      await ready(page)
      await synced(page)
      await controlled(page)
      expect(
        await page.locator(`[data-price][data-market="${MARKET}"]`).first().getAttribute('data-value'),
      ).toMatch(/^\d+(\.\d+)?$/)

      await page.goto(`${stage.url}/m/${MARKET}`)
      await ready(page)
      await page.getByText('1Y', { exact: true }).click()
      await page.getByText('A year of minutes').first().click()
      await page
        .waitForSelector('html[data-synced="false"]', { state: 'attached', timeout: 10_000 })
        .catch(() => null)
      await synced(page)
      const online = await sigmaOf(page)
      expect(online.value).toBeGreaterThan(0)
      const revision = Number(await page.getAttribute('html', 'data-revision'))

      await stage.killServer()
      const context = await browser.restart({ offline: true })
      page = await context.newPage()
      watch()
      await page.goto(`${stage.url}/m/${MARKET}`)
      await ready(page)
      expect(await page.getAttribute('html', 'data-online')).not.toBe('true')
      await page.waitForSelector('canvas')
      const offline = await until('σ from the device', 30_000, async () => {
        const sigma = await sigmaOf(page)
        return sigma.value > 0 ? sigma : null
      })
      // Blocks of the rolling sum start where the series starts, so the last bit may differ.
      expect(Math.abs(offline.value / online.value - 1)).toBeLessThan(1e-12)
      expect({ ...offline, value: online.value }).toEqual(online)
      const minutes = await page.evaluate(countStoredMinutes)
      expect(minutes).toBeGreaterThan(YEAR_MINUTES * 0.97)
      expect(await paintedShare(page)).toBeGreaterThan(0.001)

      await stage.startServer()
      await context.setOffline(false)
      const loaded = await page.evaluate(() => performance.timeOrigin)
      await until('the missed candles without a reload', 120_000, async () => {
        const [now, isOnline] = [
          Number(await page.getAttribute('html', 'data-revision')),
          await page.getAttribute('html', 'data-online'),
        ]
        return isOnline === 'true' && now > revision ? true : null
      })
      expect(await page.evaluate(() => performance.timeOrigin)).toBe(loaded)
      expect(errors).toEqual([])
    })

  test('Chromium names no reason against installing it', async () => {
    await using browser = await openBrowser('pixel')
    const page = await browser.context.newPage()
    await page.goto(stage.url)
    await ready(page)
    await controlled(page)
    const session = await browser.context.newCDPSession(page)
    expect((await session.send('Page.getAppManifest')).errors).toEqual([])
    const { installabilityErrors } = await session.send('Page.getInstallabilityErrors')
    expect(installabilityErrors.map((error) => error.errorId).filter((id) => id !== 'in-incognito')).toEqual(
      [],
    )
  })
})

/** What the σ element says of itself. */
async function sigmaOf(page: Page) {
  const element = page.locator(`[data-sigma][data-market="${MARKET}"]`).last()
  await element.waitFor({ state: 'attached', timeout: 30_000 })
  const read = (name: string) => element.getAttribute(`data-${name}`)
  return {
    value: Number(await read('value')),
    estimator: await read('estimator'),
    interval: await read('interval'),
    window: await read('window'),
    used: await read('n'),
    expected: await read('expected'),
    asOf: await read('as-of'),
  }
}

/** Rows that the stored minute chunks of the market hold, by the device's own manifest. Runs in the page. */
async function countStoredMinutes(): Promise<number> {
  const names = await indexedDB.databases()
  let rows = 0
  for (const { name } of names) {
    if (!name) continue
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(name)
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error ?? new Error('unreadable'))
    })
    if (database.objectStoreNames.contains('manifest') && database.objectStoreNames.contains('chunks')) {
      const all = <T>(store: string) =>
        new Promise<T[]>((resolve, reject) => {
          const request = database.transaction(store).objectStore(store).getAll()
          request.onsuccess = () => resolve(request.result as T[])
          request.onerror = () => reject(request.error ?? new Error('unreadable'))
        })
      const keys = await new Promise<IDBValidKey[]>((resolve) => {
        const request = database.transaction('chunks').objectStore('chunks').getAllKeys()
        request.onsuccess = () => resolve(request.result)
      })
      const stored = new Set(keys.map(String))
      const manifest = await all<{
        market: string
        interval: string
        part: string
        sha256: string
        rows: number
      }>('manifest')
      for (const entry of manifest)
        if (
          entry.market === 'coinbase:BTC-USD' &&
          entry.interval === '1m' &&
          entry.part === 'price' &&
          stored.has(entry.sha256)
        )
          rows += entry.rows
    }
    database.close()
  }
  return rows
}

/** Share of the first chart's pixels that are not transparent: 0 is a blank chart. */
function paintedShare(page: Page): Promise<number> {
  return page.evaluate(() => {
    const canvas = document.querySelector('canvas')
    const context = canvas?.getContext('2d')
    if (!canvas || !context) return 0
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height)
    let painted = 0
    for (let index = 3; index < data.length; index += 4) if (data[index]! > 0) painted++
    return painted / (data.length / 4)
  })
}
