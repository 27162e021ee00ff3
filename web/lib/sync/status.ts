/** How the sync stands, as the syncing tab tells it to itself and to the others. */
import type { SyncProgress } from '../state/types.ts'

export interface SyncStatus {
  readonly online: boolean
  readonly lastSuccessMs: number | null
  /** Revision up to which data is on the device. */
  readonly revision: number | null
  readonly synced: boolean
  readonly outdated: boolean
  readonly progress: SyncProgress | null
  readonly trouble: string | null
}

export const UNKNOWN_STATUS: SyncStatus = {
  online: false,
  lastSuccessMs: null,
  revision: null,
  synced: false,
  outdated: false,
  progress: null,
  trouble: null,
}
