/**
 * A real Chromium on a profile folder of its own, so that a test can close it and start it again as a phone does.
 */
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { chromium, devices, type BrowserContext, type Page } from '@playwright/test'
import { findChromium } from '../run/chromium.mjs'

/** A name for this machine under which the browser sees plain http as what it is. */
export const PLAIN_HOST = 'tracker.test'

/** What a device is to the page: size, touch, pixel ratio, user agent. */
const DEVICES = {
  pixel: devices['Pixel 7'],
  iphone: devices['iPhone 14'],
  desktop: { viewport: { width: 1280, height: 800 } },
} as const

export type DeviceName = keyof typeof DEVICES

/** Without them a browser started as root in a closed network waits for hosts that it cannot reach. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  // A name that is not localhost: plain http to it is no secure context.
  `--host-resolver-rules=MAP ${PLAIN_HOST} 127.0.0.1`,
]

/** One profile: what was stored outlives `restart`. */
export interface Browser extends AsyncDisposable {
  readonly context: BrowserContext
  /** Its folder. */
  readonly profile: string
  /** Ends the process and starts another on the same profile, without network when asked. */
  restart(options: { offline: boolean }): Promise<BrowserContext>
  /** SIGKILL to the browser process: no chance to tidy up. `restart` starts it again. */
  kill(): Promise<void>
}

interface Look {
  readonly colorScheme?: 'light' | 'dark'
  readonly timezoneId?: string
  /** Without a service worker everything comes over the line. */
  readonly serviceWorkers?: 'block'
  /** The folder in which the profile is made; its disk is the room that the browser has. */
  readonly disk?: string
  /** A home folder of its own, in which its store of certificates lies. */
  readonly home?: string
}

/** Starts Chromium as the named device, in light unless asked otherwise. */
export async function openBrowser(
  device: DeviceName,
  { disk = tmpdir(), home, ...look }: Look = {},
): Promise<Browser> {
  const profile = await mkdtemp(join(disk, 'crypto-tracker-profile-'))
  const executablePath = findChromium()
  if (!executablePath) throw new Error('no Chromium: run `apt-get install -y chromium` or set CHROMIUM_PATH')
  const launch = () =>
    chromium.launchPersistentContext(profile, {
      ...DEVICES[device],
      colorScheme: 'light',
      ...look,
      executablePath,
      ...(home && { env: { ...process.env, HOME: home } }),
      args: ARGUMENTS,
      headless: true,
    })
  let context = await launch()
  return {
    get context() {
      return context
    },
    profile,
    async restart({ offline }) {
      await context.close()
      context = await launch()
      await context.setOffline(offline)
      return context
    },
    async kill() {
      const closed = context.waitForEvent('close')
      process.kill(browserProcess(profile), 'SIGKILL')
      await closed
    },
    async [Symbol.asyncDispose]() {
      await context.close()
      await rm(profile, { recursive: true, force: true })
    },
  }
}

/** The browser process itself of a profile, not its helpers. */
function browserProcess(profile: string): number {
  const processes = execFileSync('ps', ['-axww', '-o', 'pid=,command='], { encoding: 'utf8' }).split('\n')
  const own = processes.find(
    (line) => line.includes(`--user-data-dir=${profile}`) && !line.includes('--type='),
  )
  if (!own) throw new Error(`no browser runs on ${profile}`)
  return Number.parseInt(own, 10)
}

/** Waits until the page says that its first screen is painted from the device's own data. */
export async function ready(page: Page): Promise<void> {
  await page.waitForSelector('html[data-ready="true"]', { state: 'attached', timeout: 60_000 })
}

/** Waits until nothing that the packs want is still to be fetched. */
export async function synced(page: Page): Promise<void> {
  await page.waitForSelector('html[data-synced="true"]', { state: 'attached', timeout: 120_000 })
}

/** Waits until a service worker controls the page, so that it opens without network from now on. */
export async function controlled(page: Page): Promise<void> {
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null, undefined, {
    timeout: 60_000,
  })
}

/** Opens a page that then has everything, and opens without network. */
export async function openSynced(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage()
  await page.goto(url)
  await ready(page)
  await synced(page)
  await controlled(page)
  return page
}

/** Rules that the other theme may break where this one keeps them. */
const OF_COLOUR = ['color-contrast', 'link-in-text-block']

/**
 * What axe finds wrong, each rule with the first element that breaks it, in both themes one after the other, in the same state
 * and once nothing moves any more: half-way through a change of colour no contrast is that of the design.
 *
 * @param within a part of the page
 */
export async function examine(page: Page, within = 'html'): Promise<string[]> {
  await standStill(page)
  // In the page itself: otherwise a blank one is opened each time, only to put the results together.
  const axe = () => new AxeBuilder({ page }).include(within).setLegacyMode()
  const theme = await page.evaluate(shownTheme)
  const shown = await axe().analyze()
  await showTheme(page, theme === 'dark' ? 'light' : 'dark')
  const other = await axe().withRules(OF_COLOUR).analyze()
  await showTheme(page, theme)
  await page.emulateMedia({ reducedMotion: null })
  return [
    ...shown.violations.map(({ id, nodes }) => `${theme} ${id}: ${nodes[0]?.html}`),
    ...other.violations.map(({ id, nodes }) => `in the other theme ${id}: ${nodes[0]?.html}`),
  ]
}

async function standStill(page: Page): Promise<void> {
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await page.evaluate(() =>
    Promise.allSettled(
      document
        .getAnimations()
        .filter(({ effect }) => Number.isFinite(effect?.getComputedTiming().endTime))
        .map(({ finished }) => finished),
    ),
  )
}

type Theme = 'light' | 'dark'

/** What the page chose, or the system where it leaves that to it. Runs in the page. */
const shownTheme = (): Theme =>
  (document.documentElement.dataset['theme'] as Theme | undefined) ??
  (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')

/** As if the system, or somebody, had chosen it, without choosing it. */
async function showTheme(page: Page, theme: Theme): Promise<void> {
  await page.emulateMedia({ colorScheme: theme })
  await page.evaluate((wanted) => {
    const { dataset } = document.documentElement
    if (dataset['theme'] !== undefined) dataset['theme'] = wanted
  }, theme)
}
