/**
 * The device's store: one IndexedDB database through Dexie, opened by the page and by the worker alike.
 * Positions change in the transaction that stores the data they speak of, so an emptied store refills by itself.
 */
import { Dexie, type Table } from 'dexie'
import type { MarketId } from '../../../core/market.ts'
import type { ChunkHash } from '../../../core/chunk/chunk.ts'
import { report } from './report.ts'
import type {
  ArchiveRow,
  ChunkRow,
  ManifestRow,
  MarketRow,
  PackRow,
  PeriodKey,
  PositionRow,
  QuoteRow,
  TailRow,
} from './records.ts'

const STORE_NAME = 'crypto-tracker'
/** Between two tries to open a store that the browser has closed. */
const REOPEN_MS = 500

export class Store extends Dexie {
  declare readonly meta: Table<ArchiveRow, 'archive'>
  declare readonly markets: Table<MarketRow, MarketId>
  declare readonly positions: Table<PositionRow, MarketId>
  declare readonly manifest: Table<ManifestRow, PeriodKey>
  declare readonly chunks: Table<ChunkRow, ChunkHash>
  declare readonly tail: Table<TailRow, PeriodKey>
  declare readonly quotes: Table<QuoteRow, MarketId>
  declare readonly packs: Table<PackRow, MarketId>

  constructor(name: string = STORE_NAME) {
    super(name, { autoOpen: false, chromeTransactionDurability: 'relaxed' })
    this.version(1).stores({
      meta: 'key',
      markets: 'market',
      positions: 'market',
      manifest: '[market+interval+period+part]',
      chunks: 'hash',
      tail: '[market+interval+period+part]',
      quotes: 'market',
      packs: 'market',
    })
  }
}

/** The browser gives no storage here (private window, blocked site data, a disk that is full). */
export class StorageDenied extends Error {
  override readonly name = 'StorageDenied'

  constructor(cause: unknown) {
    super(
      'This browser keeps nothing for this page (a private window, or site data is blocked): prices are shown while online, charts need storage.',
      { cause },
    )
  }
}

/** A newer version of the app has changed the store: this one must neither read nor write it. */
export class StoreTooNew extends Error {
  override readonly name = 'StoreTooNew'

  constructor() {
    super('A newer version of the app has been here and keeps the data of this device: reload to update.')
  }
}

/** What may happen to an open store from outside. */
export interface StoreEvents {
  /** A newer version of the app, in another tab, changes the store: this page must be loaded again. */
  replaced(): void
  /** Somebody has cleared this device, here or in another tab. */
  cleared(): void
  /** The browser has taken the store away while it was open; a new one is open now, and empty. */
  evicted(): void
  /** An older tab keeps the store busy: it must be closed. */
  blocked(): void
}

/**
 * Opens the store.
 *
 * @throws StorageDenied when the browser gives none; StoreTooNew when a newer version of the app has changed it
 */
export async function openStore(events: StoreEvents, name?: string): Promise<Store> {
  const store = new Store(name)
  let replaced = false
  store.on('versionchange', ({ newVersion }) => {
    replaced = true
    store.close()
    if (newVersion === null) events.cleared()
    else events.replaced()
  })
  store.on('blocked', () => {
    events.blocked()
  })
  try {
    await store.open()
  } catch (error) {
    throw new StorageDenied(error)
  }
  // Dexie counts in tenths, and opens a store of a later version, too.
  if (store.backendDB().version >= 10 * (store.verno + 1)) {
    store.close()
    throw new StoreTooNew()
  }
  let reopening = false
  store.on('close', () => {
    if (replaced || reopening) return
    reopening = true
    void reopen(store).then(() => {
      reopening = false
      events.evicted()
    })
  })
  return store
}

/** Tries until the browser is done with clearing; what is asked of the store meanwhile fails, and is asked again. */
async function reopen(store: Store): Promise<void> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, REOPEN_MS))
    try {
      await store.open()
      return
    } catch (error) {
      report('the browser closed the store and does not open it again yet', error)
    }
  }
}
