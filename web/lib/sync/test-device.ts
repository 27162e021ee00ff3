/** A device of a test: a store of its own in memory, and what the sync told. */
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb'
import { Dexie } from 'dexie'
import type { MarketId } from '../../../core/market.ts'
import { Store } from '../store/database.ts'
import type { SyncProgress } from '../state/types.ts'
import { pullChunks, type ChunkResult } from './chunks.ts'
import type { SyncContext } from './context.ts'
import { pullManifest } from './manifest.ts'
import { pullTail } from './tail.ts'
import type { TestArchive } from './test-archive.ts'
import type { Trouble } from './trouble.ts'

export interface TestDevice {
  readonly store: Store
  readonly context: SyncContext
  readonly troubles: Trouble[]
  readonly progress: (SyncProgress | null)[]
  readonly changed: Set<MarketId>
  /** One round: manifest, tail, chunks. */
  round(): Promise<ChunkResult>
}

let count = 0

/** A new device; with `store` another tab, or the same device after a restart. */
export async function testDevice(
  archive: Pick<TestArchive, 'fetch' | 'nowMs'>,
  store?: Store,
): Promise<TestDevice> {
  const opened = store ?? (await newStore())
  const troubles: Trouble[] = []
  const progress: (SyncProgress | null)[] = []
  const changed = new Set<MarketId>()
  const seen = new Map<string, number>()
  const context: SyncContext = {
    store: opened,
    fetch: archive.fetch,
    signal: new AbortController().signal,
    now: () => archive.nowMs,
    mayDownload: () => true,
    changed: (markets) => markets.forEach((market) => changed.add(market)),
    heard: () => undefined,
    progress: (news) => progress.push(news),
    trouble: (trouble) => troubles.push(trouble),
  }
  return {
    store: opened,
    context,
    troubles,
    progress,
    changed,
    round: async () => {
      await pullManifest(context)
      await pullTail(context, seen)
      return pullChunks(context)
    },
  }
}

export async function newStore(): Promise<Store> {
  Dexie.dependencies.indexedDB = new IDBFactory()
  Dexie.dependencies.IDBKeyRange = IDBKeyRange
  const store = new Store(`test-${++count}`)
  await store.open()
  return store
}
