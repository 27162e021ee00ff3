/** `/api/docs` in a real browser: readable in light and dark, from this server alone, under a policy without exceptions. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serveArchive, type TestServer } from '../api/serve.ts'
import { openBrowser } from './browser.ts'

let server: TestServer
beforeAll(async () => {
  server = await serveArchive()
})
afterAll(() => server.stop())

describe.each(['light', 'dark'] as const)('the documentation in %s', (theme) => {
  test('shows every route, opens one, asks nobody else, and breaks no policy', async () => {
    await using browser = await openBrowser('desktop', { colorScheme: theme })
    const page = browser.context.pages()[0] ?? (await browser.context.newPage())
    const asked: string[] = []
    const complaints: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    const answer = await page.goto(`${server.url}/api/docs`)
    expect(answer!.headers()['content-security-policy']).toMatch(/script-src 'self';/)
    const { paths } = (await (await fetch(`${server.url}/api/openapi.json`)).json()) as { paths: object }
    await page.waitForSelector('.opblock')
    const shown = await page.locator('.opblock-summary-path').allTextContents()
    expect(shown.map((text) => text.replaceAll('\u200b', '')).sort()).toEqual(Object.keys(paths).sort())
    await page.getByText('Candles with from ≤ start < to').click()
    await page.locator('.opblock-body').getByText('interval').first().waitFor()
    const [red = 0] = (await page.evaluate(() => getComputedStyle(document.body).backgroundColor))
      .match(/\d+/g)!
      .map(Number)
    expect(red > 128).toBe(theme === 'light')
    expect(asked.filter((url) => !url.startsWith(server.url) && !url.startsWith('data:'))).toEqual([])
    expect(complaints).toEqual([])
  })
})
