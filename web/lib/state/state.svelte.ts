/**
 * The one state of the app, as runes. Screens read `app`; only this folder writes, through `state`.
 * It starts as the picture of the last visit, so that the first paint has something true to show, with its age.
 */
import { createSubscriber, SvelteMap } from 'svelte/reactivity'
import type { MarketId } from '../../../core/market.ts'
import type { StoredInterval } from '../../../core/time/interval.ts'
import type { SeriesGaps } from '../../../core/wire/gaps.ts'
import type { ImportReport } from '../pack/import.ts'
import type { PackCost } from '../store/cost.ts'
import type { PackWish } from '../store/packs.ts'
import { reuseMarkets } from './reuse.ts'
import { clock } from './clock.ts'
import { freshnessAt } from './freshness.ts'
import { later } from './later.ts'
import { readSnapshot, thinView, writeSnapshot } from './snapshot.ts'
import type { AppState, Connection, KeptView, MarketState, Pack, StorageState } from './types.ts'

/** What screens may ask for; it exists once the store is open. */
export interface Actions {
  setPacks(markets: readonly MarketId[], change: Partial<PackWish>): Promise<void>
  packCosts(markets: readonly MarketId[], changes: readonly Partial<PackWish>[]): Promise<readonly PackCost[]>
  clearAll(withPreferences: boolean): Promise<void>
  packFile(market: MarketId): Promise<File>
  takePackFile(file: Blob, progress: (share: number) => void): Promise<ImportReport>
  gaps(market: MarketId, interval: StoredInterval, signal: AbortSignal): Promise<SeriesGaps | null>
  askPersistence(): Promise<boolean>
  syncNow(): void
  applyUpdate(): void
}

/** A market before its freshness is judged. */
export type MarketFacts = Omit<MarketState, 'freshness'>

const UNCONNECTED: Connection = {
  online: false,
  connecting: true,
  lastSuccessMs: null,
  simulated: false,
  quotes: [],
  sampleSeconds: 60,
  notInstallable: null,
  storageDenied: false,
  cleared: false,
  updateReady: false,
  replaced: false,
  outdated: false,
  revision: null,
  synced: false,
  progress: null,
  history: null,
  trouble: null,
  clockAheadMs: 0,
}

const EMPTY_STORAGE: Omit<StorageState, 'evicted'> = {
  isMeasured: false,
  usedBytes: null,
  quotaBytes: null,
  persisted: null,
  byInterval: { '1m': 0, '1h': 0, '1d': 0 },
  series: [],
}

