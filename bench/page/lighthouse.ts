/** What Lighthouse says of the demo as a phone meets it for the first time: its figures swing, so the middle of five runs. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
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

const LIGHTHOUSE = fileURLToPath(new URL('../node_modules/lighthouse/cli/index.js', import.meta.url))

/** What of its report is read. */
interface Report {
  readonly categories: Readonly<Record<string, { readonly score: number | null }>>
  readonly audits: Readonly<Record<string, { readonly score: number | null; readonly displayValue?: string }>>
}

/** One run in a browser of its own: nothing is cached, no service worker is there yet. */
async function ask(url: string, chromePath: string): Promise<Record<(typeof CATEGORIES)[number], number>> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      LIGHTHOUSE,
      url,
      '--quiet',
      '--output=json',
      `--only-categories=${CATEGORIES.join(',')}`,
      '--chrome-flags=--headless=new --no-sandbox --disable-gpu --disable-background-networking',
    ],
    { env: { ...process.env, CHROME_PATH: chromePath }, maxBuffer: 2 ** 26 },
  )
  const { categories, audits } = JSON.parse(stdout) as Report
  const low = Object.entries(audits).filter(([, { score }]) => score !== null && score < 0.9)
  console.error(`  ${url}: ${low.map(([id, { displayValue }]) => `${id} ${displayValue ?? ''}`).join(' · ')}`)
  const score = (category: string) => Math.round((categories[category]?.score ?? 0) * 100)
  return {
    performance: score('performance'),
    accessibility: score('accessibility'),
    'best-practices': score('best-practices'),
  }
}
