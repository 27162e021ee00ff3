/** The price chart under fingers, mouse, wheel and keys, as the browser gives them. */
import type { Locator, Page } from '@playwright/test'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DAY_MS } from '../../core/time/interval.ts'
import { until } from '../journey/processes.ts'
import { openArchiveStage, type ArchiveStage } from './archive-stage.ts'
import { openBrowser, openSynced, type Browser, examine } from './browser.ts'
import { Fingers } from './fingers.ts'

let stage: ArchiveStage
beforeAll(async () => {
  stage = await openArchiveStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

interface View {
  readonly fromMs: number
  readonly toMs: number
}

const chartOf = (page: Page): Locator => page.getByRole('application', { name: /^Price of/ })

/** Both ends of one instant. */
const viewOf = (page: Page): Promise<View> =>
  chartOf(page).evaluate(({ dataset }) => ({
    fromMs: Number(dataset['from']),
    toMs: Number(dataset['to']),
  }))

const lengthOf = ({ fromMs, toMs }: View) => toMs - fromMs

/** Between two looks at a view that may be moving. */
const LOOK_AGAIN_MS = 150

/** The view when it stands still and the condition holds. */
function viewWhen(page: Page, what: string, holds: (view: View) => boolean): Promise<View> {
  return until(`${what}, standing still`, 20_000, async () => {
    const view = await viewOf(page)
    if (!holds(view)) return null
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS))
    const again = await viewOf(page)
    return again.fromMs === view.fromMs && again.toMs === view.toMs ? view : null
  })
}

/** At most this part of the view is what a finger moves that goes so far along the chart: an axis takes its part of the width. */
async function ownWay(page: Page, part: number): Promise<number> {
  const { width } = (await chartOf(page).boundingBox())!
  return (part * width) / (width - 80)
}

/** A market's page at the range, everything on the device. */
async function openMarket(browser: Browser, range: string): Promise<Page> {
  const page = await openSynced(browser.context, stage.line.url)
  await page.goto(`${stage.line.url}/m/${stage.market}`)
  await page.getByText(range, { exact: true }).click()
  await viewWhen(page, `a view of ${range}`, (view) => lengthOf(view) > 0)
  await chartOf(page).scrollIntoViewIfNeeded()
  return page
}

/** A place on the chart by shares of its width and height. */
async function placeOn(page: Page) {
  const box = await chartOf(page).boundingBox()
  if (!box) throw new Error('the chart is not on screen')
  return (x: number, y = 0.5) => ({ x: box.x + box.width * x, y: box.y + box.height * y })
}

describe('on a phone', () => {
  let browser: Browser
  let page: Page
  let fingers: Fingers
  beforeAll(async () => {
    browser = await openBrowser('pixel')
    page = await openMarket(browser, '7d')
    fingers = await Fingers.on(page)
    await viewWhen(page, 'a week', (view) => Math.abs(lengthOf(view) - 7 * DAY_MS) < DAY_MS)
  })
  afterAll(() => browser[Symbol.asyncDispose]())

  test('one finger drags into the past and the chart glides on; the button brings the range back', async () => {
    const before = await viewOf(page)
    const at = await placeOn(page)
    await fingers.drag([[at(0.4), at(0.6)]], { stepMs: 8 })
    const onItsOwn = await ownWay(page, 0.2)
    const shift = (view: View) => (before.toMs - view.toMs) / lengthOf(before)
    const after = await viewWhen(page, 'farther than the finger', (view) => shift(view) > onItsOwn)
    expect(lengthOf(after)).toBeCloseTo(lengthOf(before), -1)
    await page.getByRole('button', { name: 'Whole range' }).click()
    await viewWhen(page, 'the range', (view) => view.toMs === before.toMs)
  })

  test('a finger across the chart scrolls the page and leaves the chart alone', async () => {
    const before = await viewOf(page)
    await page.evaluate(() => scrollTo(0, 0))
    const at = await placeOn(page)
    await fingers.drag([[at(0.5, 0.8), { x: at(0.5).x, y: at(0, 0.8).y - 150 }]])
    await until('a scrolled page', 10_000, () => page.evaluate(() => (scrollY > 40 ? true : null)))
    expect(await viewOf(page)).toEqual(before)
    await page.evaluate(() => scrollTo(0, 0))
  })

  test('two fingers zoom around the place between them, and a tap of two shows the whole range', async () => {
    const before = await viewOf(page)
    const at = await placeOn(page)
    await fingers.drag([
      [at(0.4), at(0.2)],
      [at(0.5), at(0.7)],
    ])
    const near = await viewWhen(page, 'a nearer view', (view) => lengthOf(view) < 0.5 * lengthOf(before))
    expect(near.fromMs).toBeGreaterThan(before.fromMs)
    expect(near.toMs).toBeLessThan(before.toMs)
    await fingers.tap([at(0.3), at(0.6)])
    await viewWhen(page, 'the range', (view) => lengthOf(view) === lengthOf(before))
  })

  test('a double tap zooms in', async () => {
    const before = await viewOf(page)
    const at = await placeOn(page)
    await fingers.tap([at(0.5)], 2)
    await viewWhen(page, 'a nearer view', (view) => lengthOf(view) < 0.6 * lengthOf(before))
    await page.getByRole('button', { name: 'Whole range' }).click()
    await viewWhen(page, 'the range', (view) => lengthOf(view) === lengthOf(before))
  })

  test('a held finger moves the cursor, whose values stand above the chart, and lifting it takes them away', async () => {
    const before = await viewOf(page)
    const scrolled = await page.evaluate(() => scrollY)
    const at = await placeOn(page)
    const values = page.getByText(/^O\s/)
    await fingers.down(at(0.5))
    await values.waitFor()
    const first = await values.textContent()
    // Across, too: the finger is not the page's any more.
    await fingers.move(at(0.4, 0.6))
    await fingers.move(at(0.3, 0.9))
    await until('other values', 10_000, async () => ((await values.textContent()) === first ? null : true))
    expect((await values.boundingBox())!.y).toBeLessThan(at(0, 0).y)
    expect(await page.evaluate(() => scrollY)).toBe(scrolled)
    await fingers.up()
    await values.waitFor({ state: 'detached' })
    expect(await viewOf(page)).toEqual(before)
  })

  test('whoever wants no motion gets none: the chart stops with the finger', async () => {
    await page.emulateMedia({ reducedMotion: 'reduce' })
    const before = await viewOf(page)
    const at = await placeOn(page)
    await fingers.drag([[at(0.4), at(0.6)]], { stepMs: 8 })
    const { toMs } = await viewWhen(page, 'an earlier view', (view) => view.toMs < before.toMs)
    expect((before.toMs - toMs) / lengthOf(before)).toBeLessThan(await ownWay(page, 0.2))
    await page.getByRole('button', { name: 'Whole range' }).click()
    await page.emulateMedia({ reducedMotion: null })
  })
})

