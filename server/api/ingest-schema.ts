/** How ingest stands, as the API tells it: sources with their quotas, sockets, markets, jobs. Instants are Unix milliseconds. */
import { z } from '@hono/zod-openapi'
import { PRIORITIES, REQUEST_OUTCOMES } from '../providers/types.ts'
import { TRACKED_STATUSES } from '../../core/wire/owner.ts'
import { Progress, Told } from './schemas.ts'

const ms = z.number().openapi({ description: 'Unix milliseconds' })
const text = z.string().nullable()

const Source = z
  .object({
    source: z.string(),
    requestsPerSecond: z.number().openapi({ description: 'its limit' }),
    available: z.int().openapi({ description: 'requests that may be handed in now' }),
    pending: z.int().openapi({ description: 'requests under way or waiting' }),
    failures: z.int().openapi({ description: 'failures in a row that speak against the source as a whole' }),
    requests: z.record(z.enum(REQUEST_OUTCOMES), z.int()),
    lastError: text,
    lastTold: Told.nullable(),
    lastAnswer: z
      .object({ status: z.int(), atMs: ms, latencyMs: z.number(), clockOffsetMs: z.number().nullable() })
      .nullable(),
    nextTryMs: ms.nullable().openapi({ description: 'left alone until then' }),
    limitedUntilMs: ms.nullable().openapi({ description: 'the same, where the source asked for it' }),
    circuit: z.enum(['closed', 'open', 'probing']),
    quota: z.object({
      used: z.int().openapi({ description: 'requests that left within the last minute' }),
      left: z.int().openapi({ description: 'how many more the limit allows in a minute' }),
      told: z
        .object({ used: z.number(), limit: z.number(), resetsAtMs: ms.nullable() })
        .nullable()
        .openapi({ description: 'what the source itself tells, in its own unit' }),
    }),
    byPriority: z.record(z.enum(PRIORITIES), z.object({ sent: z.int(), waiting: z.int() })),
  })
  .openapi('SourceStatus')

const Pace = z
  .object({
    source: z.string(),
    markets: z.int(),
    pricesEverySeconds: z.number(),
    minutesEverySeconds: z.number().openapi({
      description: 'closed minutes of a market are read so often; above 60 where the limit dictates it',
    }),
  })
  .openapi('SourcePace')

/** What reads is not there in a process that only serves. */
export const IngestStatus = z
  .object({
    revision: z.int(),
    size: z.object({ database: z.number(), chunks: z.number(), rows: z.number() }),
    tracked: z
      .array(z.object({ id: z.string(), name: z.string(), status: z.enum(TRACKED_STATUSES) }))
      .readonly()
      .openapi({ description: 'all markets, those that are paused as well' }),
    sources: z.array(Source).readonly().optional(),
    feeds: z
      .array(z.object({ source: z.string(), isOpen: z.boolean(), lastError: text, nextTryMs: ms.nullable() }))
      .readonly()
      .optional()
      .openapi({ description: 'sockets of prices' }),
    paces: z.array(Pace).readonly().optional(),
    markets: z
      .array(
        z.object({
          market: z.string(),
          live: z.boolean(),
          lastError: text,
          lastTold: Told.nullable(),
          heldUntilMs: ms.nullable(),
        }),
      )
      .readonly()
      .optional(),
    unknown: z
      .array(
        z.object({
          market: z.string(),
          reason: z.string(),
          nearest: z.array(z.string()).readonly(),
          told: Told,
        }),
      )
      .readonly()
      .optional()
      .openapi({ description: 'markets that cannot be asked for, and which names come near' }),
    processes: z
      .array(
        z.object({ role: z.string(), version: z.string(), place: z.string(), startedMs: ms, seenMs: ms }),
      )
      .readonly()
      .optional()
      .openapi({ description: 'processes that run on this database, where there may be several' }),
    leases: z
      .array(z.object({ what: z.string(), holder: text, takenMs: ms, renewedMs: ms }))
      .readonly()
      .optional()
      .openapi({ description: 'which process reads each source, and seals; null: none at the moment' }),
    backfill: z
      .array(Progress)
      .readonly()
      .openapi({ description: 'the job of each series: slices of history wanted, and read' }),
  })
  .openapi('IngestStatus')
