/** What processes on one database tell each other, as text: news of the archive, and who asks whom for what. */
import { z } from 'zod'
import type { CandleRow } from '../../core/candle/row.ts'
import { isMarketId, type MarketId } from '../../core/market.ts'
import { STORED_INTERVALS } from '../../core/time/interval.ts'
import { MOST_NOTICE_BYTES } from '../db/notices.ts'
import type { ArchiveEvent, Sample } from './types.ts'

const market = z.custom<MarketId>((value) => typeof value === 'string' && isMarketId(value))

const row = z
  .object({
    startMs: z.number(),
    open: z.string(),
    high: z.string(),
    low: z.string(),
    close: z.string(),
    volume: z.string().nullable(),
    samples: z.number().optional(),
    flags: z.number().optional(),
  })
  .transform(({ samples, flags, ...always }): CandleRow => ({
    ...always,
    ...(samples !== undefined && { samples }),
    ...(flags !== undefined && { flags }),
  }))

const candle = z.object({
  kind: z.literal('candle'),
  market,
  interval: z.enum(STORED_INTERVALS),
  row,
  revision: z.number(),
})

const notice = z.discriminatedUnion('kind', [
  /** Candles of a revision; the last notice of a revision says so. */
  z.object({
    kind: z.literal('revision'),
    revision: z.number(),
    candles: z.array(candle),
    isLast: z.boolean(),
  }),
  z.object({
    kind: z.literal('prices'),
    prices: z.array(z.object({ market, atMs: z.number(), price: z.string() })),
  }),
  /** A market is followed no more: what was told of its price is forgotten. */
  z.object({ kind: z.literal('removed'), market }),
  /** Markets or coverage were changed by order: whoever reads looks again. */
  z.object({ kind: z.literal('wake') }),
  /** A lease was let go, or taken. */
  z.object({ kind: z.literal('lease'), name: z.string() }),
  /** Somebody asks a question that only the holder of this source's lease may put to it. */
  z.object({ kind: z.literal('question'), id: z.number(), source: z.string() }),
  z.object({ kind: z.literal('answer'), id: z.number() }),
  /** A client gave a wrong token, or an order, at a door of this process: it counts everywhere. */
  z.object({ kind: z.literal('count'), by: z.string(), door: z.string(), client: z.string() }),
])

export type Notice = z.infer<typeof notice>
type CandleEvent = Extract<ArchiveEvent, { kind: 'candle' }>

/** null for one of another version, which this one does not understand. */
export function readNotice(text: string): Notice | null {
  try {
    return notice.safeParse(JSON.parse(text)).data ?? null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

export function noticeText(notice: Notice): string {
  return JSON.stringify(notice)
}

/** The notices of one revision, each short enough to be told. */
export function revisionNotices(revision: number, events: readonly ArchiveEvent[]): string[] {
  const candles = events.filter((event): event is CandleEvent => event.kind === 'candle')
  const parts = inParts(candles)
  if (parts.length === 0) parts.push([])
  return parts.map((part, i) =>
    noticeText({ kind: 'revision', revision, candles: [...part], isLast: i === parts.length - 1 }),
  )
}

export function priceNotices(samples: readonly Sample[]): string[] {
  return inParts(samples).map((prices) => noticeText({ kind: 'prices', prices: [...prices] }))
}

/** What stands around the parts of a notice. */
const FRAME_BYTES = 200

function inParts<T>(all: readonly T[]): (readonly T[])[] {
  const parts: T[][] = []
  let bytes = Infinity
  for (const one of all) {
    const length = Buffer.byteLength(JSON.stringify(one)) + 1
    if (bytes + length > MOST_NOTICE_BYTES - FRAME_BYTES) {
      parts.push([])
      bytes = 0
    }
    parts.at(-1)!.push(one)
    bytes += length
  }
  return parts
}
