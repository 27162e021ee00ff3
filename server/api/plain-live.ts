/**
 * Listeners to all live events, asked for as the app asks, taken on before any routing: what the router and its adapter
 * keep of a request while its answer is open would be a third of a listener's memory. Whatever is unusual about a request,
 * refusals included, is the route's.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import { DatabaseUnavailableError } from '../db/database.ts'
import type { LiveHub } from './live.ts'
import type { Metrics } from './metrics.ts'
import type { Headers } from './security.ts'

export const LIVE_PATH = '/api/v1/live'
/** What `Last-Event-ID` may be. */
export const EVENT_ID = /^\d{1,15}$/
const USUAL_HOST = /^[\w.-]+(:\d+)?$/

export interface PlainLiveParts {
  readonly live: Pick<LiveHub, 'open' | 'attach'>
  readonly metrics: Pick<Metrics, 'answered'>
  readonly security: Headers
  readonly log: Logger
}

/** Takes on a listener; false leaves the request to the router. */
export function createPlainLive({
  live,
  metrics,
  security,
  log,
}: PlainLiveParts): (request: IncomingMessage, response: ServerResponse) => boolean {
  const attach = async (response: ServerResponse, since: number | null) => {
    const startedMs = performance.now()
    try {
      await live.attach(response, security, null, since)
    } catch (error) {
      tellDropped(log, error)
    }
    metrics.answered('GET', LIVE_PATH, 200, (performance.now() - startedMs) / 1000)
  }
  return (request, response) => {
    if (request.url !== LIVE_PATH || request.method !== 'GET' || !live.open) return false
    const { host, 'last-event-id': last } = request.headers
    if (!USUAL_HOST.test(host ?? '') || hasBody(request)) return false
    if (last !== undefined && !EVENT_ID.test(last.toString())) return false
    void attach(response, last === undefined ? null : Number(last))
    return true
  }
}

/** Its headers are sent, so no problem can be told to a listener; it was dropped and comes back by itself. */
export function tellDropped(log: Logger, error: unknown): void {
  if (!(error instanceof DatabaseUnavailableError)) log.error({ err: error }, 'a listener was dropped')
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined
}
