/** The Offline screen: packs that pause over a restart, a pack as a file to another device, the calendar by keyboard, clear all. */
import type { Page } from '@playwright/test'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../journey/processes.ts'
import { openArchiveStage, type ArchiveStage } from './archive-stage.ts'
import { controlled, openBrowser, openSynced, ready, synced, type Browser, examine } from './browser.ts'
import { readSigma } from './journey-page.ts'
import { lookIntoStore } from './stored.ts'

const CHUNKS = '/api/v1/chunks/'
/** Late in a month, so that days of it are sealed; the device's clock goes by it, too. */
const START_MS = Date.UTC(2026, 2, 26, 12)

describe('Offline', () => {
  let stage: ArchiveStage
  beforeAll(async () => {
    stage = await openArchiveStage({ startMs: START_MS })
  })
  afterEach(async () => {
    await stage.line.mend()
    stage.line.asked.length = 0
  })
  afterAll(() => stage[Symbol.asyncDispose]())

  async function openDevice(...look: Parameters<typeof openBrowser>): Promise<Browser> {
    const browser = await openBrowser(...look)
    await browser.context.clock.setFixedTime(stage.now())
    return browser
  }
  const chunksAsked = () => stage.line.asked.filter(({ path }) => path.startsWith(CHUNKS)).length
  const openPack = (page: Page) => page.locator('details[data-pack] summary').first().click()

  test('a pack is paused, stays so over a restart, and goes on without fetching anything twice', async () => {
    await using browser = await openDevice('pixel')
    let page = await browser.context.newPage()
    stage.line.fault = ({ path }, _answer, pass) => {
      if (path.startsWith(CHUNKS) && chunksAsked() > 4) return
      pass()
    }
    await page.goto(`${stage.line.url}/offline`)
    await until('some chunks', 60_000, async () => (stage.line.delivered(CHUNKS).size >= 3 ? true : null))
    await openPack(page)
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByText(/paused at \d+ %/).waitFor()
    await page.close()
    stage.line.fault = null
    const context = await browser.restart({ offline: false })
    await context.clock.setFixedTime(stage.now())
    const before = chunksAsked()
    page = await context.newPage()
    await page.goto(`${stage.line.url}/offline`)
    await page.waitForSelector('html[data-online="true"]', { state: 'attached' })
    await synced(page)
    await page.getByText(/paused at \d+ %/).waitFor()
    expect(chunksAsked()).toBe(before)
    await openPack(page)
    expect(await examine(page)).toEqual([])
    await page.getByRole('button', { name: 'Resume' }).click()
    await page.getByText('works offline').first().waitFor()
    await synced(page)
    expect(await lookIntoStore(page)).toMatchObject({ spoilt: 0, dangling: 0 })
    expect([...stage.line.delivered(CHUNKS).values()].every((times) => times === 1)).toBe(true)
  })

  test('a pack saved on one device opens on another that has never heard the server', async () => {
    await using first = await openDevice('pixel')
    let page = await openSynced(first.context, `${stage.line.url}/m/${stage.market}`)
    const sigma = await sigmaOf(page, stage.market)
    await page.goto(`${stage.line.url}/offline`)
    await openPack(page)
    await page.getByRole('button', { name: 'Save as a file' }).click()
    await page.getByText(/\.ctpack, [\d.]+ [KM]B/).waitFor()
    expect(await examine(page)).toEqual([])
    const downloading = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    const file = await (await downloading).path()

    await using second = await openDevice('pixel')
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
    // Two of the same name, dropped one right after the other.
    await page.evaluate(dropTwice)
    await page.getByText('holiday.jpg was not taken.').nth(1).waitFor()
    expect(await page.getByText('holiday.jpg was not taken.').count()).toBe(2)
    await page.setInputFiles('input[type=file]', file)
    await page.getByText(/(\d+) of \1 periods are new here/).waitFor()
    await page.getByText('works offline').first().waitFor()
    expect(await examine(page)).toEqual([])
    await page.goto(`${stage.line.url}/m/${stage.market}`)
    await ready(page)
    expect(await page.getAttribute('html', 'data-online')).toBe('false')
    expect(await sigmaOf(page, stage.market)).toEqual(sigma)
  })

  test('the calendar is read by keyboard, says what is missing, and fetches a month that is at the server only', async () => {
    await using browser = await openDevice('desktop', { colorScheme: 'dark' })
    const page = await openSynced(browser.context, `${stage.line.url}/offline`)
    await openPack(page)
    await page.getByRole('button', { name: 'Remove' }).click()
    await page.getByText(/^Frees [\d.]+ [KM]B/).waitFor()
    await page.getByRole('button', { name: 'Remove', exact: true }).click()
    await page.getByText('days all', { exact: true }).waitFor()
    await page.goto(`${stage.line.url}/offline?market=${stage.market}&interval=1m`)
    const march = page.getByRole('button', { name: /^March 2026:.*server only/ })
    await march.waitFor()
    expect(await examine(page)).toEqual([])
    await march.focus()
    // There and back: the grid is one stop, and arrows move within it.
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    await page.getByRole('grid', { name: 'Days of March 2026' }).waitFor()
    const day = 'Tue, 10 Mar 2026'
    await page.getByRole('button', { name: `${day}: not on this device` }).click()
    expect(await examine(page)).toEqual([])
    await page.getByRole('button', { name: 'Fetch it' }).click()
    await page.getByRole('button', { name: `${day}: 1440 minutes, all here` }).waitFor()
    await page.getByText('Table', { exact: true }).click()
    const table = page.getByRole('region', { name: 'Coverage of 2026, month by month' })
    await table.getByRole('row').nth(1).waitFor()

    // Why something is missing is asked for what is looked at, and for nothing else any more.
    let isDropped = false
    stage.line.fault = ({ path, query }, answer, pass) => {
      if (!path.endsWith('/gaps') || !query.includes('interval=1h')) return pass()
      answer.on('close', () => (isDropped = true))
    }
    const asked = page.waitForRequest(/gaps\?interval=1h/)
    await page.getByText('hours', { exact: true }).last().click()
    await asked
    await page.getByText('days', { exact: true }).last().click()
    await until('the question is taken back', 10_000, async () => (isDropped ? true : null))
  })

  test('clear all lets go of everything but the settings, and nothing is fetched until somebody starts again', async () => {
    await using browser = await openDevice('pixel')
    const page = await openSynced(browser.context, `${stage.line.url}/offline`)
    await page.evaluate(() => {
      localStorage.setItem('preferences', '{"zone":"utc"}')
      localStorage.setItem('panels', '{}')
    })
    await page.getByRole('button', { name: 'Clear all' }).click()
    await page.getByText('The server keeps its archive').waitFor()
    expect(await examine(page)).toEqual([])
    await page.getByRole('dialog').getByRole('button', { name: 'Clear all' }).click()
    await page.getByText('This device is cleared').waitFor()
    await until('nothing is left', 60_000, async () => {
      const left = await page.evaluate(async () => ({
        databases: (await indexedDB.databases()).length,
        caches: (await caches.keys()).length,
        workers: (await navigator.serviceWorker.getRegistrations()).length,
        kept: Object.keys(localStorage),
      }))
      return left.databases + left.caches + left.workers === 0 &&
        left.kept.toSorted().join() === 'panels,preferences'
        ? true
        : null
    })
    stage.line.asked.length = 0
    expect(await examine(page)).toEqual([])
    // For as long as axe looks, at least: a device that went on by itself would have asked by then.
    expect(stage.line.asked).toEqual([])
    await page.getByRole('button', { name: 'Start again' }).click()
    await synced(page)
  })
})

/** Runs in the page. */
function dropTwice(): void {
  for (let time = 0; time < 2; time++) {
    const dataTransfer = new DataTransfer()
    dataTransfer.items.add(new File(['no pack at all'], 'holiday.jpg'))
    const target = document.querySelector('input[type=file]')!
    target.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer }))
  }
}

async function sigmaOf(page: Page, market: string) {
  return until('σ', 30_000, async () => {
    const sigma = await page.evaluate(readSigma, market)
    return sigma.value > 0 ? sigma : null
  })
}
