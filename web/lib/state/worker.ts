/**
 * The page's lines to its workers. A browser that runs none does the same work in the page: slower, and a chart may hold up the
 * screen for a moment, but nothing is missing.
 */
import { dev } from '$app/environment'
import { wrap, type Remote } from 'comlink'
import { report } from '../store/report.ts'
import { hasWorkers } from './has-workers.ts'
import { trustedScript } from './trusted-script.ts'

/** Built into one script; served in development as the modules that it is made of. */
const WORKER_TYPE = dev ? 'module' : 'classic'

/** How the page sees what works elsewhere: every method gives a promise. */
export interface Line<Api> {
  readonly api: Remote<Api>
  /** Whether functions can be handed over as they are. */
  readonly isInPage: boolean
  /** Fails when the worker does: then no answer comes any more. */
  readonly broken: Promise<never>
}

/**
 * @param url of the worker's script
 * @param here does the same in the page
 */
export function lineTo<Api extends object>(url: string, name: string, here: () => Promise<Api>): Line<Api> {
  const worker = hasWorkers() ? startWorker(url, name) : null
  if (!worker) return { api: inPage(here), isInPage: true, broken: new Promise(() => undefined) }
  const broken = new Promise<never>((_, reject) => {
    worker.addEventListener('error', ({ message }) => reject(new Error(message || `no ${name} worker`)))
  })
  // Whoever waits for it is told; nobody needs to.
  broken.catch(() => undefined)
  return { api: wrap<Api>(worker), isInPage: false, broken }
}

function startWorker(url: string, name: string): Worker | null {
  try {
    return new Worker(trustedScript(url), { name, type: WORKER_TYPE })
  } catch (error) {
    report('the browser refused a worker', error)
    return null
  }
}

function inPage<Api extends object>(here: () => Promise<Api>): Remote<Api> {
  const started = here()
  return new Proxy({} as Remote<Api>, {
    get: (_, name: string) =>
      // Not a promise itself, though it is asked.
      name === 'then'
        ? undefined
        : async (...asked: unknown[]) => {
            const api = (await started) as Record<string, (...all: unknown[]) => Promise<unknown>>
            return api[name]!.apply(api, asked)
          },
  })
}
