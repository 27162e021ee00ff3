/**
 * The journey in the engine of Safari: open, keep all minutes, lose the server, open the market's own address again, see
 * chart and σ, and catch up when the server is back. Its storage ends with its process, so the process is not restarted.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../journey/processes.ts'
import { findWebKit } from '../run/webkit.mjs'
import { openArchiveStage, type ArchiveStage } from './archive-stage.ts'
import { countStoredMinutes, paintedShare, readSigma } from './journey-page.ts'
import { openWebKit } from './webkit.ts'

const reason = findWebKit() ? '' : ' (needs WebKitWebDriver: apt-get install -y webkit2gtk-driver xvfb)'

describe.skipIf(reason !== '')(`The journey in Safari's engine${reason}`, () => {
  let stage: ArchiveStage
  beforeAll(async () => {
    stage = await openArchiveStage()
  })
  afterAll(() => stage[Symbol.asyncDispose]())

  // About one opening in twenty leaves the chart undrawn in this engine without a screen: everything else of the page is
  // there, the chart has no width yet. The cause is not found; what the page shows is in the message.
  test(
    'the chart and its σ stand without a server when the page starts anew, and catch up',
    { retry: 2 },
    async () => {
      await using browser = await openWebKit()
      const { line, market } = stage
      const html = (name: string) =>
        browser.evaluate((attribute) => document.documentElement.getAttribute(attribute), `data-${name}`)
      const says = async (name: string, value: string) => {
        try {
          await until(`data-${name}="${value}"`, 30_000, async () =>
            (await html(name)) === value ? true : null,
          )
        } catch (error) {
          throw new Error(`${(error as Error).message}; the page: ${await browser.evaluate(pageInWords)}`)
        }
      }

      await browser.goto(line.url)
      await says('ready', 'true')
      await says('synced', 'true')
      await until('the service worker', 60_000, async () =>
        (await browser.evaluate(() => navigator.serviceWorker.controller !== null)) ? true : null,
      )
      await browser.goto(`${line.url}/m/${market}`)
      await says('ready', 'true')
      await browser.click('1Y')
      await browser.click('A year of minutes')
      await until('every minute that the server has sealed', 60_000, async () =>
        (await browser.evaluate(countStoredMinutes)) > 15 * 1440 ? true : null,
      )
      await says('synced', 'true')
      const minutes = await browser.evaluate(countStoredMinutes)
      const online = await browser.evaluate(readSigma, market)
      expect(online.value).toBeGreaterThan(0)
      const revision = Number(await html('revision'))

      await line.cut()
      await browser.goto(`${line.url}/m/${market}`)
      await says('ready', 'true')
      expect(await html('online')).not.toBe('true')
      const offline = await until('σ from the device', 30_000, async () => {
        const sigma = await browser.evaluate(readSigma, market)
        return sigma.value > 0 ? sigma : null
      })
      // Blocks of the rolling sum start where the series starts, so the last bit may differ.
      expect(Math.abs(offline.value / online.value - 1)).toBeLessThan(1e-12)
      expect({ ...offline, value: online.value }).toEqual(online)
      expect(await browser.evaluate(countStoredMinutes)).toBe(minutes)
      expect(await browser.evaluate(paintedShare)).toBeGreaterThan(0.001)

      await stage.pass(10)
      await line.mend()
      const loaded = await browser.evaluate(() => performance.timeOrigin)
      await until('the missed candles without a reload', 60_000, async () =>
        (await html('online')) === 'true' && Number(await html('revision')) > revision ? true : null,
      )
      expect(await browser.evaluate(() => performance.timeOrigin)).toBe(loaded)
    },
  )
})

/** What a page that does not get on shows, for the message of the test. */
function pageInWords(): string {
  const { readyState, title, documentElement: html } = document
  const files = performance.getEntriesByType('resource').map(({ name, duration }) => `${name} ${duration}`)
  const marks = html.getAttributeNames().map((name) => `${name}=${html.getAttribute(name)}`)
  return JSON.stringify({
    address: location.href,
    readyState,
    visibility: document.visibilityState,
    chart: document.querySelector('[role=application]')?.clientWidth,
    canvases: document.querySelectorAll('canvas').length,
    title,
    marks,
    text: document.body?.innerText.slice(0, 300),
    worker: navigator.serviceWorker.controller?.state,
    files,
  })
}
