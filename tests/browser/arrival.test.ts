/** Coming to the app: the first time, again after an absence, to keep it, and as its owner. */
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { MarketId } from '../../core/market.ts'
import { HOUR_MS, MINUTE_MS } from '../../core/time/interval.ts'
import { systemClock } from '../../server/clock.ts'
import { addMarket, candleAt, serveArchive } from '../api/serve.ts'
import { until } from '../journey/processes.ts'
import { openArchiveStage, type ArchiveStage } from './archive-stage.ts'
import { openBrowser, openSynced, ready, synced, examine } from './browser.ts'
import { openExchange } from './exchange.ts'

const APP = fileURLToPath(new URL('../../build', import.meta.url))

let stage: ArchiveStage
let exchange: Awaited<ReturnType<typeof openExchange>>
beforeAll(async () => {
  exchange = await openExchange()
  stage = await openArchiveStage({ exchange: exchange.sources })
})
afterEach(() => stage.line.mend())
afterAll(async () => {
  await stage[Symbol.asyncDispose]()
  await exchange[Symbol.asyncDispose]()
})

describe('the first time', () => {
  test('an empty device is told what comes, sees prices at once, and then that it opens without a network', async () => {
    await using browser = await openBrowser('pixel')
    const page = await browser.context.newPage()
    let answer: () => void = () => undefined
    const asked = new Promise<void>((resolve) => (answer = resolve))
    stage.line.fault = ({ path }, _answer, pass) => {
      if (path === '/api/v1/sync') void asked.then(() => pass((body) => readingOf(body, 10)))
      else pass()
    }
    await page.goto(stage.line.url)
    await page.getByText('Welcome to Crypto Tracker').waitFor()
    expect(await examine(page)).toEqual([])
    answer()
    await page.locator('[data-price]').first().waitFor()
    await page.getByText('1 market is on this device and opens without a network').waitFor()
    expect(await examine(page)).toEqual([])
  })

  test('of a server that has no candles yet, nothing is said to be on the device', async () => {
    const server = await serveArchive({ clock: systemClock, app: APP })
    try {
      await addMarket(server.archive, 'coinbase:BTC-USD')
      await using browser = await openBrowser('pixel')
      const page = await browser.context.newPage()
      await page.goto(server.url)
      await page.getByText('The server has no prices yet').waitFor()
      await synced(page)
      await page.getByText('no prices yet', { exact: true }).waitFor()
      expect(await page.getByText('live', { exact: true }).count()).toBe(0)
      expect(
        await page.getByText('open without a network').or(page.getByText('is on this device')).count(),
      ).toBe(0)
      await page.goto(`${server.url}/offline`)
      await page.getByText('Nothing is kept here yet').waitFor()
      expect(await page.getByText('works offline').count()).toBe(0)
    } finally {
      await server.stop()
    }
  })

  test('while the server still reads, what is here is not said to be all', async () => {
    await using browser = await openBrowser('pixel')
    const page = await browser.context.newPage()
    let done = 4
    stage.line.fault = ({ path }, _answer, pass) => {
      if (path === '/api/v1/sync') pass((body) => readingOf(body, done))
      else pass()
    }
    await page.goto(stage.line.url)
    await page.getByText('is here as far as the server has read it').waitFor()
    await page.getByText('The server is still reading history').waitFor()
    expect(await page.getByText('without a network').count()).toBe(0)
    done = 10
    // It looks again, as after a network has come back.
    await page.evaluate(() => window.dispatchEvent(new Event('online')))
    await page.getByText('1 market is on this device and opens without a network').waitFor()
  })

  test('without a server it is said, with what to look at, and goes on once the server is there', async () => {
    await using browser = await openBrowser('pixel', { colorScheme: 'dark' })
    const page = await browser.context.newPage()
    stage.line.fault = ({ path }, answer, pass) => {
      if (path.startsWith('/api/')) answer.destroy()
      else pass()
    }
    await page.goto(stage.line.url)
    await page.getByText('The server cannot be reached', { exact: true }).waitFor()
    await page.getByText('Does the server run?').waitFor()
    expect(await examine(page)).toEqual([])
    await stage.line.mend()
    await page.getByRole('button', { name: 'Try now' }).click()
    await page.locator('[data-price]').first().waitFor()
  })
})

