/**
 * A row of the device table (docs/reliability.md): a browser that has no room left. Its profile lies on a disk of 60 MB
 * in memory, which gives it a real quota; where no disk may be mounted, the test is named as skipped.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openArchiveStage, type ArchiveStage } from './archive-stage.ts'
import { examine, openBrowser, ready, synced } from './browser.ts'
import { lookIntoStore } from './stored.ts'

const disk = mountSmallDisk()
const reason = disk ? '' : ' (needs the right to mount a tmpfs)'

describe.skipIf(!disk)(`Device: room${reason}`, () => {
  let stage: ArchiveStage
  beforeAll(async () => {
    stage = await openArchiveStage()
  })
  afterAll(async () => {
    await stage[Symbol.asyncDispose]()
    execFileSync('umount', [disk!])
    rmdirSync(disk!)
  })

  test('quota exceeded: the pack stops, says how much is needed, loses nothing, and goes on when there is room', async () => {
    await using browser = await openBrowser('pixel', { disk: disk! })
    const page = await browser.context.newPage()
    const other = await browser.context.newPage()
    // Everything but the chunks is here when the room runs out.
    stage.line.fault = ({ path }, answer, pass) => {
      if (path.startsWith('/api/v1/chunks/')) answer.destroy()
      else pass()
    }
    await page.goto(`${stage.line.url}/offline`)
    await ready(page)
    await page.waitForSelector('html[data-revision]', { state: 'attached' })
    await other.goto(`${stage.line.url}/up`)
    await fillUp(other)
    await stage.line.mend()
    const before = await lookIntoStore(page)
    await look(page)
    await page.getByText(/No room for the rest of the packs: [\d.]+ [KM]B more are needed/).waitFor()
    expect(await examine(page)).toEqual([])
    const full = await lookIntoStore(page)
    expect(full).toMatchObject({ spoilt: 0, dangling: 0, frames: before.frames })
    expect(full.chunks).toBeGreaterThanOrEqual(before.chunks)
    expect(await page.getAttribute('html', 'data-online')).toBe('true')
    expect(await page.getAttribute('html', 'data-synced')).toBe('false')

    await other.evaluate(() => void indexedDB.deleteDatabase('ballast'))
    await look(page)
    await synced(page)
    expect(await lookIntoStore(page)).toMatchObject({ spoilt: 0, dangling: 0 })
    await page.getByText('No room for the rest').waitFor({ state: 'detached' })
  })
})

/** null where that is not allowed. */
function mountSmallDisk(): string | null {
  const path = mkdtempSync(join(tmpdir(), 'crypto-tracker-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=60m', 'tmpfs', path], { stdio: 'ignore' })
    return path
  } catch {
    rmdirSync(path)
    return null
  }
}

/** Takes all the room that the browser gives this site, in ever smaller pieces. */
async function fillUp(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open('ballast', 1)
      request.onupgradeneeded = () => request.result.createObjectStore('pieces', { autoIncrement: true })
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error ?? new Error('not opened'))
    })
    const put = (bytes: number) =>
      new Promise<boolean>((resolve) => {
        const piece = new Uint8Array(bytes)
        for (let at = 0; at < bytes; at += 65_536)
          crypto.getRandomValues(piece.subarray(at, Math.min(bytes, at + 65_536)))
        const transaction = database.transaction('pieces', 'readwrite')
        transaction.objectStore('pieces').put(piece)
        transaction.oncomplete = () => resolve(true)
        transaction.onabort = () => resolve(false)
      })
    for (const bytes of [4_000_000, 500_000, 50_000, 4_000]) while (await put(bytes));
    database.close()
  })
}

/** Somebody comes back to the app. */
const look = (page: Page) => page.evaluate(() => void window.dispatchEvent(new Event('online')))
