/** What lies in a device's IndexedDB, looked at from its page, past the app's own code. */
import type { Page } from '@playwright/test'

export interface Stored {
  /** Chunks, each under the hash that it has. */
  readonly chunks: number
  /** Chunks whose bytes are not what their name says. */
  readonly spoilt: number
  /** Lines of the manifest that claim bytes which are not there. */
  readonly dangling: number
  /** Lines of the manifest whose bytes are here, in candles. */
  readonly minutes: number
  /** Frames of the recent places. */
  readonly frames: number
}

export function lookIntoStore(page: Page): Promise<Stored> {
  return page.evaluate(async () => {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open('crypto-tracker')
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error ?? new Error('unreadable'))
    })
    const tables = database.transaction(['chunks', 'manifest', 'tail'])
    const all = <Row>(name: string) =>
      new Promise<Row[]>((resolve, reject) => {
        const request = tables.objectStore(name).getAll()
        request.onsuccess = () => resolve(request.result as Row[])
        request.onerror = () => reject(request.error ?? new Error('unreadable'))
      })
    const [chunks, lines, frames] = await Promise.all([
      all<{ hash: string; bytes: Uint8Array<ArrayBuffer> }>('chunks'),
      all<{ held: string | null; interval: string; part: string; rows: number }>('manifest'),
      all('tail'),
    ])
    database.close()
    const here = new Set(chunks.map((chunk) => chunk.hash))
    let spoilt = 0
    for (const { hash, bytes } of chunks) {
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
      if ([...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('') !== hash) spoilt++
    }
    const held = lines.filter((line) => line.held !== null)
    return {
      frames: frames.length,
      chunks: chunks.length,
      spoilt,
      dangling: held.filter((line) => !here.has(line.held!)).length,
      minutes: held
        .filter((line) => line.interval === '1m' && line.part === 'price')
        .reduce((sum, line) => sum + line.rows, 0),
    }
  })
}
