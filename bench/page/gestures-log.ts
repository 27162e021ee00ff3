/**
 * Fingers on a year of minutes at 4 × CPU throttling: what a frame costs the main thread in the app as it is built, and on a bare
 * canvas that does the same and nothing else. Both are pages of one browser, moved by the same fingers in turn.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext, CDPSession, Page } from '@playwright/test'
import { Fingers } from '../../tests/browser/fingers.ts'
import { compared, type Measurement } from '../measurement.ts'
import { pairedRounds, type Samples } from '../paired.ts'
import { keepYear, MARKET, serveYear } from './kept-year.ts'
import { openSite } from './site.ts'
import { yearFiles } from './year.ts'
import type { PageApi } from './api.ts'

const THROTTLE = 4
/** A gesture there and back takes seconds. */
const ROUNDS = 5
/** Moves of a gesture; the next one is made when the page has had the last. */
const STEPS = 40
const MINUTES = 365 * 1_440
const GESTURES = ['drag', 'pinch'] as const

export async function gestures(): Promise<Measurement[]> {
  await using open = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'crypto-tracker-bench-'))
  open.defer(() => rm(folder, { recursive: true, force: true }))
  const server = await serveYear(folder)
  open.defer(() => server.stop())
  const appUrl = `http://localhost:${server.port}`
  console.error("served", new Date().toISOString()); const browser = open.use(await keepYear(appUrl, { range: '1Y' }))
  const { facts, files } = yearFiles()
  const site = open.use(await openSite(files))
  const context = await browser.restart({ offline: false })

  const app = await Hand.on(context, `${appUrl}/m/${MARKET}`)
  await app.page.waitForFunction(() => document.querySelector('canvas') !== null)
  const bare = await Hand.on(context, `http://localhost:${site.port}/`)
  await bare.page.waitForFunction(() => 'bench' in globalThis)
  await bare.page.evaluate(
    (year) => (globalThis as unknown as { bench: PageApi }).bench.bareGestures(year),
    facts,
  )
  console.error("app look", new Date().toISOString()); await app.look()
  await bare.look(); console.error("looked", new Date().toISOString())

  const measured: Measurement[] = []
  for (const gesture of GESTURES) {
    const samples = await pairedRounds(
      { app: () => app.frameMs(gesture), 'bare canvas': () => bare.frameMs(gesture) },
      { rounds: ROUNDS, warmUp: 1 },
    )
    measured.push(...rows(gesture, samples))
  }
  const { longest, shift } = await app.page.evaluate(() => {
    const { watched } = globalThis as unknown as { watched: { longest: number; shift: number } }
    return watched
  })
  return [
    ...measured,
    figure('longest task of the main thread', longest, 'ms'),
    figure('layout shift, those after a touch counted as well', shift, ''),
  ]
}

function rows(gesture: string, samples: Samples<'app' | 'bare canvas'>): Measurement[] {
  const label = `${gesture} a year of minutes, ${THROTTLE} × CPU throttling, main thread a frame`
  const row = { name: 'gestures', label, unit: 'ms', n: MINUTES }
  return compared({ ...row, against: 'bare canvas' }, samples)
}

function figure(subject: string, value: number, unit: string): Measurement {
  return { name: 'gestures', subject: `app: ${subject}`, value, unit, ratio_to: null, ratio: null, n: 1 }
}

/** Fingers on one page, and what it spends on them. */
class Hand {
  readonly page: Page
  readonly #session: CDPSession
  readonly #fingers: Fingers
  #middle = { x: 0, y: 0 }

  private constructor(page: Page, session: CDPSession, fingers: Fingers) {
    this.page = page
    this.#session = session
    this.#fingers = fingers
  }

  static async on(context: BrowserContext, url: string): Promise<Hand> {
    const page = await context.newPage()
    page.on('pageerror', (error) => console.error(error))
    await page.goto(url)
    return new Hand(page, await context.newCDPSession(page), await Fingers.on(page))
  }

  /** Comes to the front, finds the chart, and watches from here on. */
  async look(): Promise<void> {
    await this.page.bringToFront()
    const box = await this.page.locator('canvas').first().boundingBox()
    if (!box) throw new Error(`${this.page.url()}: there is no chart`)
    this.#middle = { x: box.x + box.width * 0.4, y: box.y + box.height / 2 }
    await this.#session.send('Performance.enable', { timeDomain: 'threadTicks' })
    await this.#session.send('Emulation.setCPUThrottlingRate', { rate: THROTTLE })
    // What loads after the first paint has come.
    await this.page.waitForTimeout(3_000)
    await this.page.evaluate(() => {
      const watched = { longest: 0, shift: 0, frames: 0 }
      Object.assign(globalThis, { watched })
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) watched.longest = Math.max(watched.longest, duration)
      }).observe({ type: 'longtask' })
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) watched.shift += (entry as unknown as { value: number }).value
      }).observe({ type: 'layout-shift' })
      // A frame counts when something was drawn in it.
      let drawn = false
      const { prototype } = CanvasRenderingContext2D
      const { clearRect } = prototype
      prototype.clearRect = function (...area) {
        drawn = true
        clearRect.apply(this, area)
      }
      const count = () => {
        if (drawn) watched.frames++
        drawn = false
        requestAnimationFrame(count)
      }
      requestAnimationFrame(count)
    })
  }

  /** Processor time of the main thread for one frame, over a gesture there and back. */
  async frameMs(gesture: (typeof GESTURES)[number]): Promise<number> {
    await this.page.bringToFront()
    if (gesture === 'drag') await this.#pinch(2.5)
    const before = await this.#spent()
    if (gesture === 'drag') for (const distance of [-160, 160]) await this.#drag(distance)
    else for (const factor of [2.5, 0.4]) await this.#pinch(factor)
    const after = await this.#spent(); console.error(gesture, after.ms-before.ms, after.frames-before.frames, new Date().toISOString())
    if (gesture === 'drag') await this.#pinch(0.3)
    const frames = after.frames - before.frames
    if (frames < 10) throw new Error(`${this.page.url()}: only ${frames} frames in a ${gesture}`)
    return (after.ms - before.ms) / frames
  }

  async #spent(): Promise<{ ms: number; frames: number }> {
    const { metrics } = await this.#session.send('Performance.getMetrics')
    const seconds = metrics.find(({ name }) => name === 'TaskDuration')!.value
    const frames = await this.page.evaluate(
      () => (globalThis as unknown as { watched: { frames: number } }).watched.frames,
    )
    return { ms: seconds * 1000, frames }
  }

  async #drag(byPx: number): Promise<void> {
    const { x, y } = this.#middle
    await this.#fingers.drag(
      [
        [
          { x: x - byPx / 2, y },
          { x: x + byPx / 2, y },
        ],
      ],
      { steps: STEPS },
    )
  }

  /** Two fingers that are so many times as far apart in the end. */
  async #pinch(factor: number): Promise<void> {
    const { x, y } = this.#middle
    const near = 30
    const [from, to] = factor > 1 ? [near, near * factor] : [near / factor, near]
    await this.#fingers.drag(
      [
        [
          { x: x - from, y },
          { x: x - to, y },
        ],
        [
          { x: x + from, y },
          { x: x + to, y },
        ],
      ],
      { steps: STEPS },
    )
  }
}
