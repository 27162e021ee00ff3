/** Markets: which are followed, paused or gone. */
import { sql } from 'drizzle-orm'
import type { MarketId } from '../../core/market.ts'
import { plainDecimal } from '../../core/decimal/text.ts'
import { rows, type Transaction } from '../db/database.ts'
import { commit, type Context } from './context.ts'
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
  tick: string | null
  status: Market['status']
  minutes_from: string | number | null
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

/** Adds the market or changes what differs; nothing is written, and no revision taken, where all is as it was. */
export function putMarket(context: Context, market: Market): Promise<void> {
  return commit(context, async (tx, takeRevision) => {
    await lockSource(tx, market.source)
    const tick = market.tick === null ? null : plainDecimal(market.tick)
    const [same] = await rows(
      tx,
      sql`SELECT 1 FROM market WHERE id = ${market.id} AND NOT removed AND name = ${market.name}
        AND tick IS NOT DISTINCT FROM ${tick}::text::numeric AND status = ${market.status}
        AND minutes_from IS NOT DISTINCT FROM ${market.minutesFromMs}::bigint`,
    )
    if (!same) {
      const revision = await takeRevision()
      await rows(
        tx,
        sql`INSERT INTO market (id, source, base, quote, name, tick, status, minutes_from, revision)
          VALUES (${market.id}, ${market.source}, ${market.base}, ${market.quote}, ${market.name},
            ${tick}::text::numeric, ${market.status}, ${market.minutesFromMs}::bigint, ${revision})
          ON CONFLICT (id) DO UPDATE SET name = excluded.name, tick = excluded.tick, status = excluded.status,
            minutes_from = excluded.minutes_from, removed = false, revision = excluded.revision`,
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
      await rows(tx, sql`UPDATE pulse SET markets = array_remove(markets, ${key}) WHERE source = ${source}`)
    }
    const revision = await takeRevision()
    await rows(
      tx,
      sql`UPDATE market SET status = 'paused', removed = ${purge}, revision = ${revision} WHERE key = ${key}`,
    )
    return { result: undefined, events: [] }
  })
}

function fromRecord(record: MarketRecord): KeyedMarket {
  const { key, id, source, base, quote, name, tick, status, minutes_from } = record
  return {
    key,
    id,
    source,
    base,
    quote,
    name,
    tick,
    status,
    minutesFromMs: minutes_from === null ? null : Number(minutes_from),
  }
}
