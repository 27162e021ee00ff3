/** The policies of the pages in a real browser: the app, and the page for phones, break them nowhere; an attack breaks them. */
import type { Page } from '@playwright/test'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../core/time/interval.ts'
import { addMarket, NOW_MS, readAll, sealAll, serveArchive, type TestServer } from '../api/serve.ts'
import { controlled, openBrowser, ready, synced } from './browser.ts'
import { homeHttps } from './home-https.ts'

let server: TestServer
beforeAll(async () => {
  server = await serveArchive({ app: 'build', phones: homeHttps(['https://127.0.0.1:9']) })
  const market = await addMarket(server.archive, 'coinbase:BTC-USD')
  await readAll(server.archive, market, '1m', NOW_MS - 2 * DAY_MS, NOW_MS - HOUR_MS)
  await readAll(server.archive, market, '1h', NOW_MS - 60 * DAY_MS, NOW_MS - HOUR_MS)
  await sealAll(server.archive)
})
afterAll(() => server.stop())

test('list, market, packs and settings break no policy, worker and service worker included; text never becomes code', async () => {
  await using browser = await openBrowser('pixel')
  const page = browser.context.pages()[0] ?? (await browser.context.newPage())
  const broken = complaintsOf(page)
  const answer = await page.goto(server.url)
  expectStrict(answer!.headers()['content-security-policy'])
  await ready(page)
  await synced(page)
  await controlled(page)
  for (const path of ['/m/coinbase:BTC-USD', '/offline', '/settings', '/admin']) {
    await page.goto(server.url + path)
    await ready(page)
  }
  await page.goto(`${server.url}/m/coinbase:BTC-USD`)
  await expect.poll(() => page.workers().length, { timeout: 60_000 }).toBeGreaterThan(0)
  expect(broken).toEqual([])
  expect(await page.evaluate(attack)).toEqual(ALL_REFUSED)
})

test('the page for phones breaks no policy while it looks for trust, with the picture of its address; nor does text become code there', async () => {
  await using browser = await openBrowser('desktop')
  const page = await browser.context.newPage()
  const broken = complaintsOf(page)
  const answer = await page.goto(`${server.url}/phone`)
  expectStrict(answer!.headers()['content-security-policy'])
  await page.getByText('Not trusted yet').waitFor()
  await page.getByRole('img', { name: 'http://127.0.0.1:9/phone' }).waitFor()
  expect(broken).toEqual([])
  expect(await page.evaluate(attack)).toEqual(ALL_REFUSED)
})

/** What the browser says of a broken policy, as it comes. */
function complaintsOf(page: Page): readonly string[] {
  const broken: string[] = []
  page.on('console', (message) => {
    if (/Content.Security.Policy|Trusted(HTML|Script)|Refused to/i.test(message.text()))
      broken.push(message.text())
  })
  return broken
}

function expectStrict(policy: string | undefined): void {
  expect(policy).toContain("require-trusted-types-for 'script'")
  expect(policy).not.toMatch(/unsafe-(inline|eval)/)
}

const ALL_REFUSED = { markup: true, frame: true, script: true, inline: true, worker: true, policy: true }

/** Whether each way from text to code is refused. Runs in the page. */
function attack(): Record<keyof typeof ALL_REFUSED, boolean> {
  const refused = (way: () => unknown) => {
    try {
      way()
      return false
    } catch (error) {
      return error instanceof TypeError
    }
  }
  const text = '<img src=x onerror="document.title=1">'
  return {
    markup: refused(() => (document.createElement('div').innerHTML = text)),
    frame: refused(() => (document.createElement('iframe').srcdoc = text)),
    script: refused(() => (document.createElement('script').src = 'https://evil.example/x.js')),
    inline: refused(() => (document.createElement('script').text = 'document.title=1')),
    worker: refused(() => new Worker('data:text/javascript,1')),
    policy: refused(() => {
      const { trustedTypes } = globalThis as unknown as {
        trustedTypes: { createPolicy(name: string, rules: object): unknown }
      }
      return trustedTypes.createPolicy('evil', {})
    }),
  }
}
