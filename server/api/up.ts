/** Whether the server is alive, whether its database answers, and its figures for Prometheus. */
import { z } from '@hono/zod-openapi'
import { json, problemAnswer, route, type Api, type ApiParts } from './context.ts'
import { withDeadline } from './deadline.ts'
import { shared } from './memo.ts'
import { ApiProblem } from './problem.ts'
import { Up } from './schemas.ts'

const PING_DEADLINE_MS = 5_000
/** Figures are made at most once in this time, however many ask. */
const SHARE_MS = 1_000

const up = route({
  method: 'get',
  path: '/up',
  summary: 'Alive',
  responses: { 200: json('the process answers', Up) },
})

const databases = route({
  method: 'get',
  path: '/up/databases',
  summary: 'The database answers',
  responses: { 200: json('the database answers', Up), 503: problemAnswer },
})

const figures = route({
  method: 'get',
  path: '/metrics',
  summary: 'Figures for Prometheus',
  responses: {
    200: { description: 'Prometheus text', content: { 'text/plain': { schema: z.string() } } },
  },
})

export function addUp(
  api: Api,
  { archive, metrics, log }: Pick<ApiParts, 'archive' | 'metrics' | 'log'>,
): void {
  api.openapi(up, (c) => c.json({ status: 'up' as const }, 200, { 'cache-control': 'no-store' }))
  api.openapi(databases, async (c) => {
    try {
      await withDeadline(archive.ping(), PING_DEADLINE_MS)
    } catch (error) {
      log.warn({ err: error }, 'the database does not answer')
      throw new ApiProblem('unavailable', `the database does not answer: ${reasonOf(error)}`)
    }
    return c.json({ status: 'up' as const }, 200, { 'cache-control': 'no-store' })
  })
  const text = shared(metrics.text, SHARE_MS)
  api.openapi(figures, async (c) =>
    c.text(await text(), 200, { 'content-type': metrics.contentType, 'cache-control': 'no-store' }),
  )
}

/** The first line, without what looks like an address with a password. */
function reasonOf(error: unknown): string {
  const message =
    error instanceof Error ? error.message || (error as NodeJS.ErrnoException).code || error.name : ''
  return message
    .split('\n', 1)[0]!
    .replace(/\w+:\/\/\S+/g, '…')
    .slice(0, 200)
}
