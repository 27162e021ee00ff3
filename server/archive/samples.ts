/** Sampled prices, which are kept for 48 hours, and the ones in between, which are only told. */
import { sql } from 'drizzle-orm'
import type { MarketId } from '../../core/market.ts'
import { HOUR_MS } from '../../core/time/interval.ts'
import { list, textList } from '../db/arrays.ts'
import { rows, type Transaction } from '../db/database.ts'
import { notify } from '../db/notices.ts'
import type { Context } from './context.ts'
import { priceNotices } from './notice.ts'
import type { Sample } from './types.ts'

/** So long are samples kept. */
export const SAMPLES_MS = 48 * HOUR_MS

/** Stores samples of known markets; one of a market that is gone is left out. */
export async function recordSamples(context: Context, samples: readonly Sample[]): Promise<void> {
  if (samples.length === 0) return
  await context.database.write(async (tx) => {
    await rows(
      tx,
      sql`INSERT INTO sample (market, at, price)
        SELECT m.key, s.at, s.price FROM unnest(
          ${textList(samples.map(({ market }) => market))}::text::text[],
          ${list(samples.map(({ atMs }) => atMs))}::text::bigint[],
          ${list(samples.map(({ price }) => price))}::text::numeric[]) AS s (id, at, price)
        JOIN market m ON m.id = s.id AND NOT m.removed
        ON CONFLICT (market, at) DO NOTHING`,
    )
    if (context.database.listen) await notify(tx, ...priceNotices(samples))
  })
  for (const sample of samples) context.events.tellNow({ kind: 'price', sample })
}

/** Samples with `fromMs` < time ≤ `toMs`, ascending. */
export async function readSamples(
  tx: Transaction,
  market: MarketId,
  fromMs: number,
  toMs: number,
): Promise<Sample[]> {
  const found = await rows<{ at: string | number; price: string }>(
    tx,
    sql`SELECT at, price FROM sample WHERE market = (SELECT key FROM market WHERE id = ${market})
      AND at > ${fromMs} AND at <= ${toMs} ORDER BY at`,
  )
  return found.map(({ at, price }) => ({ market, atMs: Number(at), price }))
}

/** When each market was sampled last. */
export async function lastSampled(tx: Transaction): Promise<Map<MarketId, number>> {
  const found = await rows<{ id: MarketId; at: string | number }>(
    tx,
    sql`SELECT m.id, s.at FROM market m
      CROSS JOIN LATERAL (SELECT at FROM sample WHERE market = m.key ORDER BY at DESC LIMIT 1) s`,
  )
  return new Map(found.map(({ id, at }) => [id, Number(at)]))
}

/** Tells prices that are not kept: here, or where there may be several processes, to all that follow. */
export async function tellPrices(
  { told, events, database }: Context,
  samples: readonly Sample[],
): Promise<void> {
  if (samples.length === 0) return
  for (const sample of samples) {
    told.set(sample.market, sample)
    events.tellNow({ kind: 'price', sample })
  }
  if (database.listen) await database.write((tx) => notify(tx, ...priceNotices(samples)))
}
