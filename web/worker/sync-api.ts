/** What the page of the syncing tab asks of the worker that syncs, and what it is told. */
import type { MarketId } from '../../core/market.ts'
import type { Saving } from '../lib/sync/engine.ts'
import type { SyncStatus } from '../lib/sync/status.ts'

export type SyncNews =
  /** Candles of these markets have changed in the store. */
  | { readonly kind: 'changed'; readonly markets: readonly MarketId[] }
  /** Prices in the store have changed. */
  | { readonly kind: 'quotes' }
  | { readonly kind: 'status'; readonly status: SyncStatus; readonly serverAheadMs: number | null }

/** How things stand when a tab begins to sync. */
export interface SyncBeginning {
  readonly status: SyncStatus
  /** The device's clock as the page reads it, and how far that of the server is known to be ahead. */
  readonly deviceMs: number
  readonly serverAheadMs: number | null
  readonly saving: Saving
}

export interface SyncApi {
  /** Syncs until `stop`. One at a time. */
  run(beginning: SyncBeginning, tell: (news: SyncNews) => void): Promise<void>
  stop(): Promise<void>
  /** A round as soon as may be, with what the reader wants of the line now. */
  syncNow(saving: Saving): Promise<void>
  /** The same, and until then not everything that is wanted is here. */
  packsGrew(saving: Saving): Promise<void>
}
