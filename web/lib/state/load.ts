/** Reads the store into what screens show: markets with their prices, packs with how much of them is here. */
import type { MarketId } from '../../../core/market.ts'
import type { NewestCandle, SigmaSummary } from '../../worker/api.ts'
import type { Store } from '../store/database.ts'
import { depthsOf, HOUR_YEARS, isWanted, MINUTE_DAYS } from '../store/packs.ts'
import type { MarketRow, QuoteRow } from '../store/records.ts'
import type { MarketFacts } from './state.svelte.ts'
import type { Pack } from './types.ts'

/** What the worker has told of each market so far. */
export interface Computed {
  readonly sigma: ReadonlyMap<MarketId, SigmaSummary>
  readonly newest: ReadonlyMap<MarketId, NewestCandle>
}

/** Markets in the server's order. */
export async function loadMarkets(store: Store, computed: Computed): Promise<MarketFacts[]> {
  const [rows, quotes] = await Promise.all([store.markets.toArray(), store.quotes.toArray()])
  const byMarket = new Map(quotes.map((quote) => [quote.market, quote]))
  return rows
    .sort((a, b) => a.order - b.order || (a.market < b.market ? -1 : 1))
    .map((row) => factsOf(row, byMarket.get(row.market), computed))
}

function factsOf(row: MarketRow, quote: QuoteRow | undefined, computed: Computed): MarketFacts {
  const candle = computed.newest.get(row.market)
  // The newer of the two; a quote knows more than a candle of the same age.
  const newest = candle && candle.asOfMs > (quote?.asOfMs ?? -Infinity) ? candle : quote
  const { market: id, source, base, quote: currency, name, tick, status } = row
  return {
    id,
    source,
    base,
    quote: currency,
    name,
    tick,
    status,
    price: newest?.price ?? null,
    priceAsOfMs: newest?.asOfMs ?? null,
    change24h: newest?.change24h ?? null,
    sparkline: newest?.sparkline ?? [],
    sigma: computed.sigma.get(id) ?? null,
  }
}

/** Every market's pack and how it stands. */
export async function loadPacks(store: Store, nowMs: number): Promise<Pack[]> {
  const [markets, manifest, packs] = await Promise.all([
    store.markets.toArray(),
    store.manifest.toArray(),
    store.packs.toArray(),
  ])
  const depths = depthsOf(packs)
  const wanted = Map.groupBy(
    manifest.filter((row) => row.sha256 !== null && isWanted(row, depths, nowMs)),
    (row) => row.market,
  )
  return markets
    .sort((a, b) => a.order - b.order)
    .map(({ market }) => {
      const lines = wanted.get(market) ?? []
      const stored = lines.filter((row) => row.held === row.sha256)
      const sum = (rows: typeof lines) => rows.reduce((bytes, row) => bytes + row.bytes, 0)
      return {
        market,
        hourYears: HOUR_YEARS,
        minuteDays: depths.get(market) ?? MINUTE_DAYS,
        bytesWanted: sum(lines),
        bytesStored: sum(stored),
        chunksWanted: lines.length,
        chunksStored: stored.length,
        complete: lines.length === stored.length,
      }
    })
}
