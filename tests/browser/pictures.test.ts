/**
 * The screens as pictures, each at three sizes in both themes, against those kept in `tests/browser/pictures`. After a change
 * that is meant, `UPDATE_PICTURES=1 npx vitest run tests/browser/pictures.test.ts` keeps the new ones: look at them first.
 */
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import pixelmatch from 'pixelmatch'
import { PNG } from 'pngjs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBrowser, ready, synced, type Browser } from './browser.ts'
import { GALLERY_NOW_MS, openGallery, type Gallery } from './gallery.ts'
import { SCENES } from './scenes.ts'

const FOLDER = join(import.meta.dirname, 'pictures')
/** Where a picture that differs is left to be looked at. */
const DIFFERENT = join(import.meta.dirname, '../../test-results/pictures')
const SIZES = { phone: [390, 844], tablet: [768, 1024], desktop: [1280, 800] } as const
/** Another version of the browser draws the edges of letters otherwise; what is moved or missing is more than that. */
const BEARABLE_PART = 0.01

let gallery: Gallery
beforeAll(async () => {
  gallery = await openGallery()
}, 300_000)
afterAll(() => gallery[Symbol.asyncDispose]())

for (const theme of ['light', 'dark'] as const)
  describe(theme, () => {
    let browser: Browser
    beforeAll(async () => {
      browser = await openBrowser('desktop', { colorScheme: theme, timezoneId: 'Europe/Berlin' })
      await stopClock(browser)
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
        const page = await browser.context.newPage()
        for (const [size, [width, height]] of Object.entries(SIZES)) {
          await page.setViewportSize({ width, height })
          // What is late on a busy machine is there at the next look.
          let complaints: string[] = []
          for (let looks = 0; looks < 3; looks++) {
            await scene.open(page, gallery)
            await stillness(page)
            const shot = await page.screenshot({ animations: 'disabled', caret: 'hide', scale: 'css' })
            complaints = await compared(`${scene.name}-${size}-${theme}`, shot)
            if (complaints.length === 0) break
            await scene.leave?.(page, gallery)
          }
          wrong.push(...complaints)
        }
        await scene.leave?.(page, gallery)
        await page.close()
        expect(wrong).toEqual([])
      })
  })

/** The device's clock stands where the server's stands. */
async function stopClock({ context }: Browser): Promise<void> {
  await context.clock.setFixedTime(GALLERY_NOW_MS)
}

/** Two pictures of the page one after the other are the same: what came late is drawn. */
async function stillness(page: Page): Promise<void> {
  let before = ''
  for (let looks = 0; looks < 40; looks++) {
    const now = (await page.screenshot({ animations: 'disabled', scale: 'css' })).toString('base64')
    if (now === before) return
    before = now
    await new Promise((resolve) => setTimeout(resolve, 150))
  }
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
  if (part <= BEARABLE_PART) return []
  await mkdir(DIFFERENT, { recursive: true })
  await writeFile(join(DIFFERENT, `${name}.png`), shot)
  await writeFile(join(DIFFERENT, `${name}-difference.png`), PNG.sync.write(difference))
  return [`${name}: ${(part * 100).toFixed(1)} % of it differs`]
}
