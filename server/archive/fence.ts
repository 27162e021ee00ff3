/** Who may write: a process that has lost what it wrote under is refused. */
import type { Transaction } from '../db/database.ts'

/** Called first in each writing transaction; what it throws undoes that. */
export type Fence = (tx: Transaction) => Promise<void>

/** Another process has taken the lease over: what was to be written under it is refused. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError'

  constructor(lease: string) {
    super(`another process has taken over ${lease}: what this one still had to write is left to it`)
  }
}
