/**
 * The page's line to the worker; the worker starts with the first call. A browser that runs none computes in the page: slower, and
 * a chart may hold up the screen for a moment, but nothing is missing.
 */
import { dev } from '$app/environment'
import { wrap, type Remote } from 'comlink'
import type { ComputeApi } from '../../worker/api.ts'
import workerUrl from '../../worker/compute.worker.ts?worker&url'
import { report } from '../store/report.ts'
import { hasWorkers } from './has-workers.ts'
import { trustedScript } from './trusted-script.ts'

/** Built into one script; served in development as the modules that it is made of. */
const WORKER_TYPE = dev ? 'module' : 'classic'

let remote: Remote<ComputeApi> | null = null

export function compute(): Remote<ComputeApi> {
  remote ??= startWorker() ?? inPage()
  return remote
}

function startWorker(): Remote<ComputeApi> | null {
  if (!hasWorkers()) return null
  try {
    return wrap<ComputeApi>(new Worker(trustedScript(workerUrl), { name: 'compute', type: WORKER_TYPE }))
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
