/** The screens as people with other needs and other addresses meet them: accessible in both themes, honest over plain http. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../journey/processes.ts'
import { openBrowser, ready, synced, examine } from './browser.ts'
import { openStage, type Stage } from './stage.ts'

const MARKET = 'coinbase:BTC-USD'

describe('the three screens', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await openStage({
      MARKETS: `${MARKET},coinbase:SHIB-USD`,
      COINBASE_RPS: '400',
      SAMPLE_SECONDS: '5',
    })
    await until('sealed days', 120_000, async () => {
      const answer = await fetch(`${stage.url}/api/v1/sync?since=0`)
      const { chunks } = (await answer.json()) as { chunks: { interval: string }[] }
      return chunks.some((chunk) => chunk.interval === '1d') ? true : null
    })
  }, 180_000)
  afterAll(() => stage.close())

  for (const device of ['pixel', 'desktop'] as const)
    test(`on a ${device} axe finds nothing`, async () => {
      await using browser = await openBrowser(device)
      const page = await browser.context.newPage()
      for (const path of ['/', `/m/${MARKET}`, '/offline']) {
        await page.goto(stage.url + path)
        await ready(page)
        expect(await examine(page), path).toEqual([])
      }
    })

  test('over plain http the app works while online and says why it cannot be installed', async () => {
    await using browser = await openBrowser('pixel')
    const page = await browser.context.newPage()
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(String(error)))
    await page.goto(stage.plainUrl)
    await ready(page)
    expect(await page.evaluate(() => isSecureContext)).toBe(false)
    await synced(page)
    expect(
      await page.locator(`[data-price][data-market="${MARKET}"]`).first().getAttribute('data-value'),
    ).toMatch(/^\d+(\.\d+)?$/)
    await page.goto(`${stage.plainUrl}/offline`)
    await page.getByText(/https/).first().waitFor()
    expect(errors).toEqual([])
  })
})