describe('on a desktop', () => {
  let browser: Browser
  let page: Page
  beforeAll(async () => {
    browser = await openBrowser('desktop')
    page = await openMarket(browser, '7d')
  })
  afterAll(() => browser[Symbol.asyncDispose]())

  test('the wheel zooms, the mouse points and drags', async () => {
    const before = await viewOf(page)
    const at = await placeOn(page)
    await page.mouse.move(at(0.5).x, at(0.5).y)
    await page.getByText(/^O\s/).waitFor()
    await page.mouse.wheel(0, -400)
    const near = await viewWhen(page, 'a nearer view', (view) => lengthOf(view) < 0.8 * lengthOf(before))
    await page.mouse.down()
    await page.mouse.move(at(0.7).x, at(0.5).y, { steps: 5 })
    await page.mouse.up()
    await viewWhen(page, 'an earlier view', (view) => view.toMs < near.toMs)
    await page.getByRole('heading', { level: 1 }).hover()
    await page.getByRole('button', { name: 'Whole range' }).click()
    await viewWhen(page, 'the range', (view) => lengthOf(view) === lengthOf(before))
  })

  test('keys move a cursor that speaks, zoom, pan and leave; axe finds nothing on the way', async () => {
    const before = await viewOf(page)
    const chart = chartOf(page)
    const said = () => chart.locator('[aria-live]').textContent()
    await chart.focus()
    await page.keyboard.press('ArrowLeft')
    const first = await until('words', 10_000, async () => ((await said()) ?? '') || null)
    expect(first).toMatch(/close .*, high .*, low /)
    await page.keyboard.press('ArrowLeft')
    await until('other words', 10_000, async () => ((await said()) === first ? null : true))
    expect(await examine(page)).toEqual([])
    await page.keyboard.press('+')
    const near = await viewWhen(page, 'a nearer view', (view) => lengthOf(view) < lengthOf(before))
    await page.keyboard.press('Shift+ArrowLeft')
    await viewWhen(page, 'an earlier view', (view) => view.toMs < near.toMs)
    await page.keyboard.press('Escape')
    await until('silence', 10_000, async () => ((await said()) === '' ? true : null))
    await page.keyboard.press('Escape')
    await viewWhen(page, 'the range', (view) => lengthOf(view) === lengthOf(before))
  })

  test('line, area and candles, each also on a logarithmic axis, draw something', async () => {
    const ink = () =>
      chartOf(page)
        .locator('canvas')
        .evaluate((canvas: HTMLCanvasElement) => {
          const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
          let sum = 0
          for (let i = 3; i < data.length; i += 4) sum += data[i]!
          return sum
        })
    const seen = new Set<number>()
    const looks = page.getByRole('group', { name: 'Drawn as' })
    for (const log of ['false', 'true']) {
      const toggle = page.getByRole('button', { name: 'Log', exact: true })
      if ((await toggle.getAttribute('aria-pressed')) !== log) await toggle.click()
      for (const look of ['Line', 'Area', 'Candles']) {
        await looks.getByText(look, { exact: true }).click()
        let before = 0
        await until(`${look} on a canvas`, 10_000, async () => {
          // Twice the same: between two choices there is a frame of the one with the axis of the other.
          const [sum, last] = [await ink(), before]
          before = sum
          if (sum === 0 || sum !== last || seen.has(sum)) return null
          seen.add(sum)
          return true
        })
      }
    }
  })

  test('volumes are kept and told once somebody wants to see them', async () => {
    const toggle = page.getByRole('button', { name: 'Volume', exact: true })
    await toggle.click()
    await until('a pressed button', 10_000, async () =>
      (await toggle.getAttribute('aria-pressed')) === 'true' ? true : null,
    )
    const at = await placeOn(page)
    const told = page.getByText(/^· volume /)
    await until('a volume at the cursor', 30_000, async () => {
      await page.mouse.move(at(0.5).x, at(0.5).y)
      return (await told.count()) > 0 ? true : null
    })
  })
})
