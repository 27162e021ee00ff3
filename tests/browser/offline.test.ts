/** The Offline screen: packs that pause over a restart, a pack as a file to another device, the calendar by keyboard, clear all. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { DAY_MS } from '../../core/time/interval.ts'
import { until } from '../journey/processes.ts'
import { openArchiveStage, type ArchiveStage } from './archive-stage.ts'
import { controlled, openBrowser, openSynced, ready, synced } from './browser.ts'
import { readSigma } from './journey-page.ts'
import { lookIntoStore } from './stored.ts'

const CHUNKS = '/api/v1/chunks/'
/** Minutes reach back into a month that is over and out of a week's reach, whatever day this is. */
const MINUTE_DAYS = 40
const OLD_MS = Date.now() - (MINUTE_DAYS - 1) * DAY_MS
const inUtc = (options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', ...options }).format(OLD_MS)

describe('Offline', () => {
  let stage: ArchiveStage
  beforeAll(async () => {
    stage = await openArchiveStage({ minuteDays: MINUTE_DAYS })
  })
  afterEach(async () => {
    await stage.line.mend()
    stage.line.asked.length = 0
  })
  afterAll(() => stage[Symbol.asyncDispose]())

  const chunksAsked = () => stage.line.asked.filter(({ path }) => path.startsWith(CHUNKS)).length
  const openPack = (page: Page) => page.locator('details[data-pack] summary').first().click()

  test('a pack is paused, stays so over a restart, and goes on without fetching anything twice', async () => {
    await using browser = await openBrowser('pixel')
    let page = await browser.context.newPage()
    stage.line.fault = ({ path }, _answer, pass) => {
      if (path.startsWith(CHUNKS) && chunksAsked() > 4) return
      pass()
    }
    await page.goto(`${stage.line.url}/offline`)
    await until('some chunks', 20_000, async () => (stage.line.delivered(CHUNKS).size >= 3 ? true : null))
    await openPack(page)
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByText(/paused at \d+ %/).waitFor()
    await page.close()
    stage.line.fault = null
    const context = await browser.restart({ offline: false })
    const before = chunksAsked()
    page = await context.newPage()
    await page.goto(`${stage.line.url}/offline`)
    await page.waitForSelector('html[data-online="true"]', { state: 'attached' })
    await synced(page)
    await page.getByText(/paused at \d+ %/).waitFor()
    expect(chunksAsked()).toBe(before)
    await openPack(page)
    await axeFindsNothing(page)
    await page.getByRole('button', { name: 'Resume' }).click()
    await page.getByText('works offline').first().waitFor()
    await synced(page)
    expect(await lookIntoStore(page)).toMatchObject({ spoilt: 0, dangling: 0 })
    expect([...stage.line.delivered(CHUNKS).values()].every((times) => times === 1)).toBe(true)
  })

  test('a pack saved on one device opens on another that has never heard the server', async () => {
    await using first = await openBrowser('pixel')
    let page = await openSynced(first.context, `${stage.line.url}/m/${stage.market}`)
    const sigma = await sigmaOf(page, stage.market)
    await page.goto(`${stage.line.url}/offline`)
    await openPack(page)
    await page.getByRole('button', { name: 'Save as a file' }).click()
    await page.getByText(/\.ctpack, [\d.]+ [KM]B/).waitFor()
    await axeFindsNothing(page)
    const downloading = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    const file = await (await downloading).path()

    await using second = await openBrowser('pixel')
    stage.line.fault = ({ path }, answer, pass) => {
      if (path.startsWith('/api/')) answer.destroy()
      else pass()
    }
    page = await second.context.newPage()
    await page.goto(`${stage.line.url}/offline`)
    await controlled(page)
    await second.context.setOffline(true)
    await page.setInputFiles('input[type=file]', {
      name: 'holiday.jpg',
      mimeType: 'image/jpeg',
      buffer: Buffer.from('no pack at all'),
    })
    await page.getByText('holiday.jpg was not taken. It is no pack of Crypto Tracker').waitFor()
    await page.setInputFiles('input[type=file]', file)
    await page.getByText(/(\d+) of \1 periods are new here/).waitFor()
    await page.getByText('works offline').first().waitFor()
    await axeFindsNothing(page)
    await page.goto(`${stage.line.url}/m/${stage.market}`)
    await ready(page)
    expect(await page.getAttribute('html', 'data-online')).toBe('false')
    expect(await sigmaOf(page, stage.market)).toEqual(sigma)
  })

  test('the calendar is read by keyboard, says what is missing, and fetches a month that is at the server only', async () => {
    await using browser = await openBrowser('desktop', { colorScheme: 'dark' })
    const page = await openSynced(browser.context, `${stage.line.url}/offline`)
    await openPack(page)
    await page
      .getByText(/frees [\d.]+ [KM]B/)
      .first()
      .waitFor()
    await page.getByRole('radio', { name: /7 days/ }).check()
    await page.getByText('minutes 7 d').waitFor()
    await page.goto(`${stage.line.url}/offline?market=${stage.market}&interval=1m`)
    const month = inUtc({ month: 'long', year: 'numeric' })
    const old = page.getByRole('button', { name: new RegExp(`^${month}:.*server only`) })
    await old.waitFor()
    await axeFindsNothing(page)
    await old.focus()
    // There and back: the grid is one stop, and arrows move within it.
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    await page.getByRole('grid', { name: `Days of ${month}` }).waitFor()
    const day = inUtc({ weekday: 'short', month: 'short', day: 'numeric', year: 'numeric' })
    await page.getByRole('button', { name: `${day}: not on this device` }).click()
    await axeFindsNothing(page)
    await page.getByRole('button', { name: 'Fetch it' }).click()
    await page.getByRole('button', { name: `${day}: 1440 minutes, all here` }).waitFor()
    await page.keyboard.press('PageDown')
    await page.getByText('Table', { exact: true }).click()
    await page
      .getByRole('region', { name: /^Coverage of \d+, month by month/ })
      .getByRole('row')
      .nth(1)
      .waitFor()
  })

  test('clear all lets go of everything but the settings, and nothing is fetched until somebody starts again', async () => {
    await using browser = await openBrowser('pixel')
    const page = await openSynced(browser.context, `${stage.line.url}/offline`)
    await page.evaluate(() => localStorage.setItem('preferences', '{"zone":"utc"}'))
    await page.getByRole('button', { name: 'Clear all' }).click()
    await page.getByText('The server keeps its archive').waitFor()
    await axeFindsNothing(page)
    await page.getByRole('dialog').getByRole('button', { name: 'Clear all' }).click()
    await page.getByText('This device is cleared').waitFor()
    await until('nothing is left', 20_000, async () => {
      const left = await page.evaluate(async () => ({
        databases: (await indexedDB.databases()).length,
        caches: (await caches.keys()).length,
        workers: (await navigator.serviceWorker.getRegistrations()).length,
        kept: Object.keys(localStorage),
      }))
      return left.databases + left.caches + left.workers === 0 && left.kept.join() === 'preferences'
        ? true
        : null
    })
    await axeFindsNothing(page)
    await page.getByRole('button', { name: 'Start again' }).click()
    await synced(page)
  })
})

async function axeFindsNothing(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([])
}

async function sigmaOf(page: Page, market: string) {
  return until('σ', 30_000, async () => {
    const sigma = await page.evaluate(readSigma, market)
    return sigma.value > 0 ? sigma : null
  })
}
