/** Whether the server is alive, and whether its database answers. */
import { json, problemAnswer, route, type Api, type ApiParts } from './context.ts'
import { ApiProblem } from './problem.ts'
import { Up } from './schemas.ts'

const PING_DEADLINE_MS = 5_000

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

export function addUp(api: Api, { archive, log }: ApiParts): void {
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
}

async function withDeadline<T>(promise: Promise<T>, ms: number): Promise<T> {
  const timer = Promise.withResolvers<never>()
  const timeout = setTimeout(() => timer.reject(new Error(`no answer within ${ms / 1000} s`)), ms)
  try {
    return await Promise.race([promise, timer.promise])
  } finally {
    clearTimeout(timeout)
  }
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
