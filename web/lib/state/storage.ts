/** What lies on the device, as the browser and the worker tell it. */
import { STORED_INTERVALS, type StoredInterval } from '../../../core/time/interval.ts'
import { compute } from './compute.ts'
import type { StorageState } from './types.ts'

export async function measureStorage(): Promise<Omit<StorageState, 'evicted'>> {
  const storage = navigator.storage as StorageManager | undefined
  const [series, estimate, persisted] = await Promise.all([
    compute().stored(),
    storage?.estimate(),
    storage?.persisted?.(),
  ])
  const bytesOf = (interval: StoredInterval) =>
    series.reduce((sum, one) => sum + (one.interval === interval ? one.bytes : 0), 0)
  const byInterval = Object.fromEntries(
    STORED_INTERVALS.map((interval) => [interval, bytesOf(interval)]),
  ) as Record<StoredInterval, number>
  return {
    isMeasured: true,
    usedBytes: estimate?.usage ?? null,
    quotaBytes: estimate?.quota ?? null,
    persisted: persisted ?? null,
    byInterval,
    series,
  }
}
