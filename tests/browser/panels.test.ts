/** The panels below the price and what goes out of a market, on a device whose server has gone: everything is computed here. */
import { readFile } from 'node:fs/promises'
import type { Download, Page } from '@playwright/test'
import { PNG } from 'pngjs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MarketId } from '../../core/market.ts'
import { ESTIMATORS } from '../../core/volatility/types.ts'
import { controlled, openBrowser, ready, synced, type Browser, examine } from './browser.ts'
import { swapped } from './right-to-left.ts'
import { GALLERY_NOW_MS, openGallery, type Gallery } from './gallery.ts'

const MARKET = 'coinbase:BTC-USD'
const ENDED = 'binance:OLD-USDT'

let gallery: Gallery
let browser: Browser
let page: Page
let served: string

beforeAll(async () => {
  gallery = await openGallery([MARKET, ENDED])
  browser = await openBrowser('pixel')
  await browser.context.clock.install({ time: GALLERY_NOW_MS })
  page = await browser.context.newPage()
  page.setDefaultTimeout(9_000)
  await open(`/m/${MARKET}`)
  await synced(page)
  await controlled(page)
  const { fromMs, toMs } = { fromMs: GALLERY_NOW_MS - 40 * 86_400_000, toMs: GALLERY_NOW_MS }
  const span = `from=${new Date(fromMs).toISOString()}&to=${new Date(toMs).toISOString()}`
  const answer = await fetch(
    `${gallery.line.url}/api/v1/markets/${MARKET}/candles?interval=1h&${span}&format=csv`,
  )
  served = await answer.text()
  await gallery.line.cut()
}, 180_000)
afterAll(async () => {
  await browser[Symbol.asyncDispose]()
  await gallery[Symbol.asyncDispose]()
})

async function open(path: string): Promise<void> {
  await page.goto(gallery.line.url + path)
  await ready(page)
}

/** Every panel below, loaded as it comes near. */
async function allPanels(): Promise<void> {
  const names = [
    'Volatility cone',
    'Drawdown',
    'Distribution of returns',
    'Hours of the week',
    'Inside the days',
  ]
  for (const name of names) {
    const panel = page.getByRole('region', { name, exact: true })
    // Its frame stays when what is in it has been loaded.
    await panel.scrollIntoViewIfNeeded()
    await panel.getByRole('button', { name: /How this (cone )?was made/ }).waitFor()
  }
}

async function saved(what: () => Promise<void>): Promise<{ download: Download; bytes: Buffer }> {
  const [download] = await Promise.all([page.waitForEvent('download'), what()])
  return { download, bytes: await readFile(await download.path()) }
}

/** Each line's prices, and its volume apart. */
const rowsOf = (csv: string) =>
  csv
    .trim()
    .split('\n')
    .map((line) => {
      const end = line.lastIndexOf(',')
      return { prices: line.slice(0, end), volume: line.slice(end + 1) }
    })

