/** Chromium on the page of the benchmarks, as typed questions. */
import type { Page } from '@playwright/test'
import { openBrowser, type Browser } from '../../tests/browser/browser.ts'
import type { PageApi, YearFacts } from './api.ts'
import { openSite, type Site } from './site.ts'
import { yearFiles } from './year.ts'

export interface Bench extends AsyncDisposable {
  readonly browser: Browser
  readonly site: Site
  readonly year: YearFacts
  /** Opens the page under a name of this machine: another name, another origin and storage. */
  open(host?: 'localhost' | '127.0.0.1'): Promise<BenchPage>
}

export interface BenchPage {
  readonly page: Page
  ask<Name extends keyof PageApi>(
    name: Name,
    ...args: Parameters<PageApi[Name]>
  ): Promise<Awaited<ReturnType<PageApi[Name]>>>
}

/** Bundles, serves and starts the browser, a phone with a screen of 412 × 839. */
export async function openBench(): Promise<Bench> {
  await using starting = new AsyncDisposableStack()
  const { facts, files } = yearFiles()
  const site = starting.use(await openSite(files))
  const browser = starting.use(await openBrowser('pixel'))
  const running = starting.move()
  return {
    browser,
    site,
    year: facts,
    async open(host = 'localhost') {
      const page = await browser.context.newPage()
      page.on('pageerror', (error) => console.error(error))
      await page.goto(`http://${host}:${site.port}/`)
      await page.waitForFunction(() => 'bench' in globalThis)
      return {
        page,
        ask: async (name, ...args) =>
          (await page.evaluate(
            ([asked, given]) =>
              (globalThis as unknown as { bench: Record<string, (...args: unknown[]) => unknown> }).bench[
                asked
              ]!(...given),
            [name, args] as const,
          )) as never,
      }
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}
