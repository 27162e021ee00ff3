/**
 * The pictures that a browser shows when it offers to install the app, taken of the demo:
 * `node tests/browser/screenshots.ts` writes them to static/screenshots. Their sizes stand in the manifest.
 */
import { join } from 'node:path'
import { startApp, temporaryFolder, until } from '../journey/processes.ts'
import { openBrowser, ready, synced, type DeviceName } from './browser.ts'

const FOLDER = join(import.meta.dirname, '../../static/screenshots')
const MARKET = 'coinbase:BTC-USD'
const PICTURES = [
  ['narrow-markets', 'pixel', '/', 'dark'],
  ['narrow-market', 'pixel', `/m/${MARKET}`, 'dark'],
  ['narrow-offline', 'pixel', '/offline', 'dark'],
  ['wide-market', 'desktop', `/m/${MARKET}`, 'dark'],
] as const satisfies readonly (readonly [string, DeviceName, string, 'light' | 'dark'])[]

await using folder = await temporaryFolder()
const app = await startApp(['simulator/demo.mjs', '--no-build'], folder.path)
try {
  await until('days and hours of ten markets', 600_000, async () => {
    const answer = await fetch(`${app.url}/api/v1/sync?since=0`).catch(() => null)
    if (!answer?.ok) return null
    const { chunks } = (await answer.json()) as { chunks: { market: string; interval: string }[] }
    const markets = new Set(chunks.filter(({ interval }) => interval === '1h').map(({ market }) => market))
    return markets.size === 10 ? true : null
  })
  for (const [name, device, path, colorScheme] of PICTURES) {
    await using browser = await openBrowser(device, { colorScheme })
    const page = await browser.context.newPage()
    await page.goto(app.url + path)
    await ready(page)
    await synced(page)
    // A picture may be late: what came last is drawn by then.
    await page.waitForTimeout(2_000)
    await page.screenshot({ path: join(FOLDER, `${name}.jpg`), type: 'jpeg', quality: 80, scale: 'css' })
  }
} finally {
  await app.stop()
}
