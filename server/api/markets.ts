/** Markets, current prices and candles as JSON or CSV: the part of the API that people and scripts read. */
import { z } from '@hono/zod-openapi'
import type { MarketId } from '../../core/market.ts'
import type { Interval } from '../../core/time/interval.ts'
import type { Archive, JoinedCandles } from '../archive/types.ts'
import { candlesCsv } from '../../core/csv/write.ts'
import { isoSeconds } from '../../core/time/iso.ts'
import { candleAnswer } from './candle-answer.ts'
import { logoPath } from './logos.ts'
import { json, problemAnswer, route, type Api, type ApiParts } from './context.ts'
import { shared } from './memo.ts'
import { ApiProblem } from './problem.ts'
import * as schema from './schemas.ts'

/** Lists are made at most once in this time, however many ask. */
const SHARE_MS = 1_000

const markets = route({
  method: 'get',
  path: '/api/v1/markets',
  summary: 'Tracked markets, all or some',
  request: { query: z.object({ markets: schema.marketsParam }) },
  responses: {
    200: json('the markets, and how far their history is read', schema.MarketList),
    default: problemAnswer,
  },
})

const prices = route({
  method: 'get',
  path: '/api/v1/prices',
  summary: 'The current price of every market',
  responses: { 200: json('prices', schema.PriceList), default: problemAnswer },
})

const candles = route({
  method: 'get',
  path: '/api/v1/markets/{id}/candles',
  summary: 'Candles with from ≤ start < to',
  request: {
    params: z.object({ id: schema.marketIdParam }),
    query: z.object({
      interval: schema.intervalParam,
      from: schema.instantParam,
      to: schema.instantParam,
      limit: schema.limitParam,
      format: schema.formatParam,
    }),
  },
  responses: {
    200: {
      description: 'candles, the oldest first; missing and empty places are left out',
      content: {
        'application/json': { schema: schema.Candles },
        'text/csv': { schema: z.string() },
      },
    },
    default: problemAnswer,
  },
})

export function addMarkets(api: Api, { archive, backfill: progress, logos, clock }: ApiParts): void {
  const marketList = shared(async () => {
    const now = clock.now()
    const [list, backfill] = await Promise.all([archive.marketAnswers(now), progress()])
    const markets = list.map((market) =>
      market.source === 'coingecko' && logos.has(market.base)
        ? { ...market, logo: logoPath(market.base) }
        : market,
    )
    return { markets, backfill }
  }, SHARE_MS)
  const priceList = shared(async () => ({ prices: await archive.prices(clock.now()) }), SHARE_MS)

  api.openapi(markets, async (c) => {
    const all = await marketList()
    const wanted = c.req.valid('query').markets
    const some = wanted && new Set<string>(wanted)
    const answer = some && {
      markets: all.markets.filter(({ id }) => some.has(id)),
      backfill: all.backfill.filter(({ market }) => some.has(market)),
    }
    return c.json(answer ?? all, 200, { 'cache-control': 'no-cache' })
  })
  api.openapi(prices, async (c) => c.json(await priceList(), 200, { 'cache-control': 'no-cache' }))
  api.openapi(candles, async (c) => {
    const { id } = c.req.valid('param')
    const { interval, from, to, limit, format } = c.req.valid('query')
    const page = await readPage(archive, { id, interval, from, to, limit: limit ?? null, format })
    const headers = {
      'cache-control': 'no-cache',
      ...(page.next === null ? {} : { link: `<${page.next}>; rel="next"` }),
    }
    if (format === 'csv') {
      return c.body([...candlesCsv(page.rows)].join(''), 200, {
        ...headers,
        'content-type': 'text/csv; charset=utf-8',
      })
    }
    const answer = {
      market: id,
      interval,
      from: from === null ? null : isoSeconds(from),
      to: to === null ? null : isoSeconds(to),
      candles: page.rows.map(candleAnswer),
      ...(page.seams.length > 0 && {
        seams: page.seams.map(({ atMs, market }) => ({ at: isoSeconds(atMs), market })),
      }),
      ...(page.rows.some(({ samples }) => samples !== undefined)
        ? { samples: page.rows.map(({ samples }) => samples ?? null) }
        : {}),
      next: page.next,
    }
    return c.json(answer, 200, headers)
  })
}

interface CandleQuery {
  readonly id: MarketId
  readonly interval: Interval
  readonly from: number | null
  readonly to: number | null
  readonly limit: number | null
  readonly format: 'json' | 'csv'
}

/** Last instant of the calendar that ISO 8601 writes with four digits. */
const END_OF_TIME_MS = Date.UTC(9999, 11, 31)

async function readPage(
  archive: Archive,
  query: CandleQuery,
): Promise<JoinedCandles & { readonly next: string | null }> {
  const { id, interval, from, to, limit } = query
  if (from !== null && to !== null && from > to) {
    const message = `${isoSeconds(from)} is after "to", ${isoSeconds(to)}`
    throw new ApiProblem('bad-request', `from: ${message}`, [{ path: 'from', message }])
  }
  if (!(await archive.markets()).some((market) => market.id === id)) {
    throw new ApiProblem('not-found', `${id} is not tracked here; GET /api/v1/markets lists what is`)
  }
  const most = limit ?? schema.MAX_CANDLES
  const found = await archive.joinedCandles(id, interval, from ?? 0, to ?? END_OF_TIME_MS, most + 1)
  const { rows } = found
  if (rows.length <= most) return { ...found, next: null }
  const next = addressOf(query, rows[most]!.startMs, most)
  const seams = found.seams.filter(({ atMs }) => atMs <= rows[most]!.startMs)
  if (limit !== null) return { rows: rows.slice(0, most), seams, next }
  const first = addressOf(query, from, schema.MAX_CANDLES)
  throw new ApiProblem(
    'bad-request',
    `more than ${schema.MAX_CANDLES} candles: page with limit, starting at ${first}, and follow "next" (or the Link header) of each answer`,
    [{ path: 'limit', message: `needed above ${schema.MAX_CANDLES} candles` }],
  )
}

function addressOf(query: CandleQuery, from: number | null, limit: number): string {
  const parameters = new URLSearchParams({ interval: query.interval })
  if (from !== null) parameters.set('from', isoSeconds(from))
  if (query.to !== null) parameters.set('to', isoSeconds(query.to))
  parameters.set('limit', String(limit))
  if (query.format !== 'json') parameters.set('format', query.format)
  return `/api/v1/markets/${encodeURIComponent(query.id)}/candles?${parameters}`
}
