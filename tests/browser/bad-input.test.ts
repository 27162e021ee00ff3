/** What a browser may lack and an address may name: a helpful screen each time, never a blank one. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openArchiveStage, type ArchiveStage } from './archive-stage.ts'
import { openBrowser, openSynced, ready, examine } from './browser.ts'
import { paintedShare } from './journey-page.ts'

describe('bad input', () => {
  let stage: ArchiveStage
  beforeAll(async () => {
    stage = await openArchiveStage()
  })
  afterAll(() => stage[Symbol.asyncDispose]())

  test('a browser that gives no storage shows prices from the network, and says what it cannot', async () => {
    await using browser = await openBrowser('pixel')
    const page = await browser.context.newPage()
    await page.addInitScript(() => {
      IDBFactory.prototype.open = () => {
        throw new DOMException('denied', 'SecurityError')
      }
      Storage.prototype.setItem = () => {
        throw new DOMException('denied', 'SecurityError')
      }
    })
    await page.goto(stage.line.url)
    await page.getByText('This browser keeps nothing for this page').first().waitFor()
    await page.locator(`[data-price][data-market="${stage.market}"]`).first().waitFor()
    expect(await examine(page)).toEqual([])
    await page.goto(`${stage.line.url}/offline`)
    await page.getByText('Nothing can be kept here').waitFor()
    expect(await examine(page)).toEqual([])
  })

  test('a browser without workers computes in the page', async () => {
    await using browser = await openBrowser('pixel')
    const page = await browser.context.newPage()
    await page.addInitScript(() => Reflect.deleteProperty(window, 'Worker'))
    await page.goto(`${stage.line.url}/m/${stage.market}`)
    await ready(page)
    await page.getByText('This browser runs no background workers').first().waitFor()
    await page.locator(`[data-sigma][data-market="${stage.market}"]:not([data-value=""])`).first().waitFor()
    await page.waitForFunction(paintedShare)
    expect(await examine(page)).toEqual([])
  })

  test('addresses that lead nowhere say so, online and off', async () => {
    await using browser = await openBrowser('pixel')
    const page = await openSynced(browser.context, stage.line.url)
    for (const [path, words] of [
      ['/m/nonsense', 'No such market'],
      ['/m/coinbase:NO-USD', 'coinbase:NO-USD is not on this device'],
      ['/nowhere', 'Nothing at this address'],
    ] as const) {
      await page.goto(stage.line.url + path)
      await page.getByRole('heading', { name: words }).waitFor()
      expect(await examine(page)).toEqual([])
    }
    await browser.context.setOffline(true)
    await page.goto(`${stage.line.url}/m/coinbase:NO-USD`)
    await page.getByText('You are offline. A market that this device has never kept').waitFor()
    await page.getByRole('button', { name: 'Try now' }).waitFor()
  })

  test('an ancient browser is told which one it needs', async () => {
    await using browser = await openBrowser('pixel')
    const page = await browser.context.newPage()
    await page.addInitScript(() => Reflect.deleteProperty(Map, 'groupBy'))
    await page.goto(stage.line.url)
    await page.getByRole('heading', { name: 'This browser is too old' }).waitFor()
    expect(await page.getByText('Missing here: Map.groupBy').count()).toBe(1)
  })
})