describe('a market without its server', () => {
  test('its panels follow the cursor of the price', async () => {
    await open(`/m/${MARKET}`)
    await allPanels()
    const price = page.getByRole('application', { name: /^Price of/ })
    await price.focus()
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowLeft')
    const drawdown = page.getByRole('region', { name: 'Drawdown', exact: true }).locator('p').first()
    const first = await drawdown.textContent()
    expect(first).toMatch(/^\d+ \w+ 2026.*: (−[\d.]+|0\.0) %$/)
    // How far the bar went, in σ as it was before.
    const move = page.getByRole('region', { name: 'Price', exact: true }).locator('[data-sigma-move]')
    expect(Number(await move.getAttribute('data-value'))).not.toBe(0)
    await expect.poll(() => price.locator('[aria-live]').textContent()).toMatch(/, (up |down )?[\d.]+ sigma$/)
    const returns = page.getByRole('region', { name: 'Distribution of returns' }).locator('p').first()
    expect(await returns.textContent()).toMatch(/^\d+ \w+ 2026: /)
    await page.keyboard.press('ArrowLeft')
    await page.waitForFunction(
      ([before]) => document.querySelector('section[aria-label="Drawdown"] p')?.textContent !== before,
      [first],
    )
    await page.keyboard.press('Escape')
  })

  test('the day so far and the last 24 hours are told in σ of the days before, with their receipts', async () => {
    const line = page.getByRole('button', { name: /today (up|down) [\d.]+ sigma/ })
    const shown = await line
      .locator('[data-sigma-move]')
      .evaluateAll((moves) => moves.map(({ dataset }) => [dataset['from'], dataset['asOf']]))
    expect(shown).toEqual([
      ['2026-03-14T00:00:00Z', '2026-03-14T13:02:20Z'],
      ['2026-03-13T13:02:00Z', '2026-03-14T13:02:20Z'],
    ])
    await line.press('Enter')
    const sheet = page.getByRole('dialog', { name: 'Moves in σ' })
    const receipts = sheet.locator('[data-sigma][data-estimator="yang-zhang"]')
    await expect
      .poll(() => receipts.evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset['asOf'])))
      .toEqual(['2026-03-14T00:00:00Z', '2026-03-13T00:00:00Z'])
    expect(await examine(page, 'dialog[open]')).toEqual([])
    await page.keyboard.press('Escape')
  })

  test('another estimator is drawn beside the first, with its value and its receipt', async () => {
    const panel = page.getByRole('region', { name: 'Volatility', exact: true })
    await panel.getByRole('button', { name: 'Compare' }).click()
    await page.getByRole('menuitemcheckbox', { name: 'Parkinson' }).click()
    await panel.locator('[data-sigma][data-estimator="parkinson"]').waitFor()
    await panel.getByRole('button', { name: 'How this volatility was made' }).press('Enter')
    const sheet = page.getByRole('dialog', { name: 'How this volatility was made' })
    await sheet.locator('[data-sigma][data-estimator="parkinson"]').waitFor()
    expect(await sheet.textContent()).toContain('Parkinson 1980')
    await page.keyboard.press('Escape')
  })

  test('how sure σ is stands round it: drawn, in words, in table and receipt, and under the cursor', async () => {
    const panel = page.getByRole('region', { name: 'Volatility', exact: true })
    const edges = /95 %: [\d.]+–[\d.]+ %/
    await panel.getByText(edges).waitFor()
    const chart = panel.getByRole('application', { name: /^Volatility of/ })
    await chart.focus()
    await page.keyboard.press('ArrowLeft')
    await expect
      .poll(() => chart.locator('[aria-live]').textContent())
      .toMatch(/a day, with 95 % confidence between [\d.]+ % and [\d.]+ %$/)
    await page.keyboard.press('Escape')
    await panel.getByText('Table', { exact: true }).click()
    await panel.getByRole('columnheader', { name: 'Low' }).waitFor()
    const cells = panel.locator('tbody tr').first().locator('td')
    const [sigma, low, high] = await Promise.all(
      [0, 1, 2].map(async (i) => Number.parseFloat((await cells.nth(i).textContent()) ?? '')),
    )
    expect(low).toBeLessThan(sigma!)
    expect(high).toBeGreaterThan(sigma!)
    await panel.getByText('Table', { exact: true }).click()
    await panel.getByRole('button', { name: 'How this volatility was made' }).press('Enter')
    const sheet = page.getByRole('dialog', { name: 'How this volatility was made' })
    await sheet.getByText(/1,999 bootstrap samples of blocks of 2 bars/).waitFor()
    await page.keyboard.press('Escape')
    const chosen = panel.getByRole('combobox', { name: 'Band round the line' })
    await chosen.selectOption('spread')
    await panel.getByText(/estimators: [\d.]+–[\d.]+ %/).waitFor()
    await chosen.selectOption('normal')
    await panel.getByText(/95 % if normal: [\d.]+–[\d.]+ %/).waitFor()
    await chosen.selectOption('off')
    await panel.getByText(/95 % if normal/).waitFor({ state: 'detached' })
    await chosen.selectOption('bootstrap')
    await panel.getByText(edges).waitFor()
  })

  test('what other tools print is told beside it, the largest difference first', async () => {
    await page.getByRole('button', { name: 'What would other tools print?' }).press('Enter')
    const sheet = page.getByRole('dialog', { name: 'What would other tools print?' })
    await sheet.locator('[data-mistake]').first().waitFor()
    const ours = Number(await sheet.locator('[data-sigma]').getAttribute('data-value'))
    const rows = await sheet
      .locator('[data-mistake]')
      .evaluateAll((all) =>
        all.map((row) => [
          (row as HTMLElement).dataset['mistake'],
          row.querySelector<HTMLElement>('[data-value]')!.dataset['value'],
        ]),
      )
    const sizes = rows.map(([, value]) => Math.abs(Number(value) / ours - 1))
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a))
    expect(rows[0]![0]).toBe('252-days')
    expect(sizes[0]).toBeCloseTo(1 - Math.sqrt(252 / 365), 12)
    await sheet.getByText('no difference here').waitFor()
    await page.keyboard.press('Escape')
  })

  test('a receipt leads to how its estimator works, and the help says so of all of them', async () => {
    await page.getByRole('button', { name: 'How this volatility was made' }).press('Enter')
    const sheet = page.getByRole('dialog', { name: 'How this volatility was made' })
    await sheet.getByRole('link', { name: 'How Yang-Zhang works' }).press('Enter')
    await page.waitForURL('**/help#yang-zhang')
    const own = page.getByRole('region', { name: 'Yang-Zhang', exact: true })
    await expect.poll(async () => Math.abs((await own.boundingBox())?.y ?? Infinity)).toBeLessThan(40)
    await own.getByText(/Yang & Zhang 2000/).waitFor()
    expect(await own.locator('math mfrac').count()).toBe(2)
    for (const estimator of ESTIMATORS)
      expect(await page.locator(`section#${estimator} math`).count()).not.toBe(0)
    // Every name leads to what it names.
    const places = await page
      .getByRole('navigation', { name: 'On this page' })
      .getByRole('link')
      .evaluateAll((links) => links.map((link) => document.querySelector(link.getAttribute('href')!)?.id))
    expect(places).toContain('not-available')
    expect(places).not.toContain(undefined)
    await page.getByRole('link', { name: 'Where σ is n/a' }).press('Enter')
    await page.waitForURL('**/help#not-available')
    expect(await examine(page)).toEqual([])
    await page.getByRole('button', { name: 'Back' }).waitFor()
    await open(`/m/${MARKET}`)
  })

  test('the order of its panels outlives the browser', async () => {
    const titles = () => page.locator('section[aria-label] h2').allInnerTexts()
    const before = await titles()
    await page.getByRole('button', { name: 'Arrange panels' }).click()
    const sheet = page.getByRole('dialog', { name: 'Arrange panels' })
    await sheet.getByRole('button', { name: /^Move Hours of the week/ }).focus()
    await page.keyboard.press('Home')
    await sheet.getByRole('switch', { name: 'Drawdown' }).press('Space')
    await sheet.getByRole('button', { name: 'Done' }).click()
    const context = await browser.restart({ offline: true })
    await context.clock.install({ time: GALLERY_NOW_MS })
    page = await context.newPage()
    await open(`/m/${MARKET}`)
    await page.getByRole('region', { name: 'Hours of the week' }).waitFor()
    const others = before.filter((name) => !['Hours of the week', 'Drawdown'].includes(name))
    expect(await titles()).toEqual(['Hours of the week', ...others])
    await page.getByRole('button', { name: 'Arrange panels' }).click()
    await page.getByRole('button', { name: 'Reset' }).click()
    await page.getByRole('button', { name: 'Done' }).click()
  })

  test('its candles go out as CSV: the prices of the archive, and no volumes, of which it keeps none', async () => {
    await page.getByText('1M', { exact: true }).click()
    await page.getByText('hourly bars', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Share' }).click()
    const sheet = page.getByRole('dialog', { name: 'Share' })
    await sheet.getByText('CSV', { exact: true }).click()
    const { download, bytes } = await saved(() => sheet.getByRole('button', { name: 'Save' }).click())
    expect(download.suggestedFilename()).toMatch(/^coinbase_BTC-USD_1h_2026-02-12T1400_2026-03-14T1300\.csv$/)
    const [head, ...lines] = rowsOf(bytes.toString())
    const [itsHead, ...whole] = rowsOf(served)
    expect(head).toEqual(itsHead)
    // A sealed month and what is not sealed yet.
    expect(lines.length).toBe(30 * 24 - 1)
    const same = whole.slice(-lines.length)
    expect(lines.map(({ prices }) => prices)).toEqual(same.map(({ prices }) => prices))
    expect(new Set(lines.map(({ volume }) => volume))).toEqual(new Set(['']))
  })

  test('what it shows goes out as a picture of one size, in either theme', async () => {
    const sheet = page.getByRole('dialog', { name: 'Share' })
    await sheet.getByText('Picture', { exact: true }).click()
    const colours: string[] = []
    for (const theme of ['Light', 'Dark']) {
      await sheet.getByText(theme, { exact: true }).click()
      const { download, bytes } = await saved(() => sheet.getByRole('button', { name: 'Save' }).click())
      expect(download.suggestedFilename()).toMatch(/^coinbase_BTC-USD_picture_.*\.png$/)
      const { width, height, data } = PNG.sync.read(bytes)
      // Head, price and σ, foot; twice its CSS pixels. A receipt takes as many lines as it needs.
      expect(width).toBe(1440)
      expect(height).toBeGreaterThan(1440)
      expect(height).toBeLessThan(1540)
      const pixels = new Uint32Array(data.buffer, data.byteOffset, data.length / 4)
      expect(new Set(pixels).size).toBeGreaterThan(50)
      colours.push(data.subarray(0, 3).toString('hex'))
    }
    expect(colours).toEqual(['ffffff', '12151b'])
    await page.keyboard.press('Escape')
  })

  test('one that has ended says so, and one that was never here names those that may be meant', async () => {
    await open(`/m/${ENDED}`)
    await page.getByText('Binance no longer trades it.').waitFor()
    expect(await examine(page), 'ended').toEqual([])
    await open('/m/kraken:BTC-EUR')
    await page.getByText('kraken:BTC-EUR is not on this device').waitFor()
    await page.getByText('You are offline.').waitFor()
    expect(await examine(page), 'never here').toEqual([])
    await page.getByRole('link', { name: 'Bitcoin · Coinbase USD' }).click()
    await page.getByRole('region', { name: 'Volatility', exact: true }).waitFor()
  })

  test('the calendar of its days leads the keyboard from a year to the last month of another that can be opened', async () => {
    await open(`/offline?market=${MARKET}&interval=1d`)
    await page.getByRole('button', { name: 'Year before' }).click()
    await page.getByRole('button', { name: /^December 2025/ }).focus()
    await page.keyboard.press('PageDown')
    await page.waitForFunction(() => {
      const { activeElement } = document
      return (
        activeElement?.getAttribute('aria-label')?.startsWith('March 2026') &&
        activeElement.matches('[tabindex="0"]')
      )
    })
  })

  test('a picture that stands ready is made once, whatever prices come meanwhile', async () => {
    await open(`/m/${MARKET}`)
    await gallery.line.mend()
    await browser.context.setOffline(false)
    await page.waitForSelector('html[data-online="true"]', { state: 'attached' })
    await page.getByRole('button', { name: 'Share' }).click()
    const save = page.getByRole('dialog', { name: 'Share' }).getByRole('button', { name: 'Save' })
    await save.and(page.locator(':enabled')).waitFor()
    const taken = await save.evaluateHandle((button) => {
      const changes = { count: 0 }
      new MutationObserver(({ length }) => (changes.count += length)).observe(button, { attributes: true })
      return changes
    })
    const price = page.locator('main [data-price]').first()
    const before = await price.getAttribute('data-value')
    const sample = {
      market: MARKET as MarketId,
      atMs: GALLERY_NOW_MS + 60_000,
      price: `${Number(before) + 1}`,
    }
    await gallery.archive.recordSamples([sample])
    await page.waitForFunction(
      ([value]) => document.querySelector('main [data-price]')?.getAttribute('data-value') !== value,
      [before],
    )
    expect(await taken.jsonValue()).toEqual({ count: 0 })
    await page.keyboard.press('Escape')
    await gallery.line.cut()
    await browser.context.setOffline(true)
  })

  test('in a language from right to left no number changes sides with its unit or sign', async () => {
    const sigma = '[data-sigma]:not([data-value=""])'
    for (const [path, last] of [
      ['/', sigma],
      ['/offline', 'details[data-pack]'],
      ['/settings', 'output'],
      [`/m/${MARKET}`, sigma],
    ] as const) {
      await open(path)
      await page.evaluate(() => (document.documentElement.dir = 'rtl'))
      await page.locator(last).first().waitFor()
      if (path.startsWith('/m/')) {
        await allPanels()
        for (const name of ['Drawdown', 'Distribution of returns'])
          await page.getByRole('region', { name, exact: true }).getByText('Table', { exact: true }).click()
      }
      expect(await page.evaluate(swapped), path).toEqual([])
    }
  })

  test('the cone stands where volatility does, window by window, and goes back day by day', async () => {
    await open(`/m/${MARKET}`)
    const cone = page.getByRole('region', { name: 'Volatility cone', exact: true })
    await cone.scrollIntoViewIfNeeded()
    const windows = cone.locator('li [data-sigma]')
    const read = (attribute: string) =>
      windows.evaluateAll((all, name) => all.map((one) => one.getAttribute(name) ?? ''), attribute)
    await expect.poll(() => read('data-window')).toEqual(['7', '14', '30', '90', '180', '365'])
    const [week] = await read('data-value')
    const asOf = Date.parse((await read('data-as-of'))[0]!)
    expect(Number(week)).toBeGreaterThan(0)

    await cone.getByRole('application').focus()
    await page.keyboard.press('ArrowRight')
    await expect
      .poll(() => cone.locator('[aria-live]').textContent())
      .toMatch(/^7 d: \d.* percent a year.*of its history; median/)
    await page.keyboard.press('End')
    await expect.poll(() => cone.locator('[aria-live]').textContent()).toMatch(/^365 d: /)

    await cone.getByRole('slider', { name: 'Day' }).focus()
    for (let day = 1; day <= 3; day++) {
      await page.keyboard.press('ArrowLeft')
      await expect.poll(async () => Date.parse((await read('data-as-of'))[0]!)).toBe(asOf - day * 86_400_000)
    }
    expect((await read('data-value'))[0]).not.toBe(week)
    // The cursor of the price's chart is stronger than the slider, whatever day it was on.
    await page.getByRole('application', { name: /^Price of/ }).focus()
    await page.keyboard.press('End')
    await expect
      .poll(async () => Date.parse((await read('data-as-of'))[0]!))
      .toBeGreaterThan(asOf - 2 * 86_400_000)
  })

  test('the ranking is computed here, the largest first and what is not available last, and leads to a market', async () => {
    await open('/ranking?window=7d&method=parkinson')
    const rows = page.getByRole('region', { name: 'Markets by volatility' }).getByRole('listitem')
    const values = () =>
      rows.evaluateAll((all) =>
        all.map((row) => row.querySelector('[data-sigma]')?.getAttribute('data-value') ?? ''),
      )
    const known = (await values()).filter((value) => value !== '').map(Number)
    expect(known.length).toBeGreaterThan(0)
    expect(known).toEqual(known.toSorted((a, b) => b - a))
    expect((await values()).slice(known.length).every((value) => value === '')).toBe(true)
    expect(await examine(page), 'σ').toEqual([])
    await page.getByRole('combobox', { name: 'Method' }).selectOption('level-stdev')
    await page.getByText('It depends on the scale of the price').waitFor()
    await page.getByRole('radio', { name: '24h' }).focus()
    await page.keyboard.press('ArrowLeft')
    await page.waitForURL(/\/ranking\?window=365d&method=level-stdev$/)
    expect(await examine(page), 'levels').toEqual([])
    await rows
      .getByRole('link', { name: /Bitcoin/ })
      .first()
      .click()
    await page.getByRole('region', { name: 'Volatility', exact: true }).waitFor()
    await page.goBack()
    await page.getByText('It depends on the scale of the price').waitFor()
  })

  test('axe finds nothing on all panels, tables and sheets', async () => {
    await open(`/m/${MARKET}`)
    await allPanels()
    // Short ones: of hundreds of rows axe learns no more, and takes long.
    for (const name of ['Distribution of returns', 'Hours of the week'])
      await page.getByRole('region', { name, exact: true }).getByText('Table', { exact: true }).click()
    expect(await examine(page)).toEqual([])
    for (const [opener, name] of [
      ['How this volatility was made', 'How this volatility was made'],
      ['What would other tools print?', 'What would other tools print?'],
      [/^How this was made: Closes/, 'How this was made'],
      ['Arrange panels', 'Arrange panels'],
      ['Share', 'Share'],
    ] as const) {
      await page.getByRole('button', { name: opener, exact: true }).press('Enter')
      const sheet = page.getByRole('dialog', { name, exact: true })
      await sheet.waitFor()
      expect(await examine(page, 'dialog[open]'), name).toEqual([])
      if (name === 'Share') {
        await sheet.getByText('CSV', { exact: true }).click()
        await sheet.getByText(/^time,open,high/).waitFor()
        expect(await examine(page, 'dialog[open]'), 'CSV').toEqual([])
      }
      await page.keyboard.press('Escape')
    }
    await page.getByRole('button', { name: 'Compare' }).press('Enter')
    await page.getByRole('menuitemcheckbox').first().waitFor()
    expect(await examine(page, 'dialog[open]'), 'estimators').toEqual([])
    await page.keyboard.press('Escape')
  })
})
