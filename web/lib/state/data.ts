/**
 * Brings store, worker, sync and updates together behind the state: opens the store, shows what is in it, and starts
 * everything that waits for the network after the first paint.
 */
import { t } from '../i18n/t.ts'
import { packCosts } from '../store/cost.ts'
import { choosePacks } from '../store/choose.ts'
import { openStore, StorageDenied, StoreTooNew, type Store } from '../store/database.ts'
import { clock } from './clock.ts'
import type { State } from './state.svelte.ts'
import { DeviceData } from './device-data.ts'
import { showPricesOnly } from './prices-only.ts'
import { followChoices } from './follow.svelte.ts'
import { watchUpdates, whyNotInstallable } from './update.ts'

/** Resolves when the device's own data is in the state. */
export async function bringUp(state: State): Promise<void> {
  state.setConnection({ notInstallable: whyNotInstallable() })
  keepTime(state)
  const applyUpdate = afterPaint().then(() => watchUpdates(state))
  // Read while the store opens, so that the first request leaves as soon as it is known what to ask for.
  const syncing = afterPaint().then(() => import('./sync.ts'))
  const update = () => void applyUpdate.then((apply) => apply())
  const ended = new AbortController()
  let evicted: () => void = () => undefined
  let store: Store
  try {
    store = await openStore({
      replaced: () => {
        // Before anything else, so that the lock of the syncing tab is free for the new version.
        ended.abort()
        state.setConnection({ replaced: true, online: false, connecting: false })
      },
      cleared: () => {
        ended.abort()
        state.setCleared()
      },
      blocked: () => state.setConnection({ connecting: false, trouble: blocked() }),
      evicted: () => evicted(),
    })
  } catch (error) {
    if (!(error instanceof StorageDenied || error instanceof StoreTooNew)) throw error
    if (error instanceof StoreTooNew) state.setConnection({ replaced: true })
    return showPricesOnly(state, error.message, update)
  }
  const data = new DeviceData(state, store)
  await data.load()
  const starting = syncing.then(({ startSync }) => {
    const sync = startSync(data, ended.signal)
    evicted = () => {
      state.setEvicted(true)
      sync.packsGrew()
    }
    state.bind({
      setPacks: async (markets, change) => {
        await choosePacks(store, markets, change, clock.now())
        data.changed(markets)
        if (await data.packsChosen()) sync.syncNow()
        else sync.packsGrew()
      },
      packCosts: (markets, changes) => packCosts(store, markets, changes, clock.now()),
      clearAll: async (withPreferences) => {
        const { clearDevice } = await import('../store/clear.ts')
        ended.abort()
        await clearDevice(store, withPreferences)
        state.setCleared()
      },
      packFile: async (market) => {
        const { writePackFile } = await import('../pack/export.ts')
        return writePackFile(store, market)
      },
      takePackFile: async (file, progress) => {
        const { sourceOf, takePackFile } = await import('../pack/import.ts')
        const report = await takePackFile(store, sourceOf(file), progress)
        await data.load()
        data.changed([report.market])
        sync.packsGrew()
        return report
      },
      gaps: async (market, interval, signal) => {
        const { askGaps } = await import('../sync/gaps.ts')
        return askGaps(market, interval, signal)
      },
      askPersistence: async () => {
        const granted = (await navigator.storage?.persist?.()) ?? false
        state.measureStorage()
        return granted
      },
      syncNow: () => sync.syncNow(),
      applyUpdate: update,
    })
    whenLookedAt(() => sync.syncNow())
    followChoices({ sigmaChosen: data.sigmaChosen, lineChosen: () => sync.syncNow() })
  })
  starting.catch((error: unknown) => {
    state.setConnection({
      connecting: false,
      trouble: t(`Syncing did not start: ${String(error)}; reload the page.`),
    })
  })
}

const blocked = () => t('An older version of the app in another tab keeps the data busy: close that tab.')

/** The clock on screen, and the picture for the next start. */
function keepTime(state: State): void {
  setInterval(() => {
    if (document.visibilityState === 'visible') state.tick(clock.now())
  }, 1_000)
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') state.keep()
    else state.tick(clock.now())
  })
  window.addEventListener('pagehide', () => state.keep())
}

/** Whatever may have brought the network back, or somebody to the screen. */
function whenLookedAt(look: () => void): void {
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') look()
  })
  window.addEventListener('online', look)
  window.addEventListener('pageshow', (event) => {
    if (event.persisted) look()
  })
}

function afterPaint(): Promise<void> {
  return new Promise((resolve) => {
    // A page opened in a hidden tab has no frames.
    if (document.visibilityState === 'hidden') setTimeout(resolve)
    else requestAnimationFrame(() => setTimeout(resolve))
  })
}
