/** Reads the store into what screens show: markets with their prices, packs with how much of them is here. */
import type { MarketId } from '../../../core/market.ts'
import type { StoredInterval } from '../../../core/time/interval.ts'
import type { NewestCandle, SigmaSummary } from '../../worker/api.ts'
import type { Store } from '../store/database.ts'
import { isWanted, wishOf, wishesOf } from '../store/packs.ts'
import type { ManifestRow, MarketRow, QuoteRow } from '../store/records.ts'
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
  const { market: id, source, base, quote: currency, name, symbol, tick, status, paused, continues } = row
  return {
    id,
    source,
    base,
    quote: currency,
    name,
    symbol,
    tick,
    status,
    paused,
    continues,
    price: newest?.price ?? null,
    priceAsOfMs: newest?.asOfMs ?? null,
    change24h: newest?.change24h ?? null,
    // A market that was just added has prices before the server was asked for its day; the device may know the hours.
    sparkline: newest?.sparkline.length ? newest.sparkline : (candle?.sparkline ?? []),
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
  const wishes = wishesOf(packs)
  const lines = Map.groupBy(manifest, (row) => row.market)
  return markets
    .sort((a, b) => a.order - b.order)
    .map(({ market }) => {
      const known = (lines.get(market) ?? []).filter((row) => row.sha256 !== null)
      const wanted = known.filter((row) => isWanted(row, wishes, nowMs))
      const stored = wanted.filter((row) => row.held === row.sha256)
      const sum = (rows: typeof wanted) => rows.reduce((bytes, row) => bytes + row.bytes, 0)
      return {
        market,
        ...(wishes.get(market) ?? wishOf(undefined)),
        bytesWanted: sum(wanted),
        bytesStored: sum(stored),
        chunksWanted: wanted.length,
        chunksStored: stored.length,
        complete: wanted.length === stored.length,
        firstMs: firstOf(known),
      }
    })
}

/** Where the server's record of each interval begins. */
function firstOf(lines: readonly ManifestRow[]): Pack['firstMs'] {
  const first = (interval: StoredInterval) => {
    const starts = lines.filter((row) => row.interval === interval).map((row) => row.fromMs)
    return starts.length === 0 ? null : Math.min(...starts)
  }
  return { '1m': first('1m'), '1h': first('1h'), '1d': first('1d') }
}
