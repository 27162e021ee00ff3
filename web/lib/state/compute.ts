/**
 * The page's line to the worker; the worker starts with the first call. A browser that runs none computes in the page: slower, and
 * a chart may hold up the screen for a moment, but nothing is missing.
 */
import { wrap, type Remote } from 'comlink'
import type { ComputeApi } from '../../worker/api.ts'
import ComputeWorker from '../../worker/compute.worker.ts?worker'
import { report } from '../store/report.ts'
import { hasWorkers } from './has-workers.ts'

let remote: Remote<ComputeApi> | null = null

export function compute(): Remote<ComputeApi> {
  remote ??= startWorker() ?? inPage()
  return remote
}

function startWorker(): Remote<ComputeApi> | null {
  if (!hasWorkers()) return null
  try {
    return wrap<ComputeApi>(new ComputeWorker({ name: 'compute' }))
  } catch (error) {
    report('the browser refused the worker', error)
    return null
  }
}

/** The same answers, made here; every method of the API gives a promise already. */
function inPage(): Remote<ComputeApi> {
  const started = import('../../worker/here.ts').then(({ startHere }) => startHere())
  return new Proxy({} as Remote<ComputeApi>, {
    get: (_, name: keyof ComputeApi) =>
      // Not a promise itself, though it is asked.
      (name as string) === 'then'
        ? undefined
        : async (...asked: unknown[]) => {
            const api = await started
            return (api[name] as (...all: unknown[]) => Promise<unknown>).apply(api, asked)
          },
  })
}
