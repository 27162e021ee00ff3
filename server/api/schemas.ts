/**
 * Shapes of parameters and answers: they check what comes in, and the OpenAPI document is made of the same.
 * The TypeScript shapes of the answers are `core/wire/api.ts`; a handler whose answer differs from its schema does not compile.
 */
import { z } from '@hono/zod-openapi'
import type { ChunkHash, Part } from '../../core/chunk/chunk.ts'
import { isMarketId, type MarketId } from '../../core/market.ts'
import { INTERVALS, STORED_INTERVALS } from '../../core/time/interval.ts'
import { RANKING_METHODS } from '../../core/volatility/ranking.ts'
import { INSTANT_ACCEPTED, parseInstant } from '../instant.ts'

// Parameters

const MARKET_ACCEPTED = 'a market is written SOURCE:BASE-QUOTE, for example coinbase:BTC-USD, or csv:NAME'
const MAX_LISTED = 1_000
const PARTS: readonly Part[] = ['price', 'volume']

export const marketIdParam = z
  .string(MARKET_ACCEPTED)
  .transform((text, context): MarketId => {
    if (isMarketId(text)) return text
    context.addIssue({ code: 'custom', message: `"${text.slice(0, 80)}" is no market: ${MARKET_ACCEPTED}` })
    return z.NEVER
  })
  .openapi({ type: 'string', example: 'coinbase:BTC-USD' })

export const marketsParam = z
  .string()
  .optional()
  .transform((text, context): readonly MarketId[] | null => {
    if (text === undefined) return null
    const ids = [...new Set(text.split(',').filter((part) => part !== ''))]
    if (ids.length > MAX_LISTED) {
      context.addIssue({ code: 'custom', message: `${ids.length} markets; at most ${MAX_LISTED} at once` })
      return z.NEVER
    }
    const wrong = ids.find((id) => !isMarketId(id))
    if (wrong === undefined) return ids.filter(isMarketId)
    context.addIssue({ code: 'custom', message: `"${wrong.slice(0, 80)}" is no market: ${MARKET_ACCEPTED}` })
    return z.NEVER
  })
  .openapi({ type: 'string', example: 'coinbase:BTC-USD,coinbase:ETH-EUR' })

/** Some names of a few, comma-separated; null where the parameter is absent. `what` is one of them, in words. */
function someOf<T extends string>(accepted: readonly T[], what: string) {
  return z
    .string()
    .optional()
    .transform((text, context): readonly T[] | null => {
      if (text === undefined) return null
      const given = new Set(text.split(','))
      const known = accepted.filter((name) => given.delete(name))
      if (given.size === 0) return known
      const [wrong = ''] = given
      context.addIssue({
        code: 'custom',
        message: `"${wrong.slice(0, 20)}" is no ${what}; accepted are ${accepted.join(', ')}`,
      })
      return z.NEVER
    })
}

export const intervalsParam = someOf(STORED_INTERVALS, 'stored interval').openapi({
  type: 'string',
  example: '1m,1h',
})

export const partsParam = someOf(PARTS, 'part').openapi({ type: 'string', example: 'price' })

export const revisionParam = z
  .string()
  .regex(/^\d{1,15}$/, 'a revision is a whole number, 0 for everything')
  .optional()
  .transform((text) => (text === undefined ? 0 : Number(text)))
  .openapi({ type: 'integer', minimum: 0, default: 0, example: 812 })

export const archiveParam = z
  .uuid('an archive is named by its UUID, as sync gave it')
  .optional()
  .openapi({ example: '5f0c1c0e-6c2e-4d0c-9d6e-0a8c3f6b1d2a' })

export const hashParam = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'a chunk is named by 64 hexadecimal digits in lower case')
  .transform((text) => text as ChunkHash)
  .openapi({ type: 'string', example: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' })

export const intervalParam = z
  .enum(INTERVALS, `accepted are ${INTERVALS.join(', ')}`)
  .openapi({ example: '1h' })

export const instantParam = z
  .string()
  .optional()
  .transform((text, context): number | null => {
    if (text === undefined) return null
    const ms = parseInstant(text)
    if (ms !== null) return ms
    context.addIssue({ code: 'custom', message: `"${text.slice(0, 40)}" is no instant: ${INSTANT_ACCEPTED}` })
    return z.NEVER
  })
  .openapi({ type: 'string', format: 'date-time', example: '2024-03-01T00:00:00Z' })

export const MAX_CANDLES = 100_000

export const limitParam = z
  .string()
  .regex(/^\d{1,6}$/, `a whole number from 1 to ${MAX_CANDLES}`)
  .transform(Number)
  .pipe(z.number().min(1, `at least 1`).max(MAX_CANDLES, `at most ${MAX_CANDLES}`))
  .optional()
  .openapi({ type: 'integer', minimum: 1, maximum: MAX_CANDLES })

export const formatParam = z
  .enum(['json', 'csv'], 'accepted are json and csv')
  .default('json')
  .openapi({ example: 'json' })

// Answers

const instant = z.string().openapi({ format: 'date-time', example: '2024-03-01T12:00:00Z' })
const decimal = z
  .string()
  .openapi({ example: '61168.13', description: 'shortest plain decimal, never an exponent' })
const interval = z.enum(STORED_INTERVALS)
const byInterval = z.partialRecord(interval, instant)
const freshness = z.enum(['live', 'delayed', 'stale', 'ended'])
const status = z.enum(['live', 'ended', 'unlisted', 'imported'])
const marketId = z.string().openapi({ example: 'coinbase:BTC-USD' })

/** Shape by `core/wire/told.ts`; which values there are hangs on the code. */
export const Told = z
  .object({ code: z.string() })
  .catchall(z.union([z.string(), z.number(), z.array(z.string()).readonly()]))
  .openapi('Told', {
    description: 'what a sentence says, as a code with its values, for whoever says it in another language',
    example: { code: 'not-tracked', market: 'coinbase:BTC-USX', near: ['coinbase:BTC-USD'] },
  })

export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    told: Told.optional(),
  })
  .openapi('Problem')