describe('after an absence', () => {
  test('of a day one card tells the move in σ with its receipt, once caught up, until it is dismissed', async () => {
    await using browser = await openBrowser('pixel')
    let page = await openSynced(browser.context, stage.line.url)
    expect(await page.getByText('While you were away').count()).toBe(0)
    await page.close()
    await stage.pass(26 * 60)
    stage.line.fault = ({ path }, answer, pass) => {
      if (path === '/api/v1/sync') answer.destroy()
      else pass()
    }
    page = await browser.context.newPage()
    await page.clock.install({ time: stage.now() })
    await page.goto(stage.line.url)
    await page.getByText('this device has not caught up').waitFor()
    await stage.line.mend()
    const move = page.getByRole('button', { name: /USD .* σ$/ })
    await move.waitFor()
    expect(await examine(page)).toEqual([])
    await move.click()
    await page.getByText(/Yang-Zhang .* a year, of the days before/).waitFor()
    const sigma = page.getByLabel('While you were away').locator('[data-sigma]')
    expect(await sigma.getAttribute('data-estimator')).toBe('yang-zhang')
    expect(Date.parse((await sigma.getAttribute('data-as-of'))!)).toBeLessThanOrEqual(
      stage.now() - 26 * HOUR_MS,
    )
    expect(await examine(page)).toEqual([])
    // It has caught up, so it tells the same without a server.
    await stage.line.cut()
    await page.reload()
    await move.waitFor()
    await stage.line.mend()
    await page.getByLabel('While you were away').getByRole('button', { name: 'Dismiss' }).click()
    await page.reload()
    await ready(page)
    expect(await page.getByText('While you were away').count()).toBe(0)
  })
})

describe('keeping the app', () => {
  const COACH = 'Keep it on this device'

  test('is offered on the second visit where the browser offers it, by its own dialog, and dismissed for good', async () => {
    await using browser = await openBrowser('desktop')
    const page = await openSynced(browser.context, stage.line.url)
    await page.evaluate(offerInstalling)
    expect(await page.getByText(COACH).count()).toBe(0)
    await page.addInitScript(visitedBefore)
    await page.reload()
    await ready(page)
    await page.evaluate(offerInstalling)
    await page.getByText(COACH).waitFor()
    expect(await examine(page)).toEqual([])
    await page.getByRole('button', { name: 'Install', exact: true }).click()
    await until('the browser’s dialog', 10_000, () => page.evaluate(wasPrompted))
    // The offer is used up; another one comes with the next visit.
    await page.getByText(COACH).waitFor({ state: 'detached' })
    await page.evaluate(offerInstalling)
    await page.getByRole('button', { name: 'Do not show this again' }).click()
    await page.reload()
    await ready(page)
    await page.evaluate(offerInstalling)
    await page.locator('[data-price]').first().waitFor()
    expect(await page.getByText(COACH).count()).toBe(0)
  })

  test('on an iPhone is told in steps, installing first; over plain http it is told why it cannot be', async () => {
    for (const [device, url, words] of [
      ['iphone', stage.line.url, 'Install it first and download packs then'],
      ['pixel', stage.line.plainUrl, 'The page for this device'],
    ] as const) {
      await using browser = await openBrowser(device, { colorScheme: 'dark' })
      const page = await browser.context.newPage()
      await page.addInitScript(visitedBefore)
      await page.goto(url)
      await ready(page)
      await page.getByText(words).waitFor()
      expect(await examine(page)).toEqual([])
    }
  })
})

