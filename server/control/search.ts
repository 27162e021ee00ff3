/**
 * Finds markets by words over all sources. A source's list is kept for some minutes, since somebody who types asks at every
 * few letters; one that is better asked than listed (CoinGecko, with its coins in thousands) is asked each time.
 */
import type { MarketId } from '../../core/market.ts'
import { MINUTE_MS, type StoredInterval } from '../../core/time/interval.ts'
import { ApiProblem } from '../api/problem.ts'
import type { Clock } from '../clock.ts'
import type { Logos } from '../logos.ts'
import { SourceError, type ListedMarket, type Reach } from '../providers/types.ts'
import { UnknownSourceError, type Source, type Sources } from '../sources.ts'

/** A market that was found. */
export interface FoundMarket extends ListedMarket {
  readonly source: string
  /** The name of what is traded, where the source tells more than its ticker. */
  readonly coin: string | null
}

/** What a source has of any of its markets. */
export interface SourceFacts {
  readonly source: string
  readonly intervals: readonly StoredInterval[]
  /** Its candles are made of sampled prices, and their volume is unknown. */
  readonly isSampled: boolean
  readonly reach: Reach | null
  readonly foundedMs: number
}

/** What a search gave, and why each source that did not answer is not in it. */
export interface Found {
  /** Of each source the best first. */
  readonly markets: readonly FoundMarket[]
  readonly sources: readonly SourceFacts[]
  readonly unanswered: readonly string[]
  /** So many more were found than are told. */
  readonly leftOff: number
}

export interface Search {
  /** @throws ApiProblem where no source answers at all, or there is none of that name */
  find(text: string, source: string | null): Promise<Found>
  /** What a search told of a market lately; undefined where none has. */
  recent(id: MarketId): ListedMarket | undefined
}

interface SearchParts {
  readonly sources: Sources
  readonly clock: Clock
  /** null where nobody looks at pictures. */
  readonly logos: Pick<Logos, 'want'> | null
}

/** Of one source; whoever wants others writes more. */
const MOST_FOUND = 60
const KEEP_MS = 10 * MINUTE_MS
/** So many of the first coins found are looked at. */
const MOST_LOGOS = 20

interface Listing {
  readonly atMs: number
  readonly markets: Promise<readonly FoundMarket[]>
}

export function createSearch({ sources, clock, logos }: SearchParts): Search {
  const listings = new Map<string, Listing>()
  const seen = new Map<MarketId, { readonly atMs: number; readonly market: ListedMarket }>()

  /** The whole list of a source, read again when it is old; one that failed is not kept. */
  function listOf(provider: Source): Promise<readonly FoundMarket[]> {
    const known = listings.get(provider.source)
    if (known && clock.now() - known.atMs < KEEP_MS) return known.markets
    const markets = readList(provider)
    const listing = { atMs: clock.now(), markets }
    listings.set(provider.source, listing)
    markets.catch(() => {
      if (listings.get(provider.source) === listing) listings.delete(provider.source)
    })
    return markets
  }

  /** The best first. */
  async function findAt(provider: Source, words: Words): Promise<readonly FoundMarket[]> {
    const { source } = provider
    if (!provider.search) {
      const listed = await listOf(provider)
      return bestFirst(
        listed.filter((market) => bears(market, words)),
        words.coin,
      )
    }
    // It knows better than letters do what was meant; only the currency is ours to look at.
    const ask = async (coin: string) => {
      const asked = await provider.search!(coin)
      return asked.map((market) => ({ ...market, source, coin: market.name }))
    }
    const whole = words.all.join(' ')
    if (words.quote !== null) {
      const found = (await ask(words.coin)).filter(({ quote }) => quote === words.quote)
      if (found.length > 0) return bestFirst(found, words.coin)
    }
    // A name may end in the ticker of another coin: "wrapped btc".
    return bestFirst(await ask(whole), whole)
  }

  function remember(markets: readonly FoundMarket[]): void {
    const atMs = clock.now()
    for (const [id, one] of seen) if (atMs - one.atMs >= KEEP_MS) seen.delete(id)
    for (const market of markets) seen.set(market.id, { atMs, market })
  }

  return {
    find: async (text, source) => {
      const names = source === null ? sources.searchable : [searchable(source, sources)]
      const words = wordsOf(text)
      const answers = await Promise.allSettled(
        names.map(async (name) => {
          const provider = await sources.need(name)
          return { provider, markets: await answered(findAt(provider, words)) }
        }),
      )
      const failed = answers.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []))
      const other = failed.find((error) => !(error instanceof ApiProblem))
      if (other !== undefined) throw other
      if (failed.length === answers.length && failed.length > 0) throw failed[0]
      const found = answers.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
      const told = found.flatMap(({ markets: best }) => best.slice(0, MOST_FOUND))
      const markets = withLogos(told, logos)
      remember(markets)
      return {
        markets,
        sources: found.map(({ provider }) => factsOf(provider)),
        unanswered: failed.map((error) => (error as ApiProblem).message),
        leftOff: found.reduce((sum, { markets: best }) => sum + Math.max(0, best.length - MOST_FOUND), 0),
      }
    },
    recent: (id) => {
      const known = seen.get(id)
      return known && clock.now() - known.atMs < KEEP_MS ? known.market : undefined
    },
  }
}

