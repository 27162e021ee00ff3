/** What Lighthouse says of the demo as a phone meets it for the first time: its figures swing, so the middle of five runs. */
import { launch } from 'chrome-launcher'
import lighthouse from 'lighthouse'
import { startApp, temporaryFolder, until } from '../../tests/journey/processes.ts'
import { findChromium } from '../../tests/run/chromium.mjs'
import type { Measurement } from '../measurement.ts'
import { middleOf } from '../paired.ts'

const RUNS = 5
const CATEGORIES = ['performance', 'accessibility', 'best-practices'] as const
const SCREENS = ['/', '/m/coinbase:BTC-USD'] as const

/** @throws Error where there is no Chromium, or the demo does not become ready */
export async function lighthouseOfDemo(): Promise<Measurement[]> {
  const chromePath = findChromium()
  if (!chromePath) throw new Error('no Chromium: run `apt-get install -y chromium` or set CHROMIUM_PATH')
  await using folder = await temporaryFolder()
  const app = await startApp(['simulator/demo.mjs'], folder.path)
  try {
    await until('days and hours of ten markets', 600_000, async () => {
      const answer = await fetch(`${app.url}/api/v1/sync?since=0`).catch(() => null)
      if (!answer?.ok) return null
      const { chunks } = (await answer.json()) as { chunks: { market: string; interval: string }[] }
      const hours = chunks.filter(({ interval }) => interval === '1h')
      return new Set(hours.map(({ market }) => market)).size === 10 ? true : null
    })
    const measured: Measurement[] = []
    for (const path of SCREENS) {
      const scores: Record<(typeof CATEGORIES)[number], number[]> = {
        performance: [],
        accessibility: [],
        'best-practices': [],
      }
      for (let run = 0; run < RUNS; run++) {
        const said = await ask(app.url + path, chromePath)
        for (const category of CATEGORIES) scores[category].push(said[category])
      }
      for (const category of CATEGORIES) {
        const { median, spread } = middleOf(scores[category])
        measured.push({
          name: 'lighthouse',
          subject: `${path}: ${category}, mobile`,
          value: median,
          unit: 'of 100',
          ratio_to: null,
          ratio: null,
          n: RUNS,
          spread,
        })
      }
    }
    return measured
  } finally {
    await app.stop()
  }
}

/** One run in a browser of its own: nothing is cached, no service worker is there yet. */
async function ask(url: string, chromePath: string): Promise<Record<(typeof CATEGORIES)[number], number>> {
  const chrome = await launch({
    chromePath,
    chromeFlags: ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  })
  try {
    const result = await lighthouse(url, {
      port: chrome.port,
      onlyCategories: [...CATEGORIES],
      logLevel: 'silent',
    })
    if (!result) throw new Error(`Lighthouse gave no result for ${url}`)
    const { categories, audits } = result.lhr
    const low = Object.values(audits).filter(({ score }) => score !== null && score < 0.9)
    console.error(`  ${url}: ${low.map(({ id, displayValue }) => `${id} ${displayValue ?? ''}`).join(' · ')}`)
    const score = (category: string) => Math.round((categories[category]?.score ?? 0) * 100)
    return {
      performance: score('performance'),
      accessibility: score('accessibility'),
      'best-practices': score('best-practices'),
    }
  } finally {
    chrome.kill()
  }
}
