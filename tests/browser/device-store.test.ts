/** Rows of the device table (docs/reliability.md) that are about the store: taken away, shared, killed, upgraded. */
import type { Page } from '@playwright/test'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../journey/processes.ts'
import { openArchiveStage, type ArchiveStage } from './archive-stage.ts'
import { examine, openBrowser, openSynced, ready, synced } from './browser.ts'
import type { Line } from './line.ts'
import { lookIntoStore } from './stored.ts'

const CHUNKS = '/api/v1/chunks/'

describe('Device: the store', () => {
  let stage: ArchiveStage
  beforeAll(async () => {
    stage = await openArchiveStage()
  })
  afterEach(async () => {
    await stage.line.mend()
    stage.line.asked.length = 0
  })
  afterAll(() => stage[Symbol.asyncDispose]())

  test('browser evicted the data, the app closed: noticed, said, refilled by itself', async () => {
    await using browser = await openBrowser('pixel')
    let page = await openSynced(browser.context, stage.line.url)
    const before = await lookIntoStore(page)
    await page.close()
    page = await browser.context.newPage()
    await clearData(page, 'indexeddb,cache_storage,service_workers', stage.line.url)
    stage.line.fault = refuseToSync
    await page.goto(stage.line.url)
    await page.getByText('The browser had removed the data of this device').waitFor()
    await stage.line.mend()
    await synced(page)
    expect(await lookIntoStore(page)).toEqual(before)
    await page.getByText('The browser had removed the data of this device').waitFor({ state: 'detached' })
  })

  test('browser evicted the data, the app open: noticed, said, refilled by itself without a reload', async () => {
    await using browser = await openBrowser('pixel')
    const page = await openSynced(browser.context, `${stage.line.url}/m/${stage.market}`)
    const before = await lookIntoStore(page)
    const loaded = await page.evaluate(() => performance.timeOrigin)
    stage.line.fault = refuseToSync
    await clearData(page, 'indexeddb', stage.line.url)
    await page.getByText('The browser had removed the data of this device').waitFor()
    await stage.line.mend()
    await synced(page)
    expect(await lookIntoStore(page)).toEqual(before)
    await page.getByText('The browser had removed the data of this device').waitFor({ state: 'detached' })
    expect(await page.evaluate(() => performance.timeOrigin)).toBe(loaded)
  })

  test('several tabs: one syncs, all update; when it is closed, another syncs', async () => {
    await using browser = await openBrowser('pixel')
    const first = await openSynced(browser.context, stage.line.url)
    const second = await openSynced(browser.context, `${stage.line.url}/m/${stage.market}`)
    await until('the live stream', 10_000, async () => (streams(stage) > 0 ? true : null))
    const before = await revisionOf(second)
    stage.line.asked.length = 0
    await stage.pass(1)
    for (const page of [first, second])
      await until('the new minute in each tab', 20_000, async () =>
        (await revisionOf(page)) > before ? true : null,
      )
    expect(await revisionOf(first)).toBe(await revisionOf(second))
    expect(streams(stage)).toBe(0)
    await first.close()
    await until('the other tab listens', 20_000, async () => (streams(stage) === 1 ? true : null))
    const alone = await revisionOf(second)
    await stage.pass(1)
    await until('the next minute', 20_000, async () => ((await revisionOf(second)) > alone ? true : null))
  })

  test('schema upgrade while an old tab is open: nothing is blocked, the old tab is told to reload, and does', async () => {
    await using browser = await openBrowser('pixel')
    const old = await openSynced(browser.context, stage.line.url)
    const loaded = await old.evaluate(() => performance.timeOrigin)
    const other = await browser.context.newPage()
    await other.goto(`${stage.line.url}/up`)
    expect(await other.evaluate(upgradeStore)).toEqual({ blocked: false })
    await old.getByText('A newer version of the app has taken over the data of this device').waitFor()
    expect(await examine(old)).toEqual([])
    expect(await old.locator('[data-price]').first().getAttribute('data-value')).toMatch(/^\d/)
    expect(await old.evaluate(() => performance.timeOrigin)).toBe(loaded)
    await old.getByRole('button', { name: 'Reload' }).click()
    await until('a reload', 20_000, async () =>
      (await old.evaluate(() => performance.timeOrigin).catch(() => loaded)) !== loaded ? true : null,
    )
    // No newer app is to be had here: the old one touches nothing of the new store, and says so again.
    await old.getByText('A newer version of the app has taken over the data of this device').waitFor()
    await ready(old)
    expect(await old.locator('[data-price]').first().getAttribute('data-value')).toMatch(/^\d/)
  })

  test('app killed in the middle of writing: the store is consistent at the next start, and gets whole', async () => {
    await using browser = await openBrowser('pixel')
    for (let kill = 0; kill < 4; kill++) {
      const arrived = Promise.withResolvers<true>()
      let asked = 0
      stage.line.fault = ({ path }, answer, pass) => {
        if (path.startsWith(CHUNKS) && ++asked > 2) return
        if (asked === 2) answer.once('finish', () => arrived.resolve(true))
        pass()
      }
      await (await browser.context.newPage()).goto(stage.line.url)
      await arrived.promise
      await browser.kill()
      // Looked at past the app, which would mend what it finds.
      const context = await browser.restart({ offline: false })
      const look = await context.newPage()
      await look.goto(`${stage.line.url}/up`)
      expect(await lookIntoStore(look)).toMatchObject({ spoilt: 0, dangling: 0 })
      await look.close()
      await stage.line.mend()
    }
    const page = await openSynced(browser.context, stage.line.url)
    expect(await lookIntoStore(page)).toMatchObject({ spoilt: 0, dangling: 0 })
    expect(await page.locator('[data-sigma]').first().getAttribute('data-value')).not.toBe('')
  })
})

const refuseToSync: Line['fault'] = ({ path }, answer, pass) => {
  if (path === '/api/v1/sync') answer.destroy()
  else pass()
}

const revisionOf = async (page: Page) => Number(await page.getAttribute('html', 'data-revision'))

const streams = (stage: ArchiveStage) => stage.line.asked.filter(({ path }) => path === '/api/v1/live').length

/** What a browser does that runs out of room. */
async function clearData(page: Page, storageTypes: string, origin: string): Promise<void> {
  const session = await page.context().newCDPSession(page)
  await session.send('Storage.clearDataForOrigin', { origin, storageTypes })
  await session.detach()
}

/** Opens the store as a much later version of the app would. Runs in a page. */
function upgradeStore(): Promise<{ blocked: boolean }> {
  return new Promise((resolve, reject) => {
    let blocked = false
    const request = indexedDB.open('crypto-tracker', 1000)
    request.onblocked = () => (blocked = true)
    request.onerror = () => reject(request.error ?? new Error('not opened'))
    request.onsuccess = () => {
      request.result.close()
      resolve({ blocked })
    }
  })
}
