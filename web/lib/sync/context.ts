/** What every step of a sync works with; made once by the engine, or by a test. */
import type { MarketId } from '../../../core/market.ts'
import type { SyncPage } from '../../../core/wire/api.ts'
import type { Store } from '../store/database.ts'
import type { SyncProgress } from '../state/types.ts'
import type { Fetch } from './request.ts'
import type { Trouble } from './trouble.ts'

export interface SyncContext {
  readonly store: Store
  readonly fetch: Fetch
  readonly signal: AbortSignal
  now(): number
  /** Whether chunks may be downloaded over the line of this moment. */
  mayDownload(): boolean
  /** Candles of these markets have changed in the store. */
  changed(markets: readonly MarketId[]): void
  /** The server has answered, and well. */
  heard(page: SyncPage): void
  progress(progress: SyncProgress | null): void
  /** Something went wrong that does not stop the rest. */
  trouble(trouble: Trouble): void
}
