/** Looking for markets that could be tracked, over all sources; for the owner alone, since each question goes to the sources. */
import { z } from '@hono/zod-openapi'
import { DAY_MS, STORED_INTERVALS } from '../../core/time/interval.ts'
import { isoSeconds } from '../../core/time/iso.ts'
import type { FoundMarket, SourceFacts } from '../control/search.ts'
import { json, problemAnswer, route, type Api, type ApiParts } from './context.ts'
import { logoPath } from './logos.ts'
import { ownerOnly as security } from './owner.ts'

const Found = z
  .object({
    id: z.string(),
    source: z.string(),
    base: z.string(),
    quote: z.string(),
    name: z.string(),
    coin: z.string().nullable().openapi({
      description: 'name of what is traded, where the source tells more than its ticker',
    }),
    symbol: z.string().optional(),
    rank: z.number().nullable().optional().openapi({ description: 'by market capitalisation' }),
    logo: z.string().optional().openapi({ description: 'address of a picture of the coin on this server' }),
    tick: z.string().nullable(),
    active: z.boolean(),
  })
  .openapi('Found')

const Facts = z
  .object({
    source: z.string(),
    intervals: z.array(z.enum(STORED_INTERVALS)).readonly(),
    sampled: z.boolean().openapi({
      description: 'its candles are made of sampled prices, and their volume is unknown',
    }),
    since: z.string().openapi({ format: 'date-time', description: 'nothing older exists at this source' }),
    reach_bars: z.int().nullable().openapi({ description: 'it answers only so many of the newest bars' }),
    reach_days: z.int().nullable().openapi({ description: 'it answers only so many of the last days' }),
  })
  .openapi('SourceFacts')

const sources = route({
  method: 'get',
  path: '/api/v1/admin/sources',
  summary: 'Names of the sources that can be searched',
  security,
  responses: {
    200: json('the names', z.object({ sources: z.array(z.string()).readonly() })),
    default: problemAnswer,
  },
})

const search = route({
  method: 'get',
  path: '/api/v1/admin/search',
  summary: 'Markets by words: a coin, its ticker, a pair; of one source or of all',
  security,
  request: { query: z.object({ text: z.string().min(1).max(100), source: z.string().max(40).optional() }) },
  responses: {
    200: json(
      'what was found, the best of each source first, and why each source that did not answer is not in it',
      z.object({
        markets: z.array(Found),
        sources: z.array(Facts).openapi({ description: 'what those that answered have of a market' }),
        unanswered: z.array(z.string()),
        left_off: z.int().openapi({ description: 'so many more were found than are told' }),
      }),
    ),
    default: problemAnswer,
  },
})

/** Behind the check that stands before all of `/api/v1/admin`. */
export function addSearch(api: Api, { operations }: Pick<ApiParts, 'operations'>): void {
  api.openapi(sources, async (c) =>
    c.json({ sources: await operations.searchable() }, 200, { 'cache-control': 'no-store' }),
  )
  api.openapi(search, async (c) => {
    const { text, source } = c.req.valid('query')
    const found = await operations.search(text, source ?? null)
    const answer = {
      markets: found.markets.map(foundAnswer),
      sources: found.sources.map(factsAnswer),
      unanswered: [...found.unanswered],
      left_off: found.leftOff,
    }
    return c.json(answer, 200, { 'cache-control': 'no-store' })
  })
}

function foundAnswer(market: FoundMarket) {
  const { id, source, base, quote, name, coin, symbol, rank, logo, tick, active } = market
  return {
    id,
    source,
    base,
    quote,
    name,
    coin,
    ...(symbol === undefined ? {} : { symbol }),
    ...(rank === undefined ? {} : { rank }),
    ...(logo === undefined ? {} : { logo: logoPath(base) }),
    tick,
    active,
  }
}

function factsAnswer({ source, intervals, isSampled, reach, foundedMs }: SourceFacts) {
  return {
    source,
    intervals,
    sampled: isSampled,
    since: isoSeconds(foundedMs),
    reach_bars: reach && 'bars' in reach ? reach.bars : null,
    reach_days: reach && 'ms' in reach ? Math.floor(reach.ms / DAY_MS) : null,
  }
}