async function readList(provider: Source): Promise<readonly FoundMarket[]> {
  const { source } = provider
  const [markets, names] = await Promise.all([
    provider.listMarkets([]),
    // Without names the markets are found by their tickers.
    provider.names().catch((error: unknown): ReadonlyMap<string, string> => {
      if (error instanceof SourceError) return new Map()
      throw error
    }),
  ])
  return markets.map((market) => ({ ...market, source, coin: names.get(market.base) ?? null }))
}

/** @throws ApiProblem with the names of those that can be searched */
function searchable(source: string, sources: Sources): string {
  if (sources.searchable.includes(source)) return source
  throw new ApiProblem(
    'bad-request',
    `"${source}" cannot be searched here; what can: ${sources.searchable.join(', ')}`,
  )
}

/** A source that does not answer is no failure of this server: who asked is told. */
export async function answered<T>(question: Promise<T>): Promise<T> {
  try {
    return await question
  } catch (error) {
    if (error instanceof SourceError || error instanceof UnknownSourceError)
      throw new ApiProblem('unavailable', error.message, null, {}, error.told)
    throw error
  }
}

/** Has the logos of the first coins fetched; of the others none is promised. */
function withLogos(markets: readonly FoundMarket[], logos: SearchParts['logos']): readonly FoundMarket[] {
  const all = new Map(markets.flatMap(({ base, logo }) => (logo === undefined ? [] : [[base, logo]])))
  const first = new Map([...all].slice(0, MOST_LOGOS))
  for (const [coin, address] of first) logos?.want([coin], () => Promise.resolve(new Map([[coin, address]])))
  return markets.map(({ logo, ...market }) =>
    logo === undefined || !first.has(market.base) ? market : { ...market, logo },
  )
}

/** What somebody wrote, as it is held against a market. */
interface Words {
  /** What a coin is looked for by: without the currency in which it is to be quoted. */
  readonly coin: string
  readonly quote: string | null
  readonly all: readonly string[]
}

/** Currencies that people write behind a coin; only these are taken for one. */
const CURRENCIES = /^(usd|usdt|usdc|eur|gbp|jpy|chf|cad|aud|krw|brl|try|btc|eth)$/

function wordsOf(text: string): Words {
  const all = text
    .toLowerCase()
    .split(/[\s/-]+/)
    .filter((word) => word !== '')
  const last = all.at(-1) ?? ''
  const quote = all.length > 1 && CURRENCIES.test(last) ? last : null
  return { coin: (quote === null ? all : all.slice(0, -1)).join(' '), quote, all }
}

function bears({ id, name, coin }: FoundMarket, { all }: Words): boolean {
  const text = `${id} ${name} ${coin ?? ''}`.toLowerCase()
  return all.every((word) => text.includes(word))
}

/** The one that bears the very name first, then those that begin with it; dead markets last. */
function bestFirst(markets: readonly FoundMarket[], coin: string): readonly FoundMarket[] {
  const closeness = ({ base, symbol = base, coin: name }: FoundMarket): number => {
    const names = [symbol.toLowerCase(), name?.toLowerCase() ?? '']
    if (names.includes(coin)) return 0
    return names.some((one) => one.startsWith(coin)) ? 1 : 2
  }
  return markets
    .map((market) => ({ market, key: (market.active ? 0 : 10) + closeness(market) }))
    .sort((a, b) => a.key - b.key || rankOf(a.market) - rankOf(b.market))
    .map(({ market }) => market)
}

const rankOf = ({ rank }: FoundMarket): number => rank ?? 1_000_000

function factsOf({ source, intervals, isSampled = false, reach, foundedMs }: Source): SourceFacts {
  return { source, intervals, isSampled, reach, foundedMs }
}
