/**
 * Between the store, the worker and the sync engine on one side and the state on the other: opens the store, shows
 * what is in it, and follows every change.
 */
import type { MarketId } from '../../../core/market.ts'
import type { NewestCandle, SigmaSummary } from '../../worker/api.ts'
import { openStore, StorageDenied, type Store } from '../store/database.ts'
import { packCost } from '../store/cost.ts'
import type { SyncStatus } from '../sync/status.ts'
import type { State } from './app.svelte.ts'
import { compute } from './compute.ts'
import { later } from './later.ts'
import { loadMarkets, loadPacks } from './load.ts'
import { measureStorage } from './storage.ts'
import { showPricesOnly } from './prices-only.ts'
import { startSync, type DataEvents } from './sync.ts'
import { watchUpdates, whyNotInstallable } from './update.ts'

const ESTIMATOR = 'yang-zhang'
const WINDOW = 30
/** Says in localStorage that data was here; localStorage and IndexedDB are not always emptied together. */
const HELD_FLAG = 'crypto-tracker:held'

/** Resolves when the device's own data is in the state. */
export async function bringUp(state: State): Promise<void> {
  state.setConnection({ notInstallable: whyNotInstallable() })
  keepTime(state)
  const applyUpdate = afterPaint().then(() => watchUpdates(state))
  let store: Store
  try {
    store = await openStore({
      replaced: () => state.setConnection({ updateReady: true, trouble: REPLACED }),
      blocked: () => state.setConnection({ trouble: BLOCKED }),
    })
  } catch (error) {
    if (!(error instanceof StorageDenied)) throw error
    return showPricesOnly(state, error.message)
  }
  const data = new Data(state, store)
  await data.load()
  void afterPaint().then(async () => {
    const sync = await startSync(store, data)
    state.bind({
      setPack: async (market, minuteDays) => {
        await store.packs.put({ market, minuteDays })
        data.packsChanged()
        sync.syncNow()
      },
      packCost: (market, minuteDays) => packCost(store, market, minuteDays, Date.now()),
      askPersistence: async () => {
        const granted = (await navigator.storage?.persist?.()) ?? false
        state.measureStorage()
        return granted
      },
      syncNow: () => sync.syncNow(),
      applyUpdate: () => void applyUpdate.then((apply) => apply()),
    })
    whenLookedAt(() => sync.syncNow())
  })
}

const REPLACED = 'A newer version of the app runs in another tab: reload this page.'
const BLOCKED = 'An older version of the app in another tab keeps the data busy: close that tab.'

class Data implements DataEvents {
  readonly #state: State
  readonly #store: Store
  readonly #sigma = new Map<MarketId, SigmaSummary>()
  readonly #newest = new Map<MarketId, NewestCandle>()
  readonly #changed = new Set<MarketId>()
  #status: SyncStatus | null = null

  constructor(state: State, store: Store) {
    this.#state = state
    this.#store = store
    for (const market of state.markets) if (market.sigma) this.#sigma.set(market.id, market.sigma)
    state.measureStorageWith(this.#measure)
  }

  get initial(): SyncStatus {
    const { lastSuccessMs, revision, synced } = this.#state.connection
    return { online: false, lastSuccessMs, revision, synced, outdated: false, progress: null, trouble: null }
  }

  async load(): Promise<void> {
    const archive = await this.#store.meta.get('archive')
    this.#state.setEvicted(!archive && hadData())
    if (!archive) return
    await Promise.all([this.#showMarkets(), this.#showPacks()])
    const positions = await this.#store.positions.toArray()
    const { sampleSeconds, simulated, lastSuccessMs } = archive
    this.#state.setConnection({
      sampleSeconds,
      simulated,
      lastSuccessMs,
      revision:
        positions.length > 0 ? Math.min(...positions.map((position) => position.tail)) : archive.revision,
      synced: this.#state.packs.every((pack) => pack.complete),
    })
    void this.#store.markets
      .toCollection()
      .primaryKeys()
      .then((markets) => this.changed(markets))
  }

  changed(markets: readonly MarketId[]): void {
    for (const market of markets) this.#changed.add(market)
    this.#recompute()
  }

  quotesChanged(): void {
    this.#refreshMarkets()
  }

  packsChanged(): void {
    this.#refreshPacks()
  }

  status(status: SyncStatus): void {
    const before = this.#status
    this.#status = status
    const { online, lastSuccessMs, synced, outdated, progress, trouble } = status
    this.#state.setConnection({ online, lastSuccessMs, synced, outdated, progress, trouble })
    if (synced) {
      noteData()
      this.#state.setEvicted(false)
    }
    if (progress || synced !== before?.synced) this.#refreshPacks()
    if (status.revision !== before?.revision) this.#recompute()
  }

  #refreshMarkets = later(100, () => this.#showMarkets())
  #refreshPacks = later(500, () => this.#showPacks())

  /** After candles have changed: the worker forgets them, charts ask again, the list gets its σ. */
  #recompute = later(300, async () => {
    const markets = [...this.#changed]
    this.#changed.clear()
    const { revision } = this.#status ?? this.#state.connection
    for (const market of markets) await compute().invalidate(market)
    await this.#compute(markets)
    await this.#showMarkets()
    this.#state.noteChanges(markets)
    // Says what is on the device and on screen, so it comes last.
    this.#state.setConnection({ revision })
    this.#state.measureStorage()
  })

  async #compute(markets: readonly MarketId[]): Promise<void> {
    if (markets.length === 0) return
    const [summaries, newest] = await Promise.all([
      compute().summaries(markets, ESTIMATOR, WINDOW),
      compute().newest(markets),
    ])
    markets.forEach((market, index) => {
      this.#sigma.set(market, summaries[index]!)
      const candle = newest[index]
      if (candle) this.#newest.set(market, candle)
    })
  }

  async #showMarkets(): Promise<void> {
    const archive = await this.#store.meta.get('archive')
    if (!archive) return
    const { sampleSeconds, simulated } = archive
    this.#state.setMarkets(await loadMarkets(this.#store, { sigma: this.#sigma, newest: this.#newest }))
    this.#state.setConnection({ sampleSeconds, simulated })
  }

  async #showPacks(): Promise<void> {
    this.#state.packs = await loadPacks(this.#store, Date.now())
  }

  #measure = later(200, async () => {
    this.#state.setStorage(await measureStorage())
  })
}

function hadData(): boolean {
  try {
    return localStorage.getItem(HELD_FLAG) !== null
  } catch {
    return false
  }
}

function noteData(): void {
  try {
    localStorage.setItem(HELD_FLAG, '1')
  } catch {
    // Without localStorage an eviction is not noticed as such; the store refills all the same.
  }
}

/** The clock on screen, and the picture for the next start. */
function keepTime(state: State): void {
  setInterval(() => {
    if (document.visibilityState === 'visible') state.tick(Date.now())
  }, 1_000)
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') state.keep()
    else state.tick(Date.now())
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
