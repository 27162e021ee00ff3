/** Every request is counted, and told to the log where that is wanted; who speaks as a proxy and is none is told once. */
import { matchedRoutes } from 'hono/route'
import type { MiddlewareHandler } from 'hono'
import type { ApiEnv, ApiParts } from './context.ts'

/** Counts by the pattern of the route, never by the path, of which clients can make up any number. */
export function watchRequests({
  metrics,
  proxies,
  log,
}: Pick<ApiParts, 'metrics' | 'proxies' | 'log'>): MiddlewareHandler<ApiEnv> {
  const warn = once((peer: string) =>
    log.warn(
      `${peer} says for whom it asks (X-Forwarded-For), and TRUSTED_PROXIES does not name it: if it is your proxy, name it there, or all its guests share one limit`,
    ),
  )
  return async (c, next) => {
    const started = performance.now()
    await next()
    const seconds = (performance.now() - started) / 1000
    const { method } = c.req
    const { incoming } = c.env
    const own = matchedRoutes(c).findLast((matched) => matched.method !== 'ALL')
    const { status } = c.res
    const route = own?.path ?? (status < 400 ? 'app' : 'none')
    metrics.answered(method, route, status, seconds)
    if (proxies.isUntrusted(incoming)) warn(incoming.socket.remoteAddress ?? '')
    if (!log.isLevelEnabled('debug')) return
    // The path alone: a query may hold the token of a link.
    const request = { id: c.var.requestId, client: proxies.clientOf(incoming), status, seconds }
    log.debug(request, `${method} ${c.req.path}`)
  }
}

function once<A extends readonly unknown[]>(work: (...given: A) => void): (...given: A) => void {
  let isDone = false
  return (...given) => {
    if (isDone) return
    isDone = true
    work(...given)
  }
}