export class State implements AppState {
  #connection = $state.raw<Connection>(UNCONNECTED)
  #markets = $state.raw<readonly MarketState[]>([])
  #storage = $state.raw(EMPTY_STORAGE)
  #evicted = $state(false)
  #changes = new SvelteMap<MarketId, number>()
  #view: KeptView | null = null
  #actions = Promise.withResolvers<Actions>()
  /** Measures the store; only while somebody looks at what it says. */
  #measure: (() => void) | null = null
  #watchStorage = createSubscriber(() => {
    this.#storageWatched = true
    this.#measure?.()
    return () => {
      this.#storageWatched = false
    }
  })
  #storageWatched = false

  packs = $state.raw<readonly Pack[]>([])
  nowMs = $state(clock.now())
  readonly storage: StorageState

  constructor() {
    this.storage = this.#storageView()
    const snapshot = readSnapshot()
    if (!snapshot) return
    this.#connection = { ...UNCONNECTED, ...snapshot.connection }
    clock.passed(snapshot.connection.lastSuccessMs)
    this.nowMs = clock.now()
    this.#view = snapshot.view
    this.setMarkets(snapshot.markets)
  }

  get connection(): Connection {
    return this.#connection
  }
  get markets(): readonly MarketState[] {
    return this.#markets
  }

  applyUpdate(): void {
    void this.#actions.promise.then((actions) => actions.applyUpdate())
  }
  async setPacks(markets: readonly MarketId[], change: Partial<PackWish>): Promise<void> {
    // At once, since whoever asked for more may wait for it to be complete from here on.
    this.setConnection({ synced: false })
    await (await this.#actions.promise).setPacks(markets, change)
  }
  async packCosts(
    markets: readonly MarketId[],
    changes: readonly Partial<PackWish>[],
  ): Promise<readonly PackCost[]> {
    // Read here, so that an effect that asks for a cost asks again when the manifest or the packs have changed.
    void this.packs
    return (await this.#actions.promise).packCosts(markets, changes)
  }
  async clearAll(withPreferences: boolean): Promise<void> {
    await (await this.#actions.promise).clearAll(withPreferences)
  }
  async packFile(market: MarketId): Promise<File> {
    return (await this.#actions.promise).packFile(market)
  }
  async takePackFile(file: Blob, progress: (share: number) => void): Promise<ImportReport> {
    return (await this.#actions.promise).takePackFile(file, progress)
  }
  async gaps(market: MarketId, interval: StoredInterval, signal: AbortSignal): Promise<SeriesGaps | null> {
    return (await this.#actions.promise).gaps(market, interval, signal)
  }
  async askPersistence(): Promise<boolean> {
    return (await this.#actions.promise).askPersistence()
  }
  syncNow(): void {
    void this.#actions.promise.then((actions) => actions.syncNow())
  }
  keptView(market: MarketId): KeptView | null {
    return this.#view?.price.market === market ? this.#view : null
  }
  keepView(view: KeptView): void {
    this.#view = thinView(view)
    this.keepSoon()
  }
  changes(market: MarketId): number {
    return this.#changes.get(market) ?? 0
  }

  // For this folder only.

  bind(actions: Actions): void {
    this.#actions.resolve(actions)
  }
  /** Nothing of what was on screen may be kept for the next start. */
  setCleared(): void {
    this.#view = null
    this.packs = []
    this.setMarkets([])
    this.setConnection({ cleared: true, online: false, connecting: false, synced: false, progress: null })
  }
  setConnection(news: Partial<Connection>): void {
    const { clockAheadMs } = this.#connection
    this.#connection = { ...this.#connection, ...news }
    if (this.#connection.clockAheadMs !== clockAheadMs) this.nowMs = clock.now()
    this.#judge()
    if (typeof document === 'undefined') return
    const { dataset } = document.documentElement
    dataset.online = String(this.#connection.online)
    dataset.synced = String(this.#connection.synced)
    if (this.#connection.revision !== null) dataset.revision = String(this.#connection.revision)
  }
  setMarkets(facts: readonly MarketFacts[]): void {
    this.#markets = reuseMarkets(this.#markets, facts)
    this.#judge()
  }
  setStorage(storage: Omit<StorageState, 'evicted'>): void {
    this.#storage = storage
  }
  setEvicted(evicted: boolean): void {
    this.#evicted = evicted
  }
  measureStorageWith(measure: () => void): void {
    this.#measure = measure
    this.measureStorage()
  }
  measureStorage(): void {
    if (this.#storageWatched) this.#measure?.()
  }
  noteChanges(markets: Iterable<MarketId>): void {
    for (const market of markets) this.#changes.set(market, this.changes(market) + 1)
  }
  tick(nowMs: number): void {
    this.nowMs = nowMs
    this.#judge()
  }
  /** Written after a full refresh, too: a browser that is killed hides no page first. */
  readonly keepSoon = later(1_000, async () => this.keep())
  keep(): void {
    const { lastSuccessMs, simulated, sampleSeconds } = this.#connection
    if (this.#markets.length === 0) return
    const connection = { lastSuccessMs, simulated, sampleSeconds }
    writeSnapshot({ markets: this.#markets, connection, view: this.#view })
  }

  /** Freshness follows time and connection; a market that stays as it was stays the same object. */
  #judge(): void {
    const { online, connecting, sampleSeconds } = this.#connection
    const now = { nowMs: this.nowMs, online, connecting, sampleSeconds }
    let changed = false
    const markets = this.#markets.map((market) => {
      const freshness = freshnessAt(market.priceAsOfMs, market.status, now)
      if (freshness === market.freshness) return market
      changed = true
      return { ...market, freshness }
    })
    if (changed) this.#markets = markets
  }

  /** What is stored is read and counted only while a screen shows it. */
  #storageView(): StorageState {
    const read = () => {
      this.#watchStorage()
      return this.#storage
    }
    const evicted = () => this.#evicted
    return {
      get isMeasured() {
        return read().isMeasured
      },
      get usedBytes() {
        return read().usedBytes
      },
      get quotaBytes() {
        return read().quotaBytes
      },
      get persisted() {
        return read().persisted
      },
      get byInterval() {
        return read().byInterval
      },
      get series() {
        return read().series
      },
      get evicted() {
        return evicted()
      },
    }
  }
}

export const state = new State()
