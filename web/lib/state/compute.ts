/** The page's line to the worker that computes; it starts with the first call. */
import type { Remote } from 'comlink'
import type { ComputeApi } from '../../worker/api.ts'
import workerUrl from '../../worker/compute.worker.ts?worker&url'
import { lineTo } from './worker.ts'

let remote: Remote<ComputeApi> | null = null

export function compute(): Remote<ComputeApi> {
  const here = async () => (await import('../../worker/here.ts')).startHere()
  remote ??= lineTo<ComputeApi>(workerUrl, 'compute', here).api
  return remote
}
