/** The page's line to the worker; the worker starts with the first call. */
import { wrap, type Remote } from 'comlink'
import type { ComputeApi } from '../../worker/api.ts'
import ComputeWorker from '../../worker/compute.worker.ts?worker'

let remote: Remote<ComputeApi> | null = null

export function compute(): Remote<ComputeApi> {
  remote ??= wrap<ComputeApi>(new ComputeWorker({ name: 'compute' }))
  return remote
}
