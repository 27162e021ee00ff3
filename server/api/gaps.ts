/**
 * Why places of one series are missing, for whoever reads: the calendar of a device asks it. Finding it out means looking through
 * the whole series, so it is done for one series at a time, and its answer stands for a minute.
 */
import { z } from '@hono/zod-openapi'
import { LRUCache } from 'lru-cache'
import type { MarketId } from '../../core/market.ts'
import { STORED_INTERVALS, type StoredInterval } from '../../core/time/interval.ts'
import { GAP_CLASSES } from '../../core/wire/owner.ts'
import type { Operations } from '../control/operations.ts'
import { json, problemAnswer, route, type Api, type ApiParts } from './context.ts'
import * as schema from './schemas.ts'

const STANDS_MS = 60_000
/** Stretches kept over all series, about 200 bytes each. */
const MOST_KEPT = 200_000
/** Told of one series; the newest ones. */
const MOST_GAPS = 10_000

const answer = z.object({
  market: z.string(),
  interval: z.enum(STORED_INTERVALS),
  gaps: z.array(
    z
      .object({
        from: z.string().openapi({ format: 'date-time' }),
        to: z.string().openapi({ format: 'date-time' }),
        places: z.int(),
        class: z.enum(GAP_CLASSES),
      })
      .openapi('SeriesGap'),
  ),
  more: z.boolean().openapi({ description: 'there are older ones' }),
})
type Answer = z.infer<typeof answer>

interface Series {
  readonly id: MarketId
  readonly interval: StoredInterval
}

const gaps = route({
  method: 'get',
  path: '/api/v1/markets/{id}/gaps',
  summary: 'Every stretch of missing places of one series, sealed or not, and why it is missing',
  request: {
    params: z.object({ id: schema.marketIdParam }),
    query: z.object({
      interval: z.enum(STORED_INTERVALS, `accepted are ${STORED_INTERVALS.join(', ')}`),
    }),
  },
  responses: {
    200: json(
      `the stretches in the order of time, the newest ${MOST_GAPS} at most; as they stood up to a minute ago`,
      answer,
    ),
    default: problemAnswer,
  },
})

export function addGaps(api: Api, { operations }: ApiParts): void {
  let turn: Promise<unknown> = Promise.resolve()
  const answers = new LRUCache<string, Answer, Series>({
    maxSize: MOST_KEPT,
    sizeCalculation: ({ gaps }) => gaps.length + 1,
    ttl: STANDS_MS,
    // Whoever asked is answered, also where others need the room meanwhile.
    ignoreFetchAbort: true,
    fetchMethod: (_key, _stale, { context }) => {
      const asked = turn.then(() => answerOf(context, operations))
      // Whoever waits for a turn is told by his own promise.
      turn = asked.catch(() => undefined)
      return asked
    },
  })
  api.openapi(gaps, async (c) => {
    const { id } = c.req.valid('param')
    const { interval } = c.req.valid('query')
    const found = await answers.forceFetch(`${id} ${interval}`, { context: { id, interval } })
    return c.json(found, 200, { 'cache-control': 'no-cache' })
  })
}

async function answerOf({ id, interval }: Series, operations: Operations): Promise<Answer> {
  const all = await operations.gaps(id, interval)
  return {
    market: id,
    interval,
    gaps: all
      .slice(-MOST_GAPS)
      .map(({ from, to, places, class: kind }) => ({ from, to, places, class: kind })),
    more: all.length > MOST_GAPS,
  }
}