describe('the owner', () => {
  test('signs in by a real link, accepts a price, pauses a market and goes on, has a gap read again, signs out', async () => {
    const { archive, owner, market } = stage
    const refused = { startMs: null, reason: 'ten times its neighbours', raw: '99999' }
    await archive.quarantine('coinbase', market, stage.now() - HOUR_MS, refused)
    await leaveGap()
    await using browser = await openBrowser('pixel')
    const page = await browser.context.newPage()
    const press = (name: string) => page.getByRole('button', { name, exact: true }).click()

    await page.goto(`${stage.line.url}/admin`)
    await page.getByText('For the owner of this server').waitFor()
    expect(await examine(page)).toEqual([])
    expect(await page.getByRole('link', { name: 'Admin' }).count()).toBe(0)
    const link = page.getByLabel('One-time link')
    await link.fill(`http://localhost/api/v1/owner/sign-in?token=${'A'.repeat(43)}`)
    await press('Sign in')
    await page.getByText('Make a new one with “crypto-tracker owner link”').waitFor()
    await link.fill(`Owner: http://elsewhere/api/v1/owner/sign-in?token=${(await owner.link()).token} (once)`)
    await press('Sign in')
    await page.getByRole('link', { name: 'Admin' }).waitFor()
    await page.getByText('ten times its neighbours').waitFor()
    // Beside the row of the gap it is among the reasons.
    await page.locator('article p', { hasText: 'the source gave nothing, not confirmed' }).first().waitFor()
    expect(await examine(page)).toEqual([])

    await press('Accept')
    await page.getByText('marked as doubtful, and to every device').waitFor()
    const inFocus = () => page.evaluate(() => document.activeElement?.textContent?.trim())
    expect(await inFocus()).toBe('Not now')
    await page.keyboard.press('Enter')
    expect(await inFocus()).toBe('Accept')
    await page.keyboard.press('Enter')
    await press('Accept')
    await page.getByText('Nothing waits for a decision').waitFor()
    expect((await archive.quarantined(market, true))[0]).toMatchObject({ review: 'accepted' })

    const status = async () => (await archive.markets()).find(({ id }) => id === market)?.status
    await page.getByRole('button', { name: market }).click()
    await press('Pause')
    await page.getByText('Its history stays as it is').waitFor()
    expect(await status()).toBe('paused')
    await press('Resume')
    await page.getByText('It is followed again').waitFor()
    expect(await status()).toBe('live')
    expect(await examine(page)).toEqual([])

    await press('Read again')
    await page.getByText('is asked for again at its source').waitFor()
    await press('Read again')
    await page.getByText('It is being read again').waitFor()
    const gaps = await archive.gaps(GAPPY, '1m', {})
    expect(gaps.filter((gap) => gap.class === 'unconfirmed')).toEqual([])

    await stage.line.cut()
    await page.getByText('nothing can be ordered until the server answers').waitFor()
    expect(await page.getByRole('button', { name: 'Pause', exact: true }).isDisabled()).toBe(true)
    expect(await examine(page)).toEqual([])
    await page.reload()
    await page
      .getByText(/as of \d\d:\d\d/)
      .first()
      .waitFor()
    await stage.line.mend()
    await until('the server answers', 20_000, async () =>
      (await page.getByRole('button', { name: 'Sign out' }).isEnabled()) ? true : null,
    )
    await press('Sign out')
    await page.getByText('For the owner of this server').waitFor()
    expect(await page.evaluate(() => localStorage.getItem('crypto-tracker:admin:1'))).toBeNull()
  })
})

/** An answer of the server that has read so many of ten slices. */
const readingOf = (body: Buffer, done: number) =>
  Buffer.from(JSON.stringify({ ...(JSON.parse(body.toString()) as object), backfill: { wanted: 10, done } }))

const GAPPY = 'coinbase:ETH-USD' as MarketId

/** A market of whose last slice of minutes the source gave all but some, once. */
async function leaveGap(): Promise<void> {
  await addMarket(stage.archive, GAPPY)
  const sliceMs = 300 * MINUTE_MS
  const fromMs = Math.floor(stage.now() / sliceMs) * sliceMs - sliceMs
  const starts = Array.from({ length: 300 }, (_, place) => fromMs + place * MINUTE_MS)
  await stage.archive.applyReading({
    market: GAPPY,
    interval: '1m',
    fromMs,
    toMs: fromMs + sliceMs,
    readToMs: fromMs + sliceMs,
    readAtMs: stage.now(),
    rows: starts.filter((_, place) => place < 100 || place >= 142).map(candleAt),
    refused: [],
  })
}

/** What Chromium does once it finds an app worth installing. Runs in the page. */
function offerInstalling(): void {
  const offer = Object.assign(new Event('beforeinstallprompt', { cancelable: true }), {
    prompt: () => Promise.resolve(sessionStorage.setItem('prompted', 'yes')),
  })
  window.dispatchEvent(offer)
}

/** Runs in the page. */
const wasPrompted = () => (sessionStorage.getItem('prompted') === 'yes' ? true : null)

/** As if somebody had looked an hour ago, for the first time. Runs in the page, and counts once in a tab. */
function visitedBefore(): void {
  if (sessionStorage.getItem('visited') !== null) return
  sessionStorage.setItem('visited', 'yes')
  const visits = { lookedMs: Date.now() - 3_600_000, count: 1, usedMs: 0, away: null }
  localStorage.setItem('crypto-tracker:visits', JSON.stringify(visits))
}
