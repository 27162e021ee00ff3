/** Questions to an archive under test, as devices and tests ask them. */
import { and, count, eq, gte, lt } from 'drizzle-orm'
import type { PricePart, VolumePart } from '../../core/chunk/chunk.ts'
import { decodeChunk } from '../../core/chunk/decode.ts'
import { rowsFromParts } from '../../core/chunk/rows.ts'
import type { MarketId } from '../../core/market.ts'
import { MINUTE_MS, type StoredInterval } from '../../core/time/interval.ts'
import type { SyncPage } from '../../core/wire/api.ts'
import { decodeTail } from '../../core/wire/tail.ts'
import type { Archive, Market } from '../../server/archive/types.ts'
import type { Database } from '../../server/db/database.ts'
import { candle, market as marketTable } from '../../server/db/schema.ts'

/** What one market's manifest says after a revision. */
export async function page(archive: Archive, market: MarketId, since = 0): Promise<SyncPage> {
  return (await archive.sync(since, [market], 'br', archive.id)) as SyncPage
}

/** One series' tail, decoded. */
export async function tailOf(
  archive: Archive,
  market: MarketId,
  interval: StoredInterval,
  nowMs: number,
  since = 0,
) {
  const tail = decodeTail(await archive.tail(since, [market], [interval], nowMs))
  const series = tail.series[0]!
  const price = series.price && (decodeChunk(series.price) as PricePart)
  const volume = series.volume && (decodeChunk(series.volume) as VolumePart)
  return {
    ...series,
    revision: tail.revision,
    startMs: price?.startMs,
    states: price?.states,
    rows: price ? rowsFromParts(price, volume) : [],
  }
}

/** Candles of the market that are rows still. */
export async function countRows(
  database: Database,
  market: MarketId,
  fromMs: number,
  toMs: number,
): Promise<number> {
  const [found] = await database.read((tx) =>
    tx
      .select({ n: count() })
      .from(candle)
      .innerJoin(marketTable, eq(marketTable.key, candle.market))
      .where(
        and(
          eq(marketTable.id, market),
          gte(candle.minute, fromMs / MINUTE_MS),
          lt(candle.minute, toMs / MINUTE_MS),
        ),
      ),
  )
  return found!.n
}

export async function marketOf(archive: Archive, id: MarketId): Promise<Market> {
  return (await archive.markets()).find((market) => market.id === id)!
}