export const Progress = z
  .object({ market: marketId, interval, wanted: z.int(), done: z.int() })
  .openapi('BackfillProgress')

export const MarketList = z
  .object({
    markets: z
      .array(
        z.object({
          id: marketId,
          source: z.string(),
          base: z.string(),
          quote: z.string(),
          name: z.string(),
          symbol: z.string().optional(),
          logo: z.string().optional(),
          tick: decimal.nullable(),
          status,
          paused: z.literal(true).optional().openapi({
            description: 'by the owner; it is asked for nothing until it is added again',
          }),
          freshness,
          first: byInterval,
          last: byInterval,
          continues: z
            .object({ market: marketId, at: instant.nullable() })
            .optional()
            .openapi({ description: 'it was renamed: the history before `at` is that of `market`' }),
        }),
      )
      .readonly(),
    backfill: z
      .array(Progress)
      .readonly()
      .openapi({ description: 'how far the history of each series is read' }),
  })
  .openapi('Markets')

export const PriceList = z
  .object({
    prices: z
      .array(
        z.object({
          market: marketId,
          price: decimal,
          as_of: instant,
          freshness,
          change_24h: z.number().nullable(),
          sparkline: z.array(decimal).readonly(),
        }),
      )
      .readonly(),
  })
  .openapi('Prices')

export const Candles = z
  .object({
    market: marketId,
    interval: z.enum(INTERVALS),
    from: instant.nullable(),
    to: instant.nullable(),
    candles: z
      .array(z.tuple([instant, decimal, decimal, decimal, decimal, decimal.nullable()]).readonly())
      .readonly(),
    seams: z
      .array(z.object({ at: instant, market: marketId }))
      .optional()
      .openapi({ description: 'of a renamed market: before `at` the candles are those of `market`' }),
    samples: z.array(z.number().nullable()).optional().openapi({
      description: 'of a sampled source: how many samples each candle was made of; null for a source’s own',
    }),
    next: z.string().nullable().openapi({ description: 'address of the next page; null on the last one' }),
  })
  .openapi('Candles')

export const Ranking = z
  .object({
    window: z.string().openapi({ example: '24h' }),
    method: z.enum(RANKING_METHODS),
    interval: z.enum(INTERVALS).openapi({ description: 'of the bars' }),
    mean: z
      .enum(['sample', 'zero'])
      .nullable()
      .openapi({ description: 'of the returns, for close; null for what takes no mean of them' }),
    annualisation: z
      .number()
      .nullable()
      .openapi({ description: 'bars a year under the root; null of levels, which are not annualised' }),
    as_of: instant.nullable().openapi({ description: 'the newest of all' }),
    ranking: z
      .array(
        z.object({
          market: marketId,
          source: z.string(),
          sigma: z.number().nullable().openapi({
            description: 'a fraction per year; of levels, in the price’s unit; null = not available',
            example: 0.612,
          }),
          n: z.int().openapi({ description: 'bars that could enter', example: 1437 }),
          expected: z.int().openapi({ example: 1440 }),
          as_of: instant.nullable().openapi({ description: 'close of the newest candle' }),
          reason: z.string().optional().openapi({ description: 'why there is no value' }),
        }),
      )
      .readonly(),
  })
  .openapi('Ranking')

const SyncPage = z.object({
  archive: z.string(),
  revision: z.int(),
  more: z.boolean(),
  format: z.int(),
  sample_seconds: z.int(),
  simulated: z.boolean(),
  quotes: z
    .array(z.string())
    .readonly()
    .optional()
    .openapi({
      description: 'currencies in which this server prices coins (QUOTES)',
      example: ['USD', 'EUR'],
    }),
  backfill: z
    .object({ wanted: z.int(), done: z.int() })
    .optional()
    .openapi({ description: 'slices of history to read of the sources, and how many have been' }),
  markets: z
    .array(
      z.object({
        id: marketId,
        tick: decimal.nullable().optional(),
        name: z.string().optional(),
        status: status.optional(),
        removed: z.literal(true).optional(),
      }),
    )
    .readonly(),
  chunks: z
    .array(
      z.object({
        market: marketId,
        interval,
        period: z.string().openapi({ example: '2024-03' }),
        part: z.enum(['price', 'volume']),
        sha256: z.string(),
        bytes: z.int(),
        size: z.int(),
        rows: z.int(),
        expected: z.int(),
        revision: z.int(),
        removed: z.literal(true).optional(),
      }),
    )
    .readonly(),
})

export const Sync = z
  .union([SyncPage, z.object({ archive: z.string(), reset: z.literal(true) })])
  .openapi('Sync')

export const Up = z.object({ status: z.literal('up') }).openapi('Up')
