/** Rows of the device table (docs/reliability.md) that are about versions: of the app beside another, and beside the server. */
import type { Page } from '@playwright/test'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../journey/processes.ts'
import { openArchiveStage, type ArchiveStage } from './archive-stage.ts'
import { controlled, openBrowser, openSynced, ready, synced } from './browser.ts'
import { answerAsPortal, asNewerApp } from './line.ts'
import { lookIntoStore } from './stored.ts'

describe('Device: versions', () => {
  let stage: ArchiveStage
  beforeAll(async () => {
    stage = await openArchiveStage()
  })
  afterEach(async () => {
    await stage.line.mend()
    stage.line.asked.length = 0
  })
  afterAll(() => stage[Symbol.asyncDispose]())

  test('new version of the app while in use: offered in every tab, never forced, taken when asked for', async () => {
    await using browser = await openBrowser('pixel')
    const first = await openSynced(browser.context, stage.line.url)
    const second = await openSynced(browser.context, `${stage.line.url}/m/${stage.market}`)
    const loads = await Promise.all([first, second].map(loadedAt))
    stage.line.fault = newerApp
    await second.evaluate(() => navigator.serviceWorker.getRegistration().then((one) => one!.update()))
    for (const page of [first, second]) {
      await page.getByText('A new version is ready').waitFor()
      await page.getByText('Coins sing.').first().waitFor()
    }
    expect(await Promise.all([first, second].map(loadedAt))).toEqual(loads)
    await first.getByRole('button', { name: 'Reload' }).click()
    await reloaded(first, loads[0]!)
    await ready(first)
    await synced(first)
    expect(await first.getByText('A new version is ready').count()).toBe(0)
    // The other tab goes on with what it has, until it is asked, too.
    expect(await loadedAt(second)).toBe(loads[1])
    await second.getByRole('button', { name: 'Reload' }).click()
    await reloaded(second, loads[1]!)
    await ready(second)
    expect(await second.getByText('A new version is ready').count()).toBe(0)
  })

  test('old app against new server: it says "update", keeps what it has, and updates when asked', async () => {
    await using browser = await openBrowser('pixel')
    const page = await openSynced(browser.context, stage.line.url)
    const before = await lookIntoStore(page)
    stage.line.fault = (asked, answer, pass) => {
      if (asked.path === '/api/v1/sync')
        pass((body) => edit(body, () => ({ format: 2, everything: 'is else' })))
      else newerApp(asked, answer, pass)
    }
    await page.reload()
    await ready(page)
    await page.getByText('The server speaks a newer format').waitFor()
    expect(await lookIntoStore(page)).toEqual(before)
    expect(await page.locator('[data-price]').first().getAttribute('data-value')).toMatch(/^\d/)
    expect(await page.locator('[data-sigma]').first().getAttribute('data-value')).not.toBe('')
    const loaded = await loadedAt(page)
    // What is installed by now understands the server.
    stage.line.fault = newerApp
    await page.getByRole('button', { name: 'Reload' }).click()
    await reloaded(page, loaded)
    await ready(page)
    await synced(page)
    expect(await page.getByText('The server speaks a newer format').count()).toBe(0)
    expect(await page.evaluate(isNewestVersion)).toBe(true)
  })

  test('new app against old server: what that does not say yet is done without', async () => {
    await using browser = await openBrowser('pixel')
    stage.line.fault = ({ path }, _answer, pass) => {
      if (path === '/api/v1/sync') pass((body) => edit(body, asTheContractHasIt))
      else pass()
    }
    const page = await openSynced(browser.context, stage.line.url)
    expect(await page.getAttribute('html', 'data-online')).toBe('true')
    expect(await page.locator('[data-sigma]').first().getAttribute('data-value')).not.toBe('')
    expect(await lookIntoStore(page)).toMatchObject({ spoilt: 0, dangling: 0 })
  })

  test('captive portal while the app installs: none of its pages becomes a file of the app', async () => {
    await using browser = await openBrowser('pixel')
    let refused = false
    stage.line.fault = ({ path }, answer, pass) => {
      if (path !== '/index.html') return pass()
      refused = true
      answerAsPortal(answer)
    }
    const page = await browser.context.newPage()
    await page.goto(stage.line.url)
    await ready(page)
    await until('a failed installation', 20_000, async () => {
      const registration = await page.evaluate(() => navigator.serviceWorker.getRegistration().then(Boolean))
      return refused && !registration ? true : null
    })
    await stage.line.mend()
    await page.reload()
    await controlled(page)
    await stage.line.cut()
    await page.reload()
    await ready(page)
  })
})

const newerApp = asNewerApp(['Coins sing.'])

function edit(body: Buffer, change: (answer: Answer) => object): Buffer {
  return Buffer.from(JSON.stringify(change(JSON.parse(body.toString()) as Answer)))
}

interface Answer extends Record<string, unknown> {
  readonly markets: readonly Record<string, unknown>[]
}

/** The fields that the first servers knew. */
function asTheContractHasIt({
  archive,
  revision,
  more,
  format,
  sample_seconds,
  markets,
  chunks,
}: Answer): object {
  const known = markets.map(({ id, tick, removed }) => ({ id, tick, removed }))
  return { archive, revision, more, format, sample_seconds, markets: known, chunks }
}

const loadedAt = (page: Page) => page.evaluate(() => performance.timeOrigin)

const reloaded = (page: Page, before: number) =>
  until('a reload', 20_000, async () => ((await loadedAt(page).catch(() => before)) === before ? null : true))

/** Whether nothing newer than what is in charge waits, or comes when asked for. Runs in the page. */
async function isNewestVersion(): Promise<boolean> {
  const registration = (await navigator.serviceWorker.getRegistration())!
  await registration.update()
  return registration.waiting === null && registration.installing === null
}
