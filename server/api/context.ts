/** What the routes work with, and small helpers that all of them use. */
import type { HttpBindings } from '@hono/node-server'
import { createRoute, OpenAPIHono, type RouteConfig } from '@hono/zod-openapi'
import type { RequestIdVariables } from 'hono/request-id'
import type { Logger } from 'pino'
import type { ZodType } from 'zod'
import type { BackfillProgress } from '../../core/wire/api.ts'
import type { Archive } from '../archive/types.ts'
import type { Clock } from '../clock.ts'
import type { SharedCounts } from '../reading.ts'
import type { Logos } from '../logos.ts'
import type { Operations } from '../control/operations.ts'
import type { Owner } from '../owner/owner.ts'
import type { Phones } from '../phones/phones.ts'
import type { Proxies } from '../proxies.ts'
import type { AppFiles } from './app-files.ts'
import type { Docs } from './docs.ts'
import type { Guide } from './guide.ts'
import type { HotChunks } from './hot-chunks.ts'
import type { LiveHub } from './live.ts'
import type { Metrics } from './metrics.ts'
import { ApiProblem } from './problem.ts'
import { Problem } from './schemas.ts'
import type { Headers } from './security.ts'

export interface ApiParts {
  readonly archive: Archive
  readonly live: LiveHub
  readonly chunks: HotChunks
  /** How far the history of each series is read. */
  readonly backfill: () => Promise<readonly BackfillProgress[]>
  readonly files: AppFiles
  readonly logos: Logos
  readonly docs: Docs
  readonly guide: Guide
  /** null where https is the server's own. */
  readonly phones: () => Pick<Phones, 'status'> | null
  /** What the owner may order; the control socket takes the same. */
  readonly operations: Operations
  readonly metrics: Metrics
  /** Currencies in which coins are priced. */
  readonly quotes: readonly string[]
  readonly adminToken: string | null
  /** Wrong tokens and orders that other processes were given; null where there are none. */
  readonly counts: SharedCounts | null
  readonly owner: Owner
  /** The server's address as browsers see it; where that is https, cookies go by nothing else. */
  readonly address: string
  readonly proxies: Proxies
  /** Orders that one client may give in a minute. */
  readonly mostOrders: number
  readonly security: Headers
  readonly clock: Clock
  readonly log: Logger
}

export interface ApiEnv {
  Bindings: HttpBindings
  Variables: RequestIdVariables
}

export type Api = OpenAPIHono<ApiEnv>

/** An app whose parameters, where they break their schema, become a problem that names each of them. */
export function createRouter(): Api {
  return new OpenAPIHono<ApiEnv>({
    defaultHook: (result) => {
      if (result.success) return
      const errors = result.error.issues.map((issue) => ({
        path: issue.path.join('.') || (result.target === 'json' ? 'body' : result.target),
        message: issue.message,
      }))
      const named = errors.map(({ path, message }) => `${path}: ${message}`).join('; ')
      throw new ApiProblem('bad-request', named, errors)
    },
  })
}

/** A route whose errors are problem details. */
export function route<P extends string, R extends Omit<RouteConfig, 'path'> & { path: P }>(config: R) {
  return createRoute<P, R>(config)
}

export const problemAnswer = {
  description: 'what went wrong, and what to do',
  content: { 'application/problem+json': { schema: Problem } },
} as const

/** A JSON answer of this schema. */
export function json<S extends ZodType>(description: string, schema: S) {
  return { description, content: { 'application/json': { schema } } } as const
}
