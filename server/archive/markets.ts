/** Markets: which are followed, paused or gone. */
import { sql } from 'drizzle-orm'
import type { MarketId } from '../../core/market.ts'
import { plainDecimal } from '../../core/decimal/text.ts'
import { list, textList } from '../db/arrays.ts'
import { rows, type Transaction } from '../db/database.ts'
import { notify } from '../db/notices.ts'
import { commit, type Context } from './context.ts'
import { noticeText } from './notice.ts'
import type { Market } from './types.ts'

/** A market with the small number that hot tables know it by. */
export interface KeyedMarket extends Market {
  readonly key: number
}

/** No market of this name is kept. */
export class UnknownMarketError extends Error {
  override readonly name = 'UnknownMarketError'
  readonly market: string

  constructor(market: string) {
    super(`${market} is not kept here: add it first (crypto-tracker markets add ${market})`)
    this.market = market
  }
}

interface MarketRecord {
  key: number
  id: MarketId
  source: string
  base: string
  quote: string
  name: string
  symbol: string | null
  tick: string | null
  status: Market['status']
  minutes_from: string | number | null
  continues: MarketId | null
}

/** All markets that are not purged, in the order in which they were added. */
export async function listMarkets(tx: Transaction): Promise<KeyedMarket[]> {
  const found = await rows<MarketRecord>(tx, sql`SELECT * FROM market WHERE NOT removed ORDER BY key`)
  return found.map(fromRecord)
}

/** Takes the source's lock, held to the end of the transaction: one writer a source. */
async function lockSource(tx: Transaction, source: string): Promise<void> {
  await rows(tx, sql`SELECT pg_advisory_xact_lock(816, hashtext(${source}))::text`)
}

/**
 * The market, with its source locked for this transaction.
 *
 * @throws UnknownMarketError
 */
export async function lockMarket(tx: Transaction, id: MarketId): Promise<KeyedMarket> {
  const [found] = await rows<MarketRecord>(
    tx,
    sql`SELECT *, pg_advisory_xact_lock(816, hashtext(source))::text FROM market WHERE id = ${id} AND NOT removed`,
  )
  if (!found) throw new UnknownMarketError(id)
  return fromRecord(found)
}

/** @throws UnknownMarketError */
export async function findMarket(tx: Transaction, id: MarketId): Promise<KeyedMarket> {
  const [found] = await rows<MarketRecord>(tx, sql`SELECT * FROM market WHERE id = ${id} AND NOT removed`)
  if (!found) throw new UnknownMarketError(id)
  return fromRecord(found)
}

/** Adds markets or changes what differs; nothing is written, and no revision taken, where all is as it was. */
export function putMarkets(context: Context, markets: readonly Market[]): Promise<void> {
  return commit(context, async (tx, takeRevision) => {
    // In one order everywhere, so that no two wait for each other.
    for (const source of [...new Set(markets.map((market) => market.source))].sort())
      await lockSource(tx, source)
    const text = (pick: (market: Market) => string) => sql`${textList(markets.map(pick))}::text::text[]`
    const ticks = list(markets.map(({ tick }) => (tick === null ? null : plainDecimal(tick))))
    const symbols = textList(markets.map(({ symbol }) => symbol ?? null))
    const given = sql`unnest(${text(({ id }) => id)}, ${text(({ source }) => source)}, ${text(({ base }) => base)},
        ${text(({ quote }) => quote)}, ${text(({ name }) => name)}, ${symbols}::text::text[], ${ticks}::text::numeric[],
        ${text(({ status }) => status)}, ${list(markets.map((market) => market.minutesFromMs))}::text::bigint[],
        ${textList(markets.map(({ continues = null }) => continues))}::text::text[])
      WITH ORDINALITY AS g (id, source, base, quote, name, symbol, tick, status, minutes_from, continues, n)
      WHERE NOT EXISTS (SELECT 1 FROM market m WHERE m.id = g.id AND NOT m.removed AND m.name = g.name
        AND m.symbol IS NOT DISTINCT FROM g.symbol
        AND m.tick IS NOT DISTINCT FROM g.tick AND m.status = g.status AND m.minutes_from IS NOT DISTINCT FROM g.minutes_from
        AND (g.continues IS NULL OR m.continues IS NOT DISTINCT FROM g.continues))`
    const [changed] = await rows(tx, sql`SELECT 1 FROM ${given} LIMIT 1`)
    if (changed) {
      const revision = await takeRevision()
      await rows(
        tx,
        sql`INSERT INTO market (id, source, base, quote, name, symbol, tick, status, minutes_from, continues, revision)
          SELECT id, source, base, quote, name, symbol, tick, status, minutes_from, continues, ${revision}::bigint
          FROM ${given} ORDER BY n
          ON CONFLICT (id) DO UPDATE SET name = excluded.name, symbol = excluded.symbol, tick = excluded.tick,
            status = excluded.status, minutes_from = excluded.minutes_from,
            continues = coalesce(excluded.continues, market.continues), removed = false, revision = excluded.revision`,
      )
    }
    return { result: undefined, events: [] }
  })
}

/** Tables that hold something of a market under its key. */
const OF_MARKET = ['candle', 'place', 'coverage', 'series', 'sample'] as const

/**
 * Stops following the market; its history stays unless it is to be purged.
 *
 * @throws UnknownMarketError
 */
export function removeMarket(context: Context, id: MarketId, purge: boolean): Promise<void> {
  return commit(context, async (tx, takeRevision) => {
    const { key, source } = await lockMarket(tx, id)
    context.told.delete(id)
    if (context.database.listen) await notify(tx, noticeText({ kind: 'removed', market: id }))
    if (purge) {
      for (const table of OF_MARKET)
        await rows(tx, sql`DELETE FROM ${sql.identifier(table)} WHERE market = ${key}`)
      await rows(
        tx,
        sql`DELETE FROM chunk_body WHERE sha256 IN (SELECT sha256 FROM chunk WHERE market = ${key})`,
      )
      await rows(tx, sql`DELETE FROM chunk WHERE market = ${key}`)
      // A rebuild would bring it back.
      await rows(tx, sql`DELETE FROM raw WHERE market = ${id}`)
      await rows(tx, sql`DELETE FROM quarantine WHERE market = ${id}`)
      // The others that were read there stand in for it.
      await rows(
        tx,
        sql`UPDATE pulse p SET markets = (SELECT coalesce(array_agg(c.market), '{}') FROM coverage c
            JOIN market m ON m.key = c.market
            WHERE m.source = p.source AND c.interval = p.interval AND c.from_minute = p.from_minute AND c.readings > 0)
          WHERE source = ${source} AND ${key}::int = ANY(markets)`,
      )
    }
    const revision = await takeRevision()
    await rows(
      tx,
      sql`UPDATE market SET status = 'paused', removed = ${purge},
        continues = CASE WHEN ${purge} THEN NULL ELSE continues END, revision = ${revision} WHERE key = ${key}`,
    )
    return { result: undefined, events: [] }
  })
}

function fromRecord(record: MarketRecord): KeyedMarket {
  const { key, id, source, base, quote, name, symbol, tick, status, minutes_from, continues } = record
  return {
    key,
    id,
    source,
    base,
    quote,
    name,
    ...(symbol === null ? {} : { symbol }),
    tick,
    status,
    minutesFromMs: minutes_from === null ? null : Number(minutes_from),
    ...(continues !== null && { continues }),
  }
}
