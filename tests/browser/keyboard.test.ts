/** The whole app by keyboard: from the first screen to the settings and back, without a mouse or a finger. */
import type { Locator, Page } from '@playwright/test'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../journey/processes.ts'
import { openArchiveStage, type ArchiveStage } from './archive-stage.ts'
import { openBrowser, ready, synced, type Browser } from './browser.ts'
import { openExchange } from './exchange.ts'
import { Keyboard } from './keyboard.ts'

const [BITCOIN, ETHER, ADDED] = ['coinbase:BTC-USD', 'coinbase:ETH-USD', 'coinbase:LTC-USD'] as const

describe('by keyboard alone', () => {
  let exchange: Awaited<ReturnType<typeof openExchange>>
  let stage: ArchiveStage
  let browser: Browser
  let page: Page
  let keys: Keyboard
  beforeAll(async () => {
    exchange = await openExchange()
    stage = await openArchiveStage({ also: [ETHER], exchange: exchange.sources })
    browser = await openBrowser('desktop')
    page = await browser.context.newPage()
    keys = await Keyboard.on(page)
  })
  afterAll(async () => {
    await browser[Symbol.asyncDispose]()
    await stage[Symbol.asyncDispose]()
    await exchange[Symbol.asyncDispose]()
  })

  const button = (name: string | RegExp, within: Page | Locator = page) =>
    within.getByRole('button', { name, exact: true })
  const rowOf = (market: string) => page.locator(`[data-row="${market}"]`)
  const link = (market: string) => rowOf(market).getByRole('link')
  const has = (...markets: string[]) =>
    expect
      .poll(() => page.locator('[data-row]').evaluateAll((rows) => rows.map((row) => row.dataset['row'])))
      .toEqual(markets)

  /** Over the list, into what stands beside it. */
  async function pastTheList(): Promise<void> {
    await keys.to(page.getByRole('link', { name: 'Past the list' }))
    await keys.press('Enter')
    await until('focus on the panels', 10_000, async () =>
      (await page.locator('main:focus').count()) > 0 ? true : null,
    )
  }
  /** A place of the app, from wherever one is in the panels. */
  async function go(place: string): Promise<void> {
    await keys.to(page.getByRole('link', { name: place, exact: true }), 'Shift+Tab')
    await keys.press('Enter')
  }
  /** Opens a sheet with the key that its button has; the focus is inside, and afterwards where it was. */
  async function inSheet(opener: Locator, name: string, then: (sheet: Locator) => Promise<void>) {
    await keys.press('Enter')
    const sheet = page.getByRole('dialog', { name, exact: true })
    await keys.isOn(sheet.locator('*'))
    await then(sheet)
    await keys.isOn(opener)
  }

  /** Moved, pinned, filtered, sorted; a market added. */
  async function theList(): Promise<void> {
    const { token } = await stage.owner.link()
    await page.goto(`${stage.line.url}/api/v1/owner/sign-in?token=${token}`)
    await ready(page)
    await synced(page)
    await pastTheList()
    await keys.to(page.getByRole('group', { name: 'Range' }).getByRole('radio'))

    await keys.to(link(ETHER), 'Shift+Tab')
    await keys.press('Alt+ArrowUp')
    await has(ETHER, BITCOIN)
    await keys.isOn(link(ETHER))
    await keys.to(link(BITCOIN))
    await keys.to(button(/^More for Bitcoin/))
    await keys.press('Enter')
    await keys.isOn(page.getByRole('menuitem', { name: 'Open' }))
    await keys.press('p', 'Enter')
    await has(BITCOIN, ETHER)
    await page.getByText('Bitcoin is pinned').waitFor()
    // The row has moved, and the focus with it.
    await keys.isOn(link(BITCOIN))

    const tools = button('Filter, sort and order')
    await keys.to(tools, 'Shift+Tab')
    await keys.press('Enter')
    await keys.to(page.getByRole('searchbox', { name: 'Filter the list' }))
    await keys.type('eth')
    await has(ETHER)
    await keys.press('Escape')
    await has(BITCOIN, ETHER)
    await keys.to(page.getByRole('combobox', { name: 'Sort' }))
    await keys.press('N')
    await keys.to(button('The other way round'))
    await keys.press('Enter')
    expect(await button('The other way round').getAttribute('aria-pressed')).toBe('true')
    await keys.to(button('Edit order'))
    await keys.press('Enter')
    await keys.isOn(button('Done'))
    const handle = button(/^Place of Ethereum/)
    await keys.to(handle)
    await keys.press('ArrowUp')
    await keys.isOn(handle)
    await keys.to(button('Done'), 'Shift+Tab')
    await keys.press('Enter')
    await keys.isOn(button('Edit order'))
    await keys.to(tools, 'Shift+Tab')
    await keys.press('Enter')
    await page.getByRole('searchbox', { name: 'Filter the list' }).waitFor({ state: 'detached' })

    const add = button('Add a market')
    await keys.to(add)
    await inSheet(add, 'Add a market', async (sheet) => {
      await keys.isOn(sheet.getByRole('searchbox'))
      await keys.type('litecoin')
      const hit = sheet.locator(`[data-hit="${ADDED}"]`)
      await hit.waitFor()
      await keys.to(hit.getByRole('button'))
      await keys.press('Enter')
      await keys.isOn(hit.getByRole('link'))
      await keys.press('Escape')
    })
    await rowOf(ADDED).waitFor()
    await keys.to(link(BITCOIN))
    await keys.press('Enter')
    await page.waitForURL(`**/m/${BITCOIN}`)
  }

  /** Ranges, the cursor that speaks, receipts, tables, order, what goes out. */
  async function aMarket(): Promise<void> {
    await pastTheList()
    const chart = page.getByRole('application', { name: /^Price of Bitcoin/ })
    await keys.to(page.getByRole('group', { name: 'Range' }).getByRole('radio'))
    const from = await chart.getAttribute('data-from')
    await keys.press('ArrowRight')
    await expect.poll(() => chart.getAttribute('data-from')).not.toBe(from)

    await keys.to(button('Share'))
    await inSheet(button('Share'), 'Share', async (sheet) => {
      await keys.to(sheet.getByRole('radio', { name: 'Picture' }))
      await keys.press('ArrowRight')
      await sheet.getByText(/^time,open,high,low,close,volume/).waitFor()
      await button('Save', sheet).and(page.locator(':enabled')).waitFor()
      await keys.to(button('Save', sheet))
      await Promise.all([page.waitForEvent('download'), keys.press('Enter')])
      await keys.press('Escape')
    })

    await keys.to(chart)
    const said = () => chart.locator('[aria-live]').textContent()
    await keys.press('ArrowLeft')
    await expect.poll(said).toMatch(/close .*, high .*, low /)
    const first = await said()
    await keys.press('ArrowLeft')
    await expect.poll(said).not.toBe(first)
    await keys.press('Escape')
    await expect.poll(said).toBe('')

    const price = page.getByRole('region', { name: 'Price', exact: true })
    await keys.to(price.getByRole('radio', { name: 'Line' }))
    await keys.press('ArrowRight')
    expect(await price.getByRole('radio', { name: 'Area' }).isChecked()).toBe(true)
    await keys.to(button('Log', price))
    const isLog = () => button('Log', price).getAttribute('aria-pressed')
    const wasLog = await isLog()
    await keys.press('Space')
    await expect.poll(isLog).not.toBe(wasLog)
    await keys.to(price.locator('summary'))
    await keys.press('Enter')
    await price.getByRole('row').nth(1).waitFor()
    await keys.to(price.getByRole('region'))

    const sigma = page.getByRole('region', { name: 'Volatility', exact: true })
    await keys.to(sigma.getByRole('combobox', { name: 'Estimator' }))
    await keys.press('P')
    await sigma.locator('[data-sigma][data-estimator="parkinson"]').waitFor()
    const compare = button('Compare', sigma)
    await keys.to(compare)
    await keys.press('Enter')
    await keys.isOn(page.getByRole('menuitemcheckbox'))
    await keys.press('Escape')
    await keys.isOn(compare)
    await keys.to(sigma.getByRole('slider', { name: 'Window' }))
    await keys.press('ArrowRight')
    await sigma.locator('[data-sigma][data-window="31"]').waitFor()
    const receipt = button('How this volatility was made')
    await keys.to(receipt)
    await inSheet(receipt, 'How this volatility was made', async (sheet) => {
      expect(await sheet.textContent()).toContain('Parkinson 1980')
      await keys.press('Escape')
    })
    const others = button('What would other tools print?')
    await keys.to(others)
    await inSheet(others, 'What would other tools print?', async (sheet) => {
      await sheet.locator('[data-mistake]').first().waitFor()
      await keys.press('Escape')
    })
    await keys.to(sigma.locator('summary'))
    await keys.press('Enter')
    await sigma.getByRole('row').nth(1).waitFor()

    // The panels below come as the focus nears them.
    const drawdown = page.getByRole('region', { name: 'Drawdown', exact: true })
    const its = button(/^How this was made/, drawdown)
    await drawdown.scrollIntoViewIfNeeded()
    await its.waitFor()
    await keys.to(its)
    await inSheet(its, 'How this was made', async () => keys.press('Escape'))
    const arrange = button('Arrange panels')
    await keys.to(arrange)
    await inSheet(arrange, 'Arrange panels', async (sheet) => {
      const handle = button(/^Move Drawdown/, sheet)
      await keys.to(handle)
      await keys.press('ArrowUp')
      await keys.isOn(handle)
      await keys.to(button('Done', sheet))
      await keys.press('Enter')
    })
  }

  /** The device not cleared after all, the calendar read, a pack kept. */
  async function offline(): Promise<void> {
    await go('Offline')
    await page.waitForURL('**/offline')
    await pastTheList()
    const clear = button('Clear all…')
    await keys.to(clear)
    await inSheet(clear, 'Clear this device', async () => keys.press('Escape'))

    await keys.to(page.getByRole('grid').getByRole('button'))
    await keys.press('ArrowRight', 'ArrowLeft', 'Enter')
    const days = page.getByRole('grid', { name: /^Days of/ })
    await keys.isOn(days.getByRole('button'))
    await keys.press('ArrowRight')
    await keys.isOn(days.getByRole('button').nth(1))
    await keys.to(button(/^All of/), 'Shift+Tab')
    await keys.press('Enter')
    await keys.isOn(page.getByRole('grid', { name: /^Months of/ }).getByRole('button'))

    const pack = page.locator(`details[data-pack="${BITCOIN}"]`)
    await keys.to(pack.locator('summary'))
    await keys.press('Enter')
    const depths = pack.getByRole('group', { name: 'Minutes' }).getByRole('radio')
    await depths.first().waitFor()
    await keys.to(depths)
    const chosen = () => depths.evaluateAll((all) => all.findIndex((one) => one.matches(':checked')))
    const before = await chosen()
    await keys.press('ArrowDown')
    await expect.poll(chosen).toBe(before + 1)
    await pack.getByText('works offline').waitFor({ timeout: 60_000 })
    const remove = button('Remove…', pack)
    await keys.to(remove)
    await keys.press('Enter')
    await keys.isOn(button('Keep', pack))
    await keys.press('Enter')
    await keys.isOn(remove)
  }

  /** Chosen, and back to the list. */
  async function settings(): Promise<void> {
    await go('Settings')
    await page.waitForURL('**/settings')
    await pastTheList()
    await keys.to(page.getByRole('group', { name: 'Theme' }).getByRole('radio'))
    await keys.press('ArrowRight', 'ArrowRight')
    await page.waitForSelector('html[data-theme="dark"]', { state: 'attached' })
    await keys.to(page.getByRole('switch', { name: 'Reduce motion' }))
    await keys.press('Space')
    expect(await page.getAttribute('html', 'data-motion')).toBe('none')
    await keys.to(page.getByRole('combobox', { name: 'Language' }))
    await keys.press('D')
    await page.waitForSelector('html[lang="de"]', { state: 'attached' })
    await keys.isOn(page.getByRole('combobox', { name: 'Sprache' }))
    await keys.press('ArrowUp')
    await page.waitForSelector('html[lang="en"]', { state: 'attached' })
    const zone = button(/^Time zone/)
    await keys.to(zone)
    await inSheet(zone, 'Time zone', async (sheet) => {
      await keys.to(sheet.getByRole('searchbox'))
      await keys.type('kolkata')
      await keys.to(button(/Kolkata/, sheet))
      await keys.press('Enter')
    })
    await go('Markets')
    await has(BITCOIN, ETHER, ADDED)
  }

  test('everything is reached and done; every stop shows the focus, and none is lost', async () => {
    await theList()
    await aMarket()
    await offline()
    await settings()
    expect(await keys.pointers()).toBe(0)
  })
})
