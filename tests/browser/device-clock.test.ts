/** Rows of the device table (docs/reliability.md) that are about time: a wrong clock, other zones, hours in the background. */
import type { BrowserContext, Page } from '@playwright/test'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { DAY_MS } from '../../core/time/interval.ts'
import { until } from '../journey/processes.ts'
import { openArchiveStage, type ArchiveStage } from './archive-stage.ts'
import { controlled, openBrowser, openSynced, synced } from './browser.ts'

/** Noon of the day on which the clocks of Berlin went back from 3 to 2: where the server's clock starts. It is 13:00 there. */
const NOON_MS = Date.UTC(2026, 9, 25, 12)

describe('Device: time', () => {
  let stage: ArchiveStage
  beforeAll(async () => {
    stage = await openArchiveStage({ startMs: NOON_MS })
  })
  afterEach(async () => {
    await stage.line.mend()
    stage.line.asked.length = 0
  })
  afterAll(() => stage[Symbol.asyncDispose]())

  for (const [name, wrongMs] of [
    ['ahead of', DAY_MS],
    ['behind', -DAY_MS],
  ] as const)
    test(`device clock a day ${name} the server's: data right, "as of" honest, online and offline`, async () => {
      await using browser = await openBrowser('pixel', { timezoneId: 'Europe/Berlin' })
      await setClock(browser.context, stage.now() + wrongMs)
      const page = await openSynced(browser.context, `${stage.line.url}/m/${stage.market}`)
      await page.getByText('24h', { exact: true }).click()
      // A price of just now is live, and the newest minute is on the chart, whatever the device believes.
      await page.getByText(/live · 13:\d\d:\d\d/).waitFor()
      await page
        .getByText(/24 Oct 14:\d\d – 25 Oct 13:\d\d/)
        .first()
        .waitFor()
      expect(
        Date.parse((await page.locator('[data-price]').first().getAttribute('data-as-of')) ?? ''),
      ).toBeLessThanOrEqual(stage.now())
      await page.goto(`${stage.line.url}/offline`)
      await page.getByText(`1 d ${name} the server's`).waitFor()
      await stage.line.cut()
      await page.goto(stage.line.url)
      await page.getByText(/offline · as of (25 Oct )?13:\d\d/).waitFor()
    })

  test('time zone change and daylight saving: the same data, told in the time of the place', async () => {
    await using browser = await openBrowser('pixel')
    await setClock(browser.context, stage.now())
    const page = await browser.context.newPage()
    const session = await browser.context.newCDPSession(page)
    await session.send('Emulation.setTimezoneOverride', { timezoneId: 'Europe/Berlin' })
    await page.goto(`${stage.line.url}/m/${stage.market}`)
    await page.getByText('24h', { exact: true }).click()
    // 24 hours on a clock that has been set back by one.
    await page
      .getByText(/24 Oct 14:\d\d – 25 Oct 13:\d\d/)
      .first()
      .waitFor()
    await synced(page)
    await controlled(page)
    await stage.line.cut()
    await page.reload()
    await page.getByText(/price of 13:\d\d:\d\d/).waitFor()
    const before = await told(page)
    await session.send('Emulation.setTimezoneOverride', { timezoneId: 'Asia/Tokyo' })
    await page.getByText(/price of 21:\d\d:\d\d/).waitFor()
    expect(await told(page)).toEqual(before)
    await page.reload()
    await page
      .getByText(/24 Oct 21:\d\d – 25 Oct 21:\d\d/)
      .first()
      .waitFor()
    expect(await told(page)).toEqual(before)
  })

  test('tab in the background for hours: it catches up in one round of requests on return', async () => {
    await using browser = await openBrowser('pixel')
    await setClock(browser.context, stage.now())
    const page = await openSynced(browser.context, `${stage.line.url}/m/${stage.market}`)
    const before = await revisionOf(page)
    const session = await browser.context.newCDPSession(page)
    await session.send('Page.setWebLifecycleState', { state: 'frozen' })
    stage.line.asked.length = 0
    await stage.pass(180)
    expect(stage.line.asked).toEqual([])
    await session.send('Page.setWebLifecycleState', { state: 'active' })
    await page.bringToFront()
    await until('the missed hours', 20_000, async () => ((await revisionOf(page)) > before ? true : null))
    await stage.pass(1)
    const now = await revisionOf(page)
    await until('the next minute', 20_000, async () => ((await revisionOf(page)) > now ? true : null))
    const times = (path: string) => stage.line.asked.filter((one) => one.path === path).length
    // One round for all the hours, however many minutes they had; the minute after comes by the stream, or by one more.
    expect(times('/api/v1/prices')).toBe(1)
    expect(times('/api/v1/sync')).toBeLessThanOrEqual(2)
    expect(times('/api/v1/tail')).toBeLessThanOrEqual(2)
    expect(stage.line.asked.length).toBeLessThanOrEqual(5)
  })
})

/** The device's clock, in all its pages. */
async function setClock(context: BrowserContext, nowMs: number): Promise<void> {
  await context.addInitScript((aheadMs) => {
    const Own = Date
    globalThis.Date = new Proxy(Own, {
      construct: (target, given: []) =>
        given.length > 0 ? new target(...given) : new target(Own.now() + aheadMs),
      get: (target, name) => (name === 'now' ? () => Own.now() + aheadMs : Reflect.get(target, name)),
    })
  }, nowMs - Date.now())
}

/** What the page tells of its data, apart from how it names times. */
async function told(page: Page) {
  // The picture of the last visit may still be of other bars.
  const sigma = page.locator('[data-sigma][data-interval="5m"]').first()
  return {
    priceAsOf: await page.locator('[data-price]').first().getAttribute('data-as-of'),
    sigma: await sigma.getAttribute('data-value'),
    sigmaAsOf: await sigma.getAttribute('data-as-of'),
  }
}

const revisionOf = async (page: Page) => Number(await page.getAttribute('html', 'data-revision'))
