/** Rows of the device table (docs/reliability.md) that are about the line: none, a broken one, a lying one. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../journey/processes.ts'
import { openArchiveStage, type ArchiveStage } from './archive-stage.ts'
import { controlled, openBrowser, ready, synced } from './browser.ts'
import { answerAsPortal } from './line.ts'
import { lookIntoStore } from './stored.ts'

const CHUNKS = '/api/v1/chunks/'

describe('Device: the line', () => {
  let stage: ArchiveStage
  beforeAll(async () => {
    stage = await openArchiveStage()
  })
  afterEach(async () => {
    await stage.line.mend()
    stage.line.asked.length = 0
  })
  afterAll(() => stage[Symbol.asyncDispose]())

  test('cold start in airplane mode, deep link too: every screen is painted from the store, "offline, as of"', async () => {
    await using browser = await openBrowser('pixel')
    const first = await browser.context.newPage()
    await first.goto(stage.line.url)
    await ready(first)
    await synced(first)
    await controlled(first)
    await stage.line.cut()
    const context = await browser.restart({ offline: true })
    const screens = [
      [`/m/${stage.market}`, /offline · price of \d\d:\d\d/],
      ['/', /offline · as of \d\d:\d\d/],
      ['/offline', /complete to \d\d:\d\d/],
    ] as const
    for (const [path, says] of screens) {
      const page = await context.newPage()
      await page.goto(stage.line.url + path)
      await ready(page)
      await page.getByText(says).first().waitFor()
      expect(await page.getAttribute('html', 'data-online')).toBe('false')
      if (path.startsWith('/m/'))
        expect(await page.locator('[data-sigma]').first().getAttribute('data-value')).not.toBe('')
      await page.close()
    }
  })

  test('network drops in the middle of a pack: it resumes, and nothing that was stored is fetched twice', async () => {
    await using browser = await openBrowser('pixel')
    let asked = 0
    stage.line.fault = ({ path }, answer, pass) => {
      if (!path.startsWith(CHUNKS) || ++asked <= 4) return pass()
      // The head and a few bytes come, then nothing any more, for anybody.
      answer.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': 5000 })
      answer.write(Buffer.alloc(100), () => void stage.line.cut())
    }
    const page = await browser.context.newPage()
    await page.goto(stage.line.url)
    await page.getByText(/offline · as of/).waitFor()
    const stored = await lookIntoStore(page)
    expect(stored).toMatchObject({ spoilt: 0, dangling: 0 })
    expect(stored.chunks).toBeGreaterThan(0)
    await stage.line.mend()
    await synced(page)
    expect(await lookIntoStore(page)).toMatchObject({ spoilt: 0, dangling: 0 })
    expectEachOnce(stage.line.delivered(CHUNKS))
  })

  test('captive portal answers HTML 200: it is said, never stored, and nothing that was stored is fetched twice', async () => {
    await using browser = await openBrowser('pixel')
    let asked = 0
    stage.line.fault = ({ path }, answer, pass) => {
      if (path.startsWith(CHUNKS)) asked += 1
      if (asked <= 4) pass()
      else answerAsPortal(answer)
    }
    const page = await browser.context.newPage()
    await page.goto(`${stage.line.url}/offline`)
    await page.getByText('is something in between?').waitFor()
    const stored = await lookIntoStore(page)
    expect(stored).toMatchObject({ spoilt: 0, dangling: 0 })
    expect(stored.chunks).toBeGreaterThan(0)
    await stage.line.mend()
    await synced(page)
    // An installation that met the portal was refused; the next visit tries again.
    await page.reload()
    await controlled(page)
    expect(await lookIntoStore(page)).toMatchObject({ spoilt: 0, dangling: 0 })
    expect(await page.evaluate(filesThatAreThePortal)).toEqual([])
    expectEachOnce(stage.line.delivered(CHUNKS))
  })

  test('a part of the app that did not come is asked for again when the server is reached', async () => {
    await using browser = await openBrowser('pixel', { serviceWorkers: 'block' })
    const page = await browser.context.newPage()
    // So low that the last panels are far away.
    await page.setViewportSize({ width: 412, height: 300 })
    await page.goto(`${stage.line.url}/m/${stage.market}`)
    await ready(page)
    await synced(page)
    const panel = page.getByRole('region', { name: 'Hours of the week' })
    await panel.waitFor()
    await stage.line.cut()
    await page.waitForSelector('html[data-online="false"]', { state: 'attached' })
    await panel.scrollIntoViewIfNeeded()
    await panel.getByText('this part of the app is not here yet').waitFor()
    await stage.line.mend()
    await panel.getByRole('img').or(panel.getByText('Not enough here')).first().waitFor()
  })

  test('chunk with wrong hash or truncated: refused, asked for again, reported once', async () => {
    await using browser = await openBrowser('pixel')
    const spoilt = new Set<string>()
    let nextRound: (() => void) | null = null
    stage.line.fault = ({ path }, _answer, pass) => {
      // A round begins when the one before has ended. It waits, so that nothing is under way while the store is looked at.
      if (path === '/api/v1/sync' && spoilt.size > 0) {
        nextRound = pass
        return
      }
      if (!path.startsWith(CHUNKS)) return pass()
      if (spoilt.size < 2) spoilt.add(path)
      const nth = [...spoilt].indexOf(path)
      if (nth === 0) pass((body) => body.map((byte, at) => (at === 200 ? byte ^ 1 : byte)) as Buffer)
      else if (nth === 1) pass((body) => body.subarray(0, body.length / 2))
      else pass()
    }
    const page = await browser.context.newPage()
    await page.goto(`${stage.line.url}/offline`)
    await page.getByText('what the server sent twice is not the chunk it named').waitFor()
    const goOn = await until('the round has ended', 60_000, async () => nextRound)
    const stored = await lookIntoStore(page)
    expect(stored).toMatchObject({ spoilt: 0, dangling: 0 })
    expect(await page.getAttribute('html', 'data-synced')).toBe('false')
    for (const path of spoilt) expect(stage.line.asked.filter((one) => one.path === path)).toHaveLength(2)
    await stage.line.mend()
    goOn()
    await synced(page)
    expect(await lookIntoStore(page)).toMatchObject({ spoilt: 0, dangling: 0, chunks: stored.chunks + 2 })
    await page.getByText('what the server sent twice').waitFor({ state: 'detached' })
    expectEachOnce(stage.line.delivered(CHUNKS))
  })
})

function expectEachOnce(delivered: ReadonlyMap<string, number>): void {
  expect(delivered.size).toBeGreaterThan(0)
  expect([...delivered].filter(([, times]) => times !== 1)).toEqual([])
}

/** Files of the app that the service worker keeps and that the portal has written. Runs in the page. */
async function filesThatAreThePortal(): Promise<string[]> {
  const found: string[] = []
  for (const name of await caches.keys()) {
    const cache = await caches.open(name)
    for (const request of await cache.keys()) {
      const text = await (await cache.match(request))!.text()
      if (text.includes('Hotel Wi-Fi')) found.push(request.url)
    }
  }
  return found
}
