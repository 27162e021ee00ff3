/**
 * What went wrong in a sync, as a value: it is found where nobody knows the reader's language, and told in each tab in that
 * tab's own words.
 */
import { Dexie } from 'dexie'
import type { StoredInterval } from '../../../core/time/interval.ts'
import type { MarketId } from '../../../core/market.ts'
import type { Store } from '../store/database.ts'
import { missingChunks, wishesOf } from '../store/packs.ts'
import { RequestError, type RequestTrouble } from './request.ts'

export type Trouble =
  | RequestTrouble
  /** The browser has no room for what was to be stored. */
  | { readonly why: 'no room'; readonly neededBytes: number; readonly leftBytes: number | null }
  /** The data saver keeps packs back on this line. */
  | { readonly why: 'metered' }
  /** What the server sent twice was not the chunk that it had named. */
  | {
      readonly why: 'another chunk'
      readonly market: MarketId
      readonly interval: StoredInterval
      readonly period: string
    }
  /** Whatever nobody expected, in the words of its error. */
  | { readonly why: 'unexpected'; readonly message: string }

/** Whether the device's own store refused; that says nothing of the server. */
export const isStoreTrouble = (error: unknown): boolean => error instanceof Dexie.DexieError

/** Whether the browser has no room for what was to be stored. */
export function isNoRoom(error: unknown): boolean {
  if (!(error instanceof Dexie.DexieError)) return false
  const cause = error.inner as Error | undefined
  return error.name === 'QuotaExceededError' || cause?.name === 'QuotaExceededError'
}

/** The trouble of a browser without room, with what the packs still need. */
export async function noRoomTrouble(store: Store, nowMs: number): Promise<Trouble> {
  const wishes = wishesOf(await store.packs.toArray())
  const missing = missingChunks(await store.manifest.toArray(), wishes, nowMs)
  const neededBytes = missing.reduce((sum, line) => sum + line.size, 0)
  const estimate = await (globalThis.navigator?.storage as StorageManager | undefined)?.estimate()
  const left = estimate && Math.max(0, (estimate.quota ?? 0) - (estimate.usage ?? 0))
  // A disk that is full is full, whatever the estimate says.
  return { why: 'no room', neededBytes, leftBytes: left !== undefined && left < neededBytes ? left : null }
}

export function troubleOf(error: unknown): Trouble {
  if (error instanceof RequestError) return error.trouble
  return { why: 'unexpected', message: error instanceof Error ? error.message : String(error) }
}
