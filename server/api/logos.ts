/** Logos of coins, from this server alone: a device asks nobody else for a picture. */
import { createHash } from 'node:crypto'
import { z } from '@hono/zod-openapi'
import { problemAnswer, route, type Api, type ApiParts } from './context.ts'
import { ApiProblem } from './problem.ts'

const image = { schema: z.string().openapi({ format: 'binary' }) }

const logo = route({
  method: 'get',
  path: '/api/v1/logos/{coin}',
  summary: 'The logo of a coin',
  request: {
    params: z.object({ coin: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,99}$/, 'the id of a coin') }),
  },
  responses: {
    200: {
      description: 'the picture',
      content: { 'image/png': image, 'image/jpeg': image, 'image/gif': image, 'image/webp': image },
    },
    default: problemAnswer,
  },
})

export function logoPath(coin: string): string {
  return `/api/v1/logos/${coin}`
}

export function addLogos(api: Api, { logos }: Pick<ApiParts, 'logos'>): void {
  api.openapi(logo, async (c) => {
    const { coin } = c.req.valid('param')
    const found = await logos.read(coin)
    if (!found) throw new ApiProblem('not-found', `there is no logo of "${coin}" here`)
    const etag = `"${createHash('sha256').update(found.bytes).digest('base64url').slice(0, 27)}"`
    const headers = { 'cache-control': 'public, max-age=86400', etag, 'content-type': found.type }
    if (c.req.header('if-none-match')?.includes(etag)) return c.body(null, 304, headers)
    return c.body(found.bytes, 200, headers)
  })
}
