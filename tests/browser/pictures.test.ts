/**
 * The screens as pictures, each at three sizes in both themes, against those kept in `tests/browser/pictures`. After a change
 * that is meant, `UPDATE_PICTURES=1 npx vitest run tests/browser/pictures.test.ts` keeps the new ones: look at them first.
 */
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Locator, Page } from '@playwright/test'
import pixelmatch from 'pixelmatch'
import { PNG } from 'pngjs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser, ready, synced, type Browser } from './browser.ts'
import { GALLERY_NOW_MS, openGallery, type Gallery } from './gallery.ts'
import { SCENES, type Scene } from './scenes.ts'

const FOLDER = join(import.meta.dirname, 'pictures')
/** Where a picture that differs is left to be looked at. */
const DIFFERENT = join(import.meta.dirname, '../../test-results/pictures')
const SIZES = { phone: [390, 844], tablet: [768, 1024], desktop: [1280, 800] } as const
type Size = keyof typeof SIZES
type Theme = 'light' | 'dark'
/** Another version of the browser draws the edges of letters otherwise; what is moved or missing is more than that. */
const BEARABLE_PART = 0.01
/** A word that has changed is little of a screen and much of the place where it stands. */
const TILE_PX = 64
const BEARABLE_TILE_PART = 0.1

let gallery: Gallery
beforeAll(async () => {
  gallery = await openGallery()
}, 300_000)
afterAll(() => gallery[Symbol.asyncDispose]())

let browser: Browser
beforeAll(async () => {
  browser = await openStill()
  const page = await browser.context.newPage()
  await page.goto(gallery.line.url)
  await ready(page)
  await synced(page)
  await page.close()
}, 120_000)
afterAll(() => browser[Symbol.asyncDispose]())

for (const scene of SCENES)
  test(scene.name, async () => {
    const wrong: string[] = []
    for (const size of Object.keys(SIZES) as Size[])
      // Opened once for both themes: the screen follows the system, as it does where people have one by day and one by night.
      for (const themes of scene.isOfTheme
        ? ([['light'], ['dark']] as const)
        : ([['light', 'dark']] as const)) {
        // What is late on a busy machine is there at the next look.
        let complaints: readonly string[] = []
        for (let looks = 0; looks < 3; looks++) {
          complaints = await look(scene, size, themes)
          if (complaints.length === 0) break
        }
        wrong.push(...complaints)
      }
    expect(wrong).toEqual([])
  })

/** Opens the scene and holds it against its pictures; gives what is wrong with them. */
async function look(scene: Scene, size: Size, themes: readonly Theme[]): Promise<readonly string[]> {
  await using visit = scene.isFresh ? await openStill() : null
  const page = await (visit ?? browser).context.newPage()
  const [width, height] = SIZES[size]
  await page.setViewportSize({ width, height })
  await page.emulateMedia({ colorScheme: themes[0]! })
  const complaints: string[] = []
  try {
    await forgetChoices(page, gallery)
    await scene.open(page, gallery)
    for (const theme of themes) {
      await page.emulateMedia({ colorScheme: theme })
      const name = `${scene.name}-${size}-${theme}`
      const shot = await stillness(scene.part?.(page) ?? page)
      complaints.push(...(shot ? await compared(name, shot) : [`${name}: the screen did not come to rest`]))
    }
  } finally {
    await scene.leave?.(page, gallery)
    await page.close()
  }
  return complaints
}

/** A browser whose clock stands where the server's stands. */
async function openStill(): Promise<Browser> {
  const opened = await openBrowser('desktop', { timezoneId: 'Europe/Berlin' })
  await opened.context.clock.setFixedTime(GALLERY_NOW_MS)
  return opened
}

/** Whatever a scene before this one has chosen. */
async function forgetChoices(page: Page, { line }: Gallery): Promise<void> {
  await page.goto(`${line.url}/manifest.webmanifest`)
  await page.evaluate(() => {
    for (const key of Object.keys(localStorage))
      if (!key.startsWith('crypto-tracker:snapshot') && key !== 'crypto-tracker:held')
        localStorage.removeItem(key)
  })
}

/** A picture once two, one after the other, are the same: what came late is drawn. Null where they go on changing. */
async function stillness(of: Page | Locator): Promise<Buffer | null> {
  let before: Buffer | null = null
  for (let looks = 0; looks < 40; looks++) {
    const now = await of.screenshot({ animations: 'disabled', caret: 'hide', scale: 'css' })
    if (before && now.equals(before)) return now
    before = now
    await new Promise((resolve) => setTimeout(resolve, 150))
  }
  return null
}

/** What is wrong with a picture; it is kept where asked for. */
async function compared(name: string, shot: Buffer): Promise<string[]> {
  const path = join(FOLDER, `${name}.png`)
  if (process.env['UPDATE_PICTURES']) {
    await writeFile(path, shot)
    return []
  }
  if (!existsSync(path)) return [`${name}: there is no picture to hold it against`]
  const [was, is] = [PNG.sync.read(await readFile(path)), PNG.sync.read(shot)]
  if (was.width !== is.width || was.height !== is.height) return [`${name}: another size`]
  const difference = new PNG({ width: is.width, height: is.height })
  const count = pixelmatch(was.data, is.data, difference.data, is.width, is.height, { threshold: 0.2 })
  const part = count / (is.width * is.height)
  const tile = worstTile(difference)
  if (part <= BEARABLE_PART && tile.part <= BEARABLE_TILE_PART) return []
  await mkdir(DIFFERENT, { recursive: true })
  await writeFile(join(DIFFERENT, `${name}.png`), shot)
  await writeFile(join(DIFFERENT, `${name}-difference.png`), PNG.sync.write(difference))
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`
  return [`${name}: ${percent(part)} of it differs, ${percent(tile.part)} around ${tile.x}, ${tile.y}`]
}

/** Where the most of a square differs. Differing pixels are red in a picture of differences. */
function worstTile({ width, height, data }: PNG): { part: number; x: number; y: number } {
  let worst = { part: 0, x: 0, y: 0 }
  for (let y = 0; y < height; y += TILE_PX)
    for (let x = 0; x < width; x += TILE_PX) {
      let count = 0
      for (let row = y; row < Math.min(height, y + TILE_PX); row++)
        for (let column = x; column < Math.min(width, x + TILE_PX); column++) {
          const at = 4 * (row * width + column)
          if (data[at] === 255 && data[at + 1] === 0 && data[at + 2] === 0) count++
        }
      const part = count / TILE_PX ** 2
      if (part > worst.part) worst = { part, x, y }
    }
  return worst
}
