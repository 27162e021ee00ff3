/** How the sync stands, as the syncing tab tells it to itself and to the others. */
import type { HistoryProgress } from '../../../core/wire/api.ts'
import type { SyncProgress } from '../state/types.ts'
import type { Trouble } from './trouble.ts'

export interface SyncStatus {
  readonly online: boolean
  /** No attempt to reach the server has ended yet. */
  readonly connecting: boolean
  readonly lastSuccessMs: number | null
  /** Revision up to which data is on the device. */
  readonly revision: number | null
  readonly synced: boolean
  readonly outdated: boolean
  readonly progress: SyncProgress | null
  /** How much of the history the server itself has read; null where it does not say. */
  readonly history: HistoryProgress | null
  readonly trouble: Trouble | null
}

export const UNKNOWN_STATUS: SyncStatus = {
  online: false,
  connecting: true,
  lastSuccessMs: null,
  revision: null,
  synced: false,
  outdated: false,
  progress: null,
  history: null,
  trouble: null,
}
