/**
 * The device's store: one IndexedDB database through Dexie, opened by the page and by the worker alike.
 * Positions change in the transaction that stores the data they speak of, so an emptied store refills by itself.
 */
import { Dexie, type Table } from 'dexie'
import type { MarketId } from '../../../core/market.ts'
import type { ChunkHash } from '../../../core/chunk/chunk.ts'
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

/** What may happen to an open store from outside. */
export interface StoreEvents {
  /** A newer version of the app, in another tab, changes the store: this page must be loaded again. */
  replaced(): void
  /** An older tab keeps the store busy: it must be closed. */
  blocked(): void
}

/**
 * Opens the store.
 *
 * @throws StorageDenied when the browser gives none
 */
export async function openStore(events: StoreEvents, name?: string): Promise<Store> {
  const store = new Store(name)
  store.on('versionchange', () => {
    store.close()
    events.replaced()
  })
  store.on('blocked', () => {
    events.blocked()
  })
  try {
    await store.open()
    return store
  } catch (error) {
    throw new StorageDenied(error)
  }
}
