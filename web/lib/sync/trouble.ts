/** What went wrong, in words for people. */
import { Dexie } from 'dexie'
import { formatBytes } from '../../../core/format/bytes.ts'
import { t } from '../i18n/t.ts'
import type { Store } from '../store/database.ts'
import { missingChunks, wishesOf } from '../store/packs.ts'

/** Whether the device's own store refused; that says nothing of the server. */
export const isStoreTrouble = (error: unknown): boolean => error instanceof Dexie.DexieError

/** Whether the browser has no room for what was to be stored. */
export function isNoRoom(error: unknown): boolean {
  if (!(error instanceof Dexie.DexieError)) return false
  const cause = error.inner as Error | undefined
  return error.name === 'QuotaExceededError' || cause?.name === 'QuotaExceededError'
}

/** What to say when the browser has no room, with what the packs still need. */
export async function noRoomTrouble(store: Store, nowMs: number): Promise<string> {
  const wishes = wishesOf(await store.packs.toArray())
  const missing = missingChunks(await store.manifest.toArray(), wishes, nowMs)
  const neededBytes = missing.reduce((sum, line) => sum + line.size, 0)
  const estimate = await (globalThis.navigator?.storage as StorageManager | undefined)?.estimate()
  const left = estimate && Math.max(0, (estimate.quota ?? 0) - (estimate.usage ?? 0))
  // A disk that is full is full, whatever the estimate says.
  const knowsRoom = left !== undefined && left < neededBytes
  const [needed, given] = [formatBytes(neededBytes), formatBytes(left ?? null)]
  if (neededBytes === 0)
    return t(
      'No room for newer prices and candles. What is here stays; keep fewer minutes, or free some space.',
    )
  return knowsRoom
    ? t(
        `No room for the rest of the packs: ${needed} more are needed, the browser gives ${given}. What is here stays; keep fewer minutes, or free some space.`,
      )
    : t(
        `No room for the rest of the packs: ${needed} more are needed. What is here stays; keep fewer minutes, or free some space.`,
      )
}

export function troubleOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
