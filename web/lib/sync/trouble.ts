/** What went wrong, in words for people. */
import { Dexie } from 'dexie'
import { formatBytes } from '../../../core/format/bytes.ts'

/** Whether the device's own store refused; that says nothing of the server. */
export const isStoreTrouble = (error: unknown): boolean => error instanceof Dexie.DexieError

/** Whether the browser has no room for what was to be stored. */
export function isNoRoom(error: unknown): boolean {
  if (!(error instanceof Dexie.DexieError)) return false
  const cause = error.inner as Error | undefined
  return error.name === 'QuotaExceededError' || cause?.name === 'QuotaExceededError'
}

/**
 * What to say when packs do not fit.
 *
 * @param neededBytes what is still to come
 */
export async function noRoomFor(neededBytes: number): Promise<string> {
  const estimate = await (globalThis.navigator?.storage as StorageManager | undefined)?.estimate()
  const left = estimate && Math.max(0, (estimate.quota ?? 0) - (estimate.usage ?? 0))
  const room = left === undefined ? '' : `, the browser gives ${formatBytes(left)}`
  return `No room for the rest of the packs: ${formatBytes(neededBytes)} more are needed${room}. What is here stays; keep fewer minutes, or free some space.`
}

export function troubleOf(error: unknown): string {
  if (isNoRoom(error))
    return 'This device has no room left for more data: keep fewer minutes, or free some space.'
  return error instanceof Error ? error.message : String(error)
}
