/**
 * The journey that everything else stands on: open, keep a year of minutes, lose server and network, start the browser
 * again on the market's own address, see the year and its σ, come back online and find everything caught up.
 */
import type { Page } from '@playwright/test'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { until } from '../journey/processes.ts'
import { controlled, openBrowser, ready, synced, type DeviceName } from './browser.ts'
import { countStoredMinutes, paintedShare, readSigma } from './journey-page.ts'
import { openStage, type Stage } from './stage.ts'

const MARKET = 'coinbase:BTC-USD'
const YEAR_MINUTES = 365 * 24 * 60

describe('a year of minutes in airplane mode', () => {
  let stage: Stage
  beforeAll(async () => {
    // One market alone: a second one is a second year that is read, and nothing here is of it.
    stage = await openStage({ MARKETS: MARKET, COINBASE_RPS: '400', SAMPLE_SECONDS: '5' })
    await until('a year of sealed minutes on the server', 540_000, async () => {
      const answer = await fetch(`${stage.url}/api/v1/sync?since=0&markets=${MARKET}`)
      const { chunks } = (await answer.json()) as {
        chunks: { interval: string; part: string; rows: number }[]
      }
      const rows = chunks
        .filter((chunk) => chunk.interval === '1m' && chunk.part === 'price')
        .reduce((sum, chunk) => sum + chunk.rows, 0)
      return rows > YEAR_MINUTES * 0.97 ? true : null
    })
  }, 600_000)
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
      await until('a year of minutes on the device', 120_000, async () =>
        (await page.evaluate(countStoredMinutes)) > YEAR_MINUTES * 0.97 ? true : null,
      )
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
      expect(await page.evaluate(paintedShare)).toBeGreaterThan(0.001)

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

async function sigmaOf(page: Page) {
  const panel = page.getByRole('region', { name: 'Volatility', exact: true })
  await panel.locator('[data-sigma]').first().waitFor({ state: 'attached', timeout: 30_000 })
  return page.evaluate(readSigma, MARKET)
}
