/** What went wrong, in words for people. */
import { Dexie } from 'dexie'

/** Whether the device's own store refused; that says nothing of the server. */
export const isStoreTrouble = (error: unknown): boolean => error instanceof Dexie.DexieError

export function troubleOf(error: unknown): string {
  if (error instanceof Dexie.DexieError) {
    const cause = error.inner as Error | undefined
    if (error.name === 'QuotaExceededError' || cause?.name === 'QuotaExceededError')
      return 'This device has no room left for more data: keep fewer minutes, or free some space.'
  }
  return error instanceof Error ? error.message : String(error)
}
