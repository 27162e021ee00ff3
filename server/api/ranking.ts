/** `GET /api/v1/volatility`: all markets and currencies by their volatility. */
import { z } from '@hono/zod-openapi'
import { RankingRequestError, readRankingRequest, RANKING_METHODS } from '../../core/volatility/ranking.ts'
import { INTERVALS } from '../../core/time/interval.ts'
import { json, problemAnswer, route, type Api, type ApiParts } from './context.ts'
import { ApiProblem } from './problem.ts'
import * as schema from './schemas.ts'

const ranking = route({
  method: 'get',
  path: '/api/v1/volatility',
  summary: 'All markets and currencies by their volatility, the largest first',
  description:
    'The window ends with each market’s newest candle. Bars are minutes up to 48 h, hours up to 60 d, days beyond, where no interval is given. `close` takes the mean of the returns as zero below bars of an hour. `level-stdev` is the standard deviation of the closes themselves: it depends on the scale of the price.',
  request: {
    query: z.object({
      window: z.string().default('24h').openapi({
        description: 'so many minutes, hours or days',
        example: '24h',
      }),
      method: z
        .string()
        .default('close')
        .openapi({ enum: [...RANKING_METHODS], example: 'close' }),
      interval: z
        .string()
        .optional()
        .openapi({ enum: [...INTERVALS], example: '1m' }),
    }),
  },
  responses: {
    200: json('the markets; those without a value come last, with the reason', schema.Ranking),
    default: problemAnswer,
  },
})

export function addRanking(api: Api, { operations }: ApiParts): void {
  api.openapi(ranking, async (c) => {
    const { window, method, interval } = c.req.valid('query')
    const answer = await operations.ranking(requestOf(window, method, interval ?? null))
    return c.json(answer, 200, { 'cache-control': 'no-cache' })
  })
}

function requestOf(window: string, method: string, interval: string | null) {
  try {
    return readRankingRequest(window, method, interval)
  } catch (error) {
    if (!(error instanceof RankingRequestError)) throw error
    const { part, message } = error
    throw new ApiProblem('bad-request', `${part}: ${message}`, [{ path: part, message }])
  }
}
