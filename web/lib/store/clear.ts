/** Makes this device one that has never been here: the store, the app's own files, the picture of the last view. */
import { CHOICE_KEYS } from './choice-keys.ts'
import type { Store } from './database.ts'

/** They stay unless somebody says otherwise. */
const CHOICES = new Set<string>(Object.values(CHOICE_KEYS))

/** @throws Error when the browser does not let go of the store */
export async function clearDevice(store: Store, withPreferences: boolean): Promise<void> {
  clearLocal(withPreferences)
  // Other tabs and the worker close theirs when they are told.
  await store.delete({ disableAutoOpen: true })
  const workers = (navigator as { serviceWorker?: ServiceWorkerContainer }).serviceWorker
  for (const registration of (await workers?.getRegistrations()) ?? []) await registration.unregister()
  if (typeof caches !== 'undefined') for (const name of await caches.keys()) await caches.delete(name)
  // A page that was hidden meanwhile may have written once more.
  clearLocal(withPreferences)
}

function clearLocal(withPreferences: boolean): void {
  try {
    for (const key of Object.keys(localStorage))
      if (withPreferences || !CHOICES.has(key)) localStorage.removeItem(key)
  } catch {
    // Where there is no storage, nothing is left in it.
  }
}
