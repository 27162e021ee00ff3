/** Markets and prices as the API answers them. */
import { sql } from 'drizzle-orm'
import { DAY_MS, INTERVAL_MS, MINUTE_MS, type StoredInterval } from '../../core/time/interval.ts'
import { isoSeconds } from '../../core/time/iso.ts'
import type { MarketAnswer, PriceAnswer, ServerFreshness } from '../../core/wire/api.ts'
import { list } from '../db/arrays.ts'
import { rows, type Transaction } from '../db/database.ts'
import type { Context } from './context.ts'
import { intervalFrom, minuteOf, msOf } from './grid.ts'
import { listMarkets, type KeyedMarket } from './markets.ts'
import type { Market } from './types.ts'

/** The newest that is known of a market's price. */
interface Quote {
  readonly price: string
  readonly asOfMs: number
}

interface SeriesEnds {
  readonly market: number
  readonly interval: StoredInterval
  readonly firstMs: number
  readonly lastMs: number
  readonly lastClose: string
}

const DELAYED_MS = 15 * MINUTE_MS

/** The word `paused` came later than the first devices: one that is not followed has ended for them, and is marked beside. */
export function answeredStatus(status: Market['status']): MarketAnswer['status'] {
  return status === 'paused' ? 'ended' : status
}

export async function marketAnswers(
  tx: Transaction,
  { told, sampleSeconds }: Pick<Context, 'told' | 'sampleSeconds'>,
  nowMs: number,
): Promise<MarketAnswer[]> {
  const markets = await listMarkets(tx)
  const ends = await seriesEnds(tx)
  const quotes = await newestQuotes(tx, markets, ends, told)
  const byMarket = Map.groupBy(ends, (series) => series.market)
  return markets.map((market) => {
    const own = byMarket.get(market.key) ?? []
    const times = (pick: (series: SeriesEnds) => number) =>
      Object.fromEntries(own.map((series) => [series.interval, isoSeconds(pick(series))]))
    return {
      id: market.id,
      source: market.source,
      base: market.base,
      quote: market.quote,
      name: market.name,
      ...(market.symbol ? { symbol: market.symbol } : {}),
      tick: market.tick,
      status: answeredStatus(market.status),
      ...(market.status === 'paused' && { paused: true as const }),
      freshness: freshness(market, quotes.get(market.key), nowMs, sampleSeconds),
      first: times((series) => series.firstMs),
      last: times((series) => series.lastMs),
      ...continuesOf(market, markets, own),
    }
  })
}

/** The seam is where the market's own candles begin. */
function continuesOf(
  { continues }: KeyedMarket,
  markets: readonly KeyedMarket[],
  own: readonly SeriesEnds[],
): Pick<MarketAnswer, 'continues'> {
  if (continues === undefined || !markets.some(({ id }) => id === continues)) return {}
  const at = own.length === 0 ? null : isoSeconds(Math.min(...own.map(({ firstMs }) => firstMs)))
  return { continues: { market: continues, at } }
}

/** One answer for each market of which any price is known. */
export async function priceAnswers(
  tx: Transaction,
  { told, sampleSeconds }: Pick<Context, 'told' | 'sampleSeconds'>,
  nowMs: number,
): Promise<PriceAnswer[]> {
  const markets = await listMarkets(tx)
  const quotes = await newestQuotes(tx, markets, await seriesEnds(tx), told)
  const days = await dayBefore(tx, quotes)
  return markets.flatMap((market) => {
    const quote = quotes.get(market.key)
    if (!quote) return []
    const day = days.get(market.key)
    return {
      market: market.id,
      price: quote.price,
      as_of: isoSeconds(quote.asOfMs),
      freshness: freshness(market, quote, nowMs, sampleSeconds),
      change_24h: day?.before ? Number(quote.price) / Number(day.before) - 1 : null,
      sparkline: day?.closes ?? [],
    }
  })
}

function freshness(
  market: KeyedMarket,
  quote: Quote | undefined,
  nowMs: number,
  sampleSeconds: number,
): ServerFreshness {
  if (market.status !== 'live') return 'ended'
  const ageMs = quote ? nowMs - quote.asOfMs : Infinity
  if (ageMs <= 2 * sampleSeconds * 1000) return 'live'
  return ageMs <= DELAYED_MS ? 'delayed' : 'stale'
}

async function seriesEnds(tx: Transaction): Promise<SeriesEnds[]> {
  const found = await rows<{
    market: number
    interval: number
    first_minute: number
    last_minute: number
    last_close: string
  }>(tx, sql`SELECT * FROM series ORDER BY interval DESC`)
  return found.map((record) => ({
    market: record.market,
    interval: intervalFrom(record.interval),
    firstMs: msOf(record.first_minute),
    lastMs: msOf(record.last_minute),
    lastClose: record.last_close,
  }))
}

/**
 * The newest sample, told price or close of the newest candle, whichever is later; of several closes at once the shortest
 * candle's.
 */
async function newestQuotes(
  tx: Transaction,
  markets: readonly KeyedMarket[],
  ends: readonly SeriesEnds[],
  told: Context['told'],
): Promise<Map<number, Quote>> {
  const quotes = new Map<number, Quote>()
  const offer = (market: number, quote: Quote) => {
    const known = quotes.get(market)
    if (!known || quote.asOfMs >= known.asOfMs) quotes.set(market, quote)
  }
  const samples = await rows<{ market: number; at: string | number; price: string }>(
    tx,
    sql`SELECT m.key AS market, s.at, s.price FROM market m
      CROSS JOIN LATERAL (SELECT at, price FROM sample WHERE market = m.key ORDER BY at DESC LIMIT 1) s`,
  )
  for (const { market, at, price } of samples) offer(market, { price, asOfMs: Number(at) })
  for (const { market, interval, lastMs, lastClose } of ends)
    offer(market, { price: lastClose, asOfMs: lastMs + INTERVAL_MS[interval] })
  for (const { id, key } of markets) {
    const sample = told.get(id)
    if (sample) offer(key, { price: sample.price, asOfMs: sample.atMs })
  }
  return quotes
}

/**
 * The price a day before each quote (the last close in the hour before, of a minute's candle, else of an hour's), and the
 * hourly closes since, the oldest first. From rows alone: of a market whose last price is older than they reach, neither
 * is known.
 */
async function dayBefore(
  tx: Transaction,
  quotes: ReadonlyMap<number, Quote>,
): Promise<Map<number, { before: string | null; closes: string[] }>> {
  const found = await rows<{ market: number; before: string | null; closes: string | null }>(
    tx,
    sql`SELECT q.market, coalesce(
        (SELECT close FROM candle c WHERE c.market = q.market AND c.interval = 1 AND c.minute < q.minute
          AND c.minute >= q.minute - 60 ORDER BY c.minute DESC LIMIT 1),
        (SELECT close FROM candle c WHERE c.market = q.market AND c.interval = 2 AND c.minute <= q.minute - 60
          AND c.minute > q.minute - 120 ORDER BY c.minute DESC LIMIT 1)) AS before,
        (SELECT string_agg(close::text, ',' ORDER BY c.minute) FROM candle c WHERE c.market = q.market
          AND c.interval = 2 AND c.minute > q.minute - 60 AND c.minute <= q.minute + 1380) AS closes
      FROM unnest(${list([...quotes.keys()])}::text::int[],
        ${list([...quotes.values()].map(({ asOfMs }) => minuteOf(asOfMs - DAY_MS)))}::text::int[]) AS q (market, minute)`,
  )
  return new Map(
    found.map(({ market, before, closes }) => [market, { before, closes: closes?.split(',') ?? [] }]),
  )
}
