/** Settings: each choice changes what it says, at once, and stands after a restart without network. */
import type { Page } from '@playwright/test'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../journey/processes.ts'
import { openArchiveStage, type ArchiveStage } from './archive-stage.ts'
import { openBrowser, openSynced, ready, type Browser, examine } from './browser.ts'

const NOON = Date.UTC(2026, 2, 14, 12, 0, 30)

describe('settings', () => {
  let stage: ArchiveStage
  let browser: Browser
  beforeAll(async () => {
    stage = await openArchiveStage({ startMs: NOON, minuteDays: 2, also: ['coinbase:BTC-EUR'] })
    browser = await openBrowser('pixel', { timezoneId: 'UTC' })
  }, 120_000)
  afterAll(async () => {
    await browser[Symbol.asyncDispose]()
    await stage[Symbol.asyncDispose]()
  })

  test('each choice takes effect at once and stands after a restart without network', async () => {
    const { url } = stage.line
    let page = await openSynced(browser.context, `${url}/settings`)
    const before = await looksOf(page, url, ['yang-zhang', 30])
    await page.goto(`${url}/settings`)
    await ready(page)

    await page.getByRole('radio', { name: 'Dark' }).check({ force: true })
    expect(await page.getAttribute('html', 'data-theme')).toBe('dark')
    await page.getByRole('radio', { name: 'Blue up, orange down' }).check({ force: true })
    await page.getByRole('radio', { name: 'Compact' }).check({ force: true })
    await page.getByRole('switch', { name: 'Reduce motion' }).check({ force: true })
    await page.getByRole('switch', { name: 'Data saver' }).check({ force: true })
    await page.getByRole('button', { name: 'Time zone' }).click()
    await page.getByRole('searchbox').fill('kolkata')
    await page.getByRole('button', { name: /Kolkata/ }).click()
    await page.getByRole('combobox', { name: 'Estimator' }).selectOption('parkinson')
    await page.getByRole('slider', { name: 'Window' }).fill('60')
    const currency = page.getByRole('combobox', { name: 'Currency' })
    // Those of the server, in which no market is followed yet, are among them.
    expect(await currency.locator('option').allInnerTexts()).toEqual([
      'As the server lists',
      'CHF',
      'EUR',
      'USD',
    ])
    await currency.selectOption('EUR')
    await page.getByRole('combobox', { name: 'Language' }).selectOption('de')
    await page.waitForSelector('html[lang="de"]', { state: 'attached' })

    const times = (path: string) => stage.line.asked.filter((one) => one.path === path).length
    expect(times('/api/v1/live')).toBeGreaterThan(0)
    stage.line.asked.length = 0
    const chosen = await looksOf(page, url, ['parkinson', 60])
    expect(chosen).not.toEqual(before)
    const asked = times('/api/v1/prices')
    await page.reload()
    await ready(page)
    await until('prices', 20_000, async () => (times('/api/v1/prices') > asked ? true : null))
    // Nobody has listened, in three openings.
    expect(times('/api/v1/live')).toBe(0)

    await stage.line.cut()
    page = await (await browser.restart({ offline: true })).newPage()
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(String(error)))
    expect(await looksOf(page, url, ['parkinson', 60])).toEqual(chosen)
    expect(chosen).toEqual({
      theme: 'dark',
      bar: '#0b0d11',
      language: 'de',
      colours: ['#6cb2ff', '#ff9f45'],
      still: '0s',
      bitcoin: 'coinbase:BTC-EUR',
      // Half past five in the afternoon where it is noon by UTC.
      clock: expect.stringMatching(/^17:[345]/),
      decimal: ',',
      isDense: true,
    })

    await page.goto(`${url}/settings`)
    await ready(page)
    // By its place: it is named in the language that was chosen.
    await page.locator('main button').last().click()
    await page.waitForSelector('html[data-theme="light"][lang="en"]', { state: 'attached' })
    await page.getByRole('button', { name: /Undo|Rückgängig/ }).click()
    await page.waitForSelector('html[data-theme="dark"][lang="de"]', { state: 'attached' })
    // The others begin with the first settings.
    await page.locator('main button').last().click()
    await page.waitForSelector('html[data-theme="light"][lang="en"]', { state: 'attached' })
    expect(errors).toEqual([])
    await stage.line.mend()
    await browser.context.setOffline(false)
  })

  for (const language of ['en', 'de'])
    test(`with text at 200 % on the narrowest phone no screen is wider than it (${language})`, async () => {
      const page = await browser.context.newPage()
      await page.goto(stage.line.url)
      await page.evaluate(
        (chosen) => localStorage.setItem('preferences', JSON.stringify({ language: chosen })),
        language,
      )
      await page.setViewportSize({ width: 320, height: 800 })
      await page.addInitScript(() =>
        document.addEventListener(
          'DOMContentLoaded',
          () => (document.documentElement.style.fontSize = '200%'),
        ),
      )
      for (const path of ['/', '/offline']) {
        await page.goto(stage.line.url + path)
        await ready(page)
        expect(await page.getAttribute('html', 'lang')).toBe(language)
        if (path === '/offline') await page.getByRole('grid').waitFor()
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320)
      }
      await page.evaluate(() => localStorage.removeItem('preferences'))
      await page.close()
    })

  test('axe finds nothing, whatever the palette', async () => {
    const page = await browser.context.newPage()
    await page.goto(`${stage.line.url}/settings`)
    await ready(page)
    for (const palette of ['Green up, red down', 'Red up, green down', 'Blue up, orange down']) {
      await page.getByRole('radio', { name: palette }).check({ force: true })
      expect(await examine(page), palette).toEqual([])
    }
    await page.getByRole('button', { name: 'Time zone' }).click()
    await page.getByRole('searchbox').fill('Berlin')
    expect(await examine(page), 'time zones').toEqual([])
    await page.close()
  })
})

/** What each choice is seen by, on the screens of the market list and of one market. */
async function looksOf(page: Page, url: string, [estimator, window]: readonly [string, number]) {
  await page.goto(url)
  await ready(page)
  const list = await page.evaluate(() => {
    const root = document.documentElement
    const rows = [...document.querySelectorAll<HTMLElement>('a[href^="/m/"]')]
    const bitcoin = rows.find((row) => /BTC-/.test(row.getAttribute('href')!))!
    return {
      theme: root.dataset['theme'],
      bar: document.querySelector<HTMLMetaElement>('meta[name=theme-color]')!.content,
      language: root.lang,
      colours: ['--up', '--down'].map((name) => getComputedStyle(root).getPropertyValue(name)),
      still: getComputedStyle(rows[0]!).transitionDuration,
      bitcoin: bitcoin.getAttribute('href')!.slice('/m/'.length),
      isDense: Number.parseFloat(getComputedStyle(root).getPropertyValue('--row-y')) < 0.5,
    }
  })
  // The worker computes it anew after the choice.
  await page.locator(`[data-sigma][data-estimator="${estimator}"][data-window="${window}"]`).first().waitFor()
  await page.goto(`${url}/m/coinbase:BTC-USD`)
  await ready(page)
  const price = await page.locator('main [data-price]').first().innerText()
  const asOf = await page.locator('main button[title*="2026"]').first().getAttribute('title')
  return { ...list, clock: /\d\d:\d\d/.exec(asOf!)?.[0], decimal: /(.)\d\d$/.exec(price.trim())?.[1] }
}
