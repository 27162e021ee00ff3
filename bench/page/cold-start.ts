/** From nothing to the painted chart: a new browser process, the server stopped, beside a bare page in the same browser. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext } from '@playwright/test'
import type { Browser } from '../../tests/browser/browser.ts'
import { compared, type Measurement } from '../measurement.ts'
import { middleOf, pairedRounds, type Samples } from '../paired.ts'
import { BARE_PATH } from './bare.ts'
import { keepYear, MARKET, serveYear } from './kept-year.ts'
import { watchFirstLine, watchYear, type Watched } from './watch.ts'

const BARE = 'bare cached page'
const SNAPSHOT = 'last view painted'
const YEAR = 'a year, five estimators'

/** Measured at full speed and as a slow phone. */
const THROTTLES = [1, 4]

export async function coldStart(): Promise<Measurement[]> {
  await using open = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'crypto-tracker-bench-'))
  open.defer(() => rm(folder, { recursive: true, force: true }))
  const server = await serveYear(folder)
  open.defer(() => server.stop())
  const appUrl = `http://localhost:${server.port}`
  const asUsual = open.use(await keepYear(appUrl, { range: '1Y' }))
  const ofMinutes = open.use(await keepYear(appUrl, { range: '1Y', interval: '1m' }))
  await server.stop()

  const bareUrl = appUrl + BARE_PATH
  const market = `${appUrl}/m/${MARKET}`
  const measured: Measurement[] = []
  for (const throttle of THROTTLES) {
    const longest: number[] = []
    const samples = await pairedRounds(
      {
        [BARE]: async () => (await start(asUsual, bareUrl, throttle, 'lineMs')).lineMs!,
        [SNAPSHOT]: async () => (await start(asUsual, market, throttle, 'lineMs')).lineMs!,
        [YEAR]: async () => {
          const { yearMs, longTasks } = await start(ofMinutes, market, throttle, 'yearMs')
          longest.push(Math.max(0, ...longTasks.map(({ ms }) => ms)))
          return yearMs!
        },
      },
      { warmUp: 1 },
    )
    measured.push(...rows(throttle, samples, longest.slice(1)))
  }
  return measured
}

function rows(throttle: number, samples: Samples, longest: readonly number[]): Measurement[] {
  const label = throttle === 1 ? 'server stopped' : `server stopped, ${throttle} × CPU throttling`
  const { median, spread } = middleOf(longest)
  return [
    ...compared({ name: 'cold-start', label, unit: 'ms', n: 1, against: BARE }, samples),
    {
      name: 'cold-start',
      subject: `${label}: longest task over 50 ms of the main thread, a year`,
      value: median,
      unit: 'ms',
      ratio_to: null,
      ratio: null,
      n: longest.length,
      spread,
    },
  ]
}

/** A new browser process on the profile, one page, until what is waited for is on its screen. */
async function start(
  browser: Browser,
  url: string,
  throttle: number,
  until: 'lineMs' | 'yearMs',
): Promise<Watched> {
  const context = await browser.restart({ offline: false })
  try {
    return await navigate(context, url, throttle, until)
  } finally {
    await context.close()
  }
}

async function navigate(
  context: BrowserContext,
  url: string,
  throttle: number,
  until: 'lineMs' | 'yearMs',
): Promise<Watched> {
  const page = await context.newPage()
  if (throttle > 1) {
    const session = await context.newCDPSession(page)
    await session.send('Emulation.setCPUThrottlingRate', { rate: throttle })
  }
  await page.addInitScript(watchFirstLine)
  if (until === 'yearMs') await page.addInitScript(watchYear)
  await page.goto(url, { waitUntil: 'commit' })
  await page.waitForFunction((what) => Number.isFinite(watched[what] ?? NaN), until, { polling: 50 })
  // What follows the last answer counts among the tasks.
  if (until === 'yearMs') await page.waitForFunction(() => performance.now() > watched.yearMs! + 300)
  return page.evaluate(() => watched)
}
