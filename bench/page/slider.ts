/**
 * The window of σ dragged over a year of hourly candles at 4 × CPU throttling: from the slider's event to the frame that shows the
 * new line, and what it costs the main thread, in the app as it is built.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import type { Measurement } from '../measurement.ts'
import { middleOf } from '../paired.ts'
import { keepYear, MARKET, serveYear } from './kept-year.ts'

const THROTTLE = 4
const HOURS = 365 * 24
const STEPS = 80

/** What the page notes while its slider is dragged. */
interface Noted {
  readonly paintedMs: number[]
  frames: number[]
}

export async function slider(): Promise<Measurement[]> {
  await using open = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'crypto-tracker-bench-'))
  open.defer(() => rm(folder, { recursive: true, force: true }))
  const server = await serveYear(folder)
  open.defer(() => server.stop())
  const url = `http://localhost:${server.port}`
  const browser = open.use(await keepYear(url, { range: '1Y', interval: '1h' }))
  const context = await browser.restart({ offline: false })
  const page = await context.newPage()
  await page.goto(`${url}/m/${MARKET}`)
  const handle = page.getByRole('slider', { name: 'Window' })
  // The bar at the foot of the screen would lie over it.
  await handle.evaluate((element) => element.scrollIntoView({ block: 'center' }))
  const session = await context.newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  await session.send('Emulation.setCPUThrottlingRate', { rate: THROTTLE })
  // What loads after the first paint has come.
  await page.waitForTimeout(3_000)
  await page.evaluate(note)
  const spent = async () =>
    (await session.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration')!.value
  const before = await spent()
  await drag(page)
  const cost = (await spent()) - before
  const { paintedMs, frames } = await page.evaluate(() => (globalThis as unknown as { noted: Noted }).noted)
  if (paintedMs.length < STEPS / 4)
    throw new Error(`only ${paintedMs.length} windows of ${STEPS} were painted`)
  const row = { name: 'slider', unit: 'ms', ratio_to: null, ratio: null, n: HOURS }
  const from = `σ of a year of hours, ${THROTTLE} × CPU throttling`
  const painted = middleOf(paintedMs)
  const later = middleOf(frames)
  return [
    { ...row, subject: `${from}: main thread a repaint`, value: (cost * 1000) / paintedMs.length },
    {
      ...row,
      subject: `${from}: from the slider's event to the painted frame`,
      value: painted.median,
      spread: painted.spread,
    },
    {
      ...row,
      subject: `${from}: frames until it is painted, 1 = the next one`,
      unit: 'frames',
      value: later.median,
      spread: later.spread,
    },
  ]
}

/** There and back, a step a move of the mouse. */
async function drag(page: Page): Promise<void> {
  const box = await page.getByRole('slider', { name: 'Window' }).boundingBox()
  if (!box) throw new Error('the slider is not on screen')
  const y = box.y + box.height / 2
  const share = (step: number) => 0.1 + 0.5 * (1 - Math.abs(1 - (2 * step) / STEPS))
  await page.mouse.move(box.x + box.width * share(0), y)
  await page.mouse.down()
  for (let step = 1; step <= STEPS; step++) await page.mouse.move(box.x + box.width * share(step), y)
  await page.mouse.up()
  await page.waitForTimeout(500)
}

/** Runs in the page and knows no outer names. */
function note(): void {
  const noted: Noted = { paintedMs: [], frames: [] }
  Object.assign(globalThis, { noted })
  let askedMs = NaN
  let frame = 0
  let askedFrame = 0
  const count = () => {
    frame++
    requestAnimationFrame(count)
  }
  requestAnimationFrame(count)
  document.addEventListener(
    'input',
    () => {
      if (!Number.isNaN(askedMs)) return
      askedMs = performance.now()
      askedFrame = frame
    },
    true,
  )
  // Its attributes are set with the new line; the frame that draws it is the next one.
  new MutationObserver(() => {
    if (Number.isNaN(askedMs)) return
    const [fromMs, fromFrame] = [askedMs, askedFrame]
    askedMs = NaN
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => {
        noted.paintedMs.push(performance.now() - fromMs)
        noted.frames.push(frame - fromFrame)
      }
      port2.postMessage(null)
    })
  }).observe(document.body, { attributeFilter: ['data-window'], subtree: true })
}
