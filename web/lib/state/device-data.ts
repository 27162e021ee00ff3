/**
 * Follows the store and the worker for the state: what was on the device, what changes, what only the worker can tell.
 */
import type { MarketId } from '../../../core/market.ts'
import type { NewestCandle, SigmaSummary } from '../../worker/api.ts'
import type { Store } from '../store/database.ts'
import { preferences } from '../ui/preferences.svelte.ts'
import { troubleText } from '../ui/trouble-text.ts'
import { UNKNOWN_STATUS, type SyncStatus } from '../sync/status.ts'
import { clock } from './clock.ts'
import type { State } from './state.svelte.ts'
import { compute } from './compute.ts'
import { later } from './later.ts'
import { loadMarkets, loadPacks } from './load.ts'
import { measureStorage } from './storage.ts'
import type { DataEvents } from './sync.ts'

/** Says in localStorage that data was here; localStorage and IndexedDB are not always emptied together. */
const HELD_FLAG = 'crypto-tracker:held'

export class DeviceData implements DataEvents {
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
    return { ...UNKNOWN_STATUS, lastSuccessMs, revision, synced }
  }

  async load(): Promise<void> {
    const archive = await this.#store.meta.get('archive')
    this.#state.setEvicted(!archive && hadData())
    if (!archive) return
    await Promise.all([this.#showMarkets(), this.packsChosen()])
    const positions = await this.#store.positions.toArray()
    const { sampleSeconds, simulated, quotes = [], lastSuccessMs } = archive
    clock.passed(lastSuccessMs)
    this.#state.setConnection({
      sampleSeconds,
      simulated,
      quotes,
      lastSuccessMs,
      revision:
        positions.length > 0 ? Math.min(...positions.map((position) => position.tail)) : archive.revision,
    })
    this.#complete()
  }

  /** Another estimator or window was chosen. A slider sends many: the list follows when it rests. */
  readonly sigmaChosen = later(400, () => this.#all())

  /** What only the worker can tell of what was on the device before. Nothing has changed: charts need not ask again. */
  #complete = later(0, () => this.#all())

  #all = async (): Promise<void> => {
    await this.#compute(this.#state.markets.map((market) => market.id))
    await this.#showMarkets()
  }

  changed(markets: readonly MarketId[]): void {
    for (const market of markets) this.#changed.add(market)
    this.#recompute()
  }

  quotesChanged(): void {
    this.#refreshMarkets()
  }

  /** After a choice of packs: shows them, and whether they are all complete already. */
  async packsChosen(): Promise<boolean> {
    await this.#showPacks()
    const synced =
      this.#state.packs.length > 0 && this.#state.packs.every((pack) => pack.complete || pack.paused)
    this.#state.setConnection({ synced })
    return synced
  }

  status(status: SyncStatus): void {
    const before = this.#status
    this.#status = status
    if (before && onlyFurther(before, status)) return this.#tellProgress()
    // The revision follows when its data is on screen.
    const { revision, trouble, ...news } = status
    const clockAheadMs = clock.aheadMs === null ? 0 : -clock.aheadMs
    this.#state.setConnection({ ...news, trouble: trouble && troubleText(trouble), clockAheadMs })
    const { synced, progress } = news
    if (synced) {
      noteData()
      this.#state.setEvicted(false)
    }
    if (progress || synced !== before?.synced) this.#refreshPacks()
    if (revision !== before?.revision) this.#recompute()
  }

  /** Every chunk of hundreds brings the progress on; a screen need not be made anew for each. */
  #tellProgress = later(100, async () => {
    this.#state.setConnection({ progress: this.#status?.progress ?? null })
    this.#refreshPacks()
  })
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
    this.#state.keepSoon()
  })

  async #compute(markets: readonly MarketId[]): Promise<void> {
    if (markets.length === 0) return
    const { estimator, window } = preferences.current
    const [summaries, newest] = await Promise.all([
      compute().summaries(markets, estimator, window),
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
    const { sampleSeconds, simulated, quotes = [] } = archive
    this.#state.setMarkets(await loadMarkets(this.#store, { sigma: this.#sigma, newest: this.#newest }))
    this.#state.setConnection({ sampleSeconds, simulated, quotes })
  }

  async #showPacks(): Promise<void> {
    this.#state.packs = await loadPacks(this.#store, clock.now())
  }

  #measure = later(1_000, async () => {
    this.#state.setStorage(await measureStorage())
  })
}

/** Whether nothing has changed but how far the download is. */
function onlyFurther(before: SyncStatus, after: SyncStatus): boolean {
  if (!before.progress || !after.progress) return false
  return (Object.keys(after) as (keyof SyncStatus)[]).every(
    (key) => key === 'progress' || Object.is(before[key], after[key]),
  )
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
