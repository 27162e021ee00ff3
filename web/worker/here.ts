/** The worker's work without a worker. */
import { openStore } from '../lib/store/database.ts'
import type { ComputeApi } from './api.ts'
import { Compute } from './compute.ts'

/** @throws StorageDenied, StoreTooNew */
export async function startHere(): Promise<ComputeApi> {
  const nothing = () => undefined
  // The page has its own eyes on the store.
  return new Compute(
    await openStore({ replaced: nothing, blocked: nothing, evicted: nothing, cleared: nothing }),
  )
}
