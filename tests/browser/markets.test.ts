/**
 * The list of markets as its owner uses it: a market added from the phone, the order of one's own, fingers and keys. One
 * simulated exchange; the other sources cannot be reached, and must hold up nothing.
 */
import type { Page } from '@playwright/test'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../journey/processes.ts'
import { controlled, openBrowser, ready, synced, examine } from './browser.ts'
import { Fingers } from './fingers.ts'
import { paintedShare } from './journey-page.ts'
import { openStage, type Stage } from './stage.ts'

const UNREACHABLE = 'http://127.0.0.1:9'
const ADDED = 'coinbase:LTC-USD'

const rowOf = (page: Page, market: string) => page.locator(`[data-row="${market}"]`)
/** Once it is known, by what the row says of itself. */
async function sigmaOf(page: Page, market: string): Promise<number> {
  const sigma = rowOf(page, market).locator('[data-sigma]')
  return until(`σ of ${market}`, 20_000, async () => Number(await sigma.getAttribute('data-value')) || null)
}

const order = (page: Page) =>
  page.locator('[data-row]').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-row')))

describe('the list of markets', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await openStage({
      MARKETS: 'coinbase:BTC-USD,coinbase:ETH-USD,coinbase:SHIB-USD,coinbase:DOGE-USD',
      COINBASE_RPS: '400',
      SAMPLE_SECONDS: '5',
      KRAKEN_URL: UNREACHABLE,
      BINANCE_URL: UNREACHABLE,
      BITSTAMP_URL: UNREACHABLE,
    })
    await until('prices of all', 60_000, async () => {
      const { prices } = (await (await fetch(`${stage.url}/api/v1/prices`)).json()) as { prices: unknown[] }
      return prices.length === 4 ? true : null
    })
  }, 120_000)
  afterAll(() => stage.close())

  test('who is not signed in is told how the owner adds one; the owner finds, taps and has its chart', async ({
    annotate,
  }) => {
    await using browser = await openBrowser('pixel')
    const page = await browser.context.newPage()
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(String(error)))
    await page.goto(stage.url)
    await ready(page)
    await page.getByRole('button', { name: 'Add a market' }).click()
    await page.getByText('crypto-tracker owner link').waitFor()
    expect(await examine(page), 'not signed in').toEqual([])

    await page.goto(stage.ownerLink())
    await ready(page)
    await page.getByRole('button', { name: 'Add a market' }).click()
    const field = page.getByRole('searchbox', { name: 'Coin, ticker or pair' })
    await field.fill('nothing of this name')
    await page.getByText('Nothing bears this name').waitFor()
    await field.fill('litecoin')
    const hit = page.locator(`[data-hit="${ADDED}"]`)
    await hit.waitFor()
    await page.getByText(/gave no answer/).waitFor()
    expect(await examine(page), 'found').toEqual([])

    const tapped = performance.now()
    await hit.getByRole('button').click()
    await hit.getByRole('link').click()
    await until('the first chart', 60_000, async () =>
      (await page.evaluate(paintedShare)) > 0.001 ? true : null,
    )
    await annotate(`from the tap to the first chart: ${((performance.now() - tapped) / 1000).toFixed(1)} s`)
    await page.goto(stage.url)
    await ready(page)
    await expect
      .poll(() => order(page), { timeout: 20_000 })
      .toEqual([ADDED, 'coinbase:BTC-USD', 'coinbase:ETH-USD', 'coinbase:SHIB-USD', 'coinbase:DOGE-USD'])
    const price = rowOf(page, ADDED).locator('[data-price]')
    await expect.poll(() => price.getAttribute('data-value'), { timeout: 20_000 }).toMatch(/^\d+(\.\d+)?$/)

    await rowOf(page, ADDED).getByRole('link').press('Shift+F10')
    // Once the server has answered: until then nothing can be ordered of it.
    await page.getByRole('menuitem', { name: 'Remove' }).and(page.locator(':enabled')).press('Enter')
    await page.getByText('the server keeps its history').waitFor()
    await expect.poll(() => rowOf(page, ADDED).count(), { timeout: 20_000 }).toBe(0)
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(() => rowOf(page, ADDED).count(), { timeout: 20_000 }).toBe(1)
    expect(errors).toEqual([])
  })

  test('by keyboard alone a list is pinned, moved, put into a section, sorted and filtered; it is so after a start without network', async () => {
    await using browser = await openBrowser('desktop')
    let page = await browser.context.newPage()
    await page.goto(stage.url)
    await ready(page)
    await synced(page)
    await controlled(page)
    const market = (base: string) => `coinbase:${base}-USD`
    const has = (...bases: string[]) =>
      expect.poll(async () => (await order(page)).filter((id) => id !== ADDED)).toEqual(bases.map(market))

    await rowOf(page, market('DOGE')).getByRole('link').press('Shift+F10')
    await page.getByRole('menuitem', { name: 'Pin' }).press('Enter')
    await has('DOGE', 'BTC', 'ETH', 'SHIB')
    await rowOf(page, market('BTC')).getByRole('link').press('Alt+ArrowDown')
    await has('DOGE', 'ETH', 'BTC', 'SHIB')
    expect(await page.evaluate(() => document.activeElement?.getAttribute('href'))).toBe(
      `/m/${market('BTC')}`,
    )

    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('menuitem', { name: 'Move to section…' }).press('Enter')
    await page.getByRole('textbox', { name: 'Name' }).fill('Majors')
    await page.keyboard.press('Enter')
    await has('DOGE', 'BTC', 'ETH', 'SHIB')
    await page.getByRole('button', { name: /^Majors/ }).waitFor()

    await page.getByRole('button', { name: 'Filter, sort and order' }).press('Enter')
    await page.getByRole('button', { name: 'Edit order' }).press('Enter')
    const handle = page.getByRole('button', { name: /^Place of Shiba Inu/ })
    await handle.press('ArrowUp')
    await expect.poll(() => handle.evaluate((one) => one === document.activeElement)).toBe(true)
    expect(await examine(page), 'order').toEqual([])
    await page.getByRole('button', { name: 'Done' }).press('Enter')
    await has('DOGE', 'BTC', 'SHIB', 'ETH')
    const sort = page.getByRole('combobox', { name: 'Sort' })
    await sort.press('N')
    // A group stands by its own: the pinned, then the section, then the others.
    await has('DOGE', 'BTC', 'ETH', 'SHIB')
    await page.getByRole('button', { name: 'The other way round' }).press('Enter')
    await has('DOGE', 'BTC', 'SHIB', 'ETH')
    await sort.press('V')
    const [ether, shiba] = await Promise.all(['ETH', 'SHIB'].map((base) => sigmaOf(page, market(base))))
    await has('DOGE', 'BTC', ...(ether! > shiba! ? ['ETH', 'SHIB'] : ['SHIB', 'ETH']))
    await sort.press('O')
    const filter = page.getByRole('searchbox', { name: 'Filter the list' })
    await filter.pressSequentially('shib')
    await has('SHIB')
    await filter.fill('zzz')
    await page.getByText('No market here is like that').waitFor()
    expect(await examine(page), 'no hit').toEqual([])
    await page.getByRole('button', { name: 'Show all' }).press('Enter')

    await stage.killServer()
    const context = await browser.restart({ offline: true })
    page = await context.newPage()
    await page.goto(stage.url)
    await ready(page)
    await has('DOGE', 'BTC', 'SHIB', 'ETH')
    await page.getByRole('button', { name: /^Majors/ }).waitFor()
    expect(await examine(page), 'offline, in sections').toEqual([])
    await stage.startServer()
  })

  test('a finger swipes to pin, uncovers what else there is, stays for the menu, and scrolls without doing any of it', async () => {
    await using browser = await openBrowser('pixel')
    const page = await browser.context.newPage()
    await page.goto(stage.url)
    await ready(page)
    const row = rowOf(page, 'coinbase:ETH-USD')
    await row.getByRole('button', { name: /^More for/ }).waitFor({ state: 'attached' })
    const fingers = await Fingers.on(page)
    const { x, y, width } = (await row.boundingBox())!

    await fingers.drag([
      [
        { x: x + 60, y: y + 30 },
        { x: x + 66, y: y + 90 },
      ],
    ])
    expect(await order(page)).not.toHaveLength(0)
    expect((await order(page))[0]).not.toBe('coinbase:ETH-USD')
    expect(await row.locator('[data-swipe-action]').count()).toBe(0)

    await fingers.drag([
      [
        { x: x + 60, y: y + 30 },
        { x: x + 170, y: y + 34 },
      ],
    ])
    await page.getByText('Ethereum is pinned').waitFor()
    await expect.poll(async () => (await order(page))[0]).toBe('coinbase:ETH-USD')
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(async () => (await order(page))[0]).not.toBe('coinbase:ETH-USD')

    const there = (await row.boundingBox())!
    await fingers.drag([
      [
        { x: there.x + width - 40, y: there.y + 30 },
        { x: there.x + width - 180, y: there.y + 32 },
      ],
    ])
    await row.getByRole('button', { name: 'More', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Pin' }).waitFor()
    await page.keyboard.press('Escape')

    const other = (await rowOf(page, 'coinbase:BTC-USD').boundingBox())!
    await fingers.down({ x: other.x + 80, y: other.y + 30 })
    await page.getByRole('menu', { name: 'Bitcoin' }).waitFor()
    await fingers.up()
    expect(await examine(page), 'menu').toEqual([])
    expect(new URL(page.url()).pathname).toBe('/')
  })
})
