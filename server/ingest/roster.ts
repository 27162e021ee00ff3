/**
 * Which markets are followed: what the archive tracks, held against what the sources list. Loads what the reconciler
 * has to know of each, once, and again when somebody has changed it.
 */
import type { MarketId } from '../../core/market.ts'
import { DAY_MS, floorTo } from '../../core/time/interval.ts'
import { SAMPLES_MS } from '../archive/samples.ts'
import type { CoverageSlice, Market } from '../archive/types.ts'
import type { ListedMarket, Provider } from '../providers/types.ts'
import { nearestMarkets } from './nearest.ts'
import type { Followed } from './next.ts'
import { Series } from './series.ts'
import { SpikeGuard } from './spike.ts'
import type { IngestOptions, UnknownMarket } from './types.ts'

/** A followed market with what changes while it is followed. */
export interface FollowedMarket extends Followed {
  live: boolean
  minutesFromMs: number | null
  nextSampleMs: number
  heldUntilMs: number
  /** Failures in a row of this market alone. */
  failures: number
  /** Failures in a row to get its current price. */
  priceFailures: number
  lastError: string | null
  readonly guard: SpikeGuard
}

const NEAREST = 3
const MOST_CANDLES = 100_000

export class Roster {
  readonly followed: FollowedMarket[] = []
  readonly unknown = new Map<MarketId, UnknownMarket>()
  readonly #options: IngestOptions
  #tracked: readonly Market[] = []
  readonly #names = new Map<string, ReadonlyMap<string, string>>()
  readonly #listings = new Map<string, ReadonlyMap<MarketId, ListedMarket>>()
  /** Markets that the list lacked for the first time, and that list. */
  readonly #missing = new Map<MarketId, ReadonlyMap<MarketId, ListedMarket>>()
  #turn: Promise<unknown> = Promise.resolve()
  /** Markets of which something was read at any time: they were listed then. */
  readonly #everRead = new Set<MarketId>()
  /** Coverage that was written while older coverage was being read. */
  #written: CoverageSlice[] | null = null

  constructor(options: IngestOptions) {
    this.#options = options
  }

  /** Reads markets and coverage anew. */
  load(): Promise<void> {
    return this.#inTurn(async () => {
      const written: CoverageSlice[] = []
      this.#written = written
      const coverage = await this.#options.archive.coverage().finally(() => (this.#written = null))
      for (const market of this.followed)
        for (const series of market.series) series.relearn(ofSeries(coverage, series))
      for (const { market, readings } of coverage) if (readings > 0) this.#everRead.add(market)
      for (const slice of written) this.learn(slice)
      this.#tracked = await this.#options.archive.markets()
      for (const source of this.#listings.keys()) await this.#compareAll(source)
      await this.#match(coverage)
    })
  }

  /**
   * The markets that a source lists: the tracked ones are followed, reported or ended accordingly.
   *
   * @returns whether the list is to be read again soon, since a market has vanished from it
   */
  list(source: string, listed: readonly ListedMarket[]): Promise<boolean> {
    return this.#inTurn(async () => {
      this.#listings.set(source, new Map(listed.map((market) => [market.id, market])))
      const isDoubtful = await this.#compareAll(source)
      await this.#match(null)
      return isDoubtful
    })
  }

  /** Markets of a source that somebody wants, be they listed or not. */
  trackedOf(source: string): readonly MarketId[] {
    return this.#tracked.filter((market) => market.source === source).map(({ id }) => id)
  }

  /** Full names of a source's currencies. */
  name(source: string, names: ReadonlyMap<string, string>): Promise<void> {
    return this.#inTurn(async () => {
      this.#names.set(source, names)
      await this.#compareAll(source)
    })
  }

  /** What a reading has changed. */
  learn(slice: CoverageSlice): void {
    this.#written?.push(slice)
    this.followed
      .find(({ market }) => market === slice.market)
      ?.series.find(({ interval }) => interval === slice.interval)
      ?.learn(slice)
  }

  /** One after the other: each of them looks at what the one before has left. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work)
    this.#turn = turn.catch(() => {}) // Whoever asked for it hears of it.
    return turn
  }

  async #compareAll(source: string): Promise<boolean> {
    let isDoubtful = false
    for (const market of await this.#options.archive.markets())
      if (market.source === source && (await this.#compare(market))) isDoubtful = true
    this.#tracked = await this.#options.archive.markets()
    return isDoubtful
  }

  /** Name, tick and status as the source has them now; true when a market is gone and that is to be confirmed. */
  async #compare(market: Market): Promise<boolean> {
    const listing = this.#listings.get(market.source)!
    const listed = listing.get(market.id)
    if (market.status === 'paused' || market.status === 'imported') return false
    if (listed) {
      this.unknown.delete(market.id)
      this.#missing.delete(market.id)
      const name = this.#names.get(market.source)?.get(market.base) ?? market.name
      await this.#put(market, {
        name,
        tick: listed.tick,
        status: listed.active ? 'live' : 'ended',
        minutesFromMs: this.#minutesFrom(market),
      })
      return false
    }
    const wasListed = this.#wasListed(market)
    // A list may come short by mistake; only the next one that lacks it too is believed.
    const lacking = this.#missing.get(market.id) ?? listing
    if (wasListed && market.status === 'live' && lacking === listing) {
      this.#missing.set(market.id, listing)
      return true
    }
    this.#report(
      market.id,
      wasListed
        ? `${market.source} no longer lists it; its history stays`
        : `${market.source} does not list it`,
      nearestMarkets(market.id, listing.keys(), NEAREST),
    )
    await this.#put(market, { status: wasListed ? 'ended' : 'unlisted' })
    return false
  }

  /** Minutes that only the samples taken here can give are wanted from the first ones on. */
  #minutesFrom({ source, minutesFromMs }: Market): number | null {
    const provider = this.#options.providers.find((one) => one.source === source)
    if (minutesFromMs !== null || !provider || hasMinutes(provider)) return minutesFromMs
    return floorTo('1d', this.#options.clock.now() - SAMPLES_MS + DAY_MS)
  }

  async #put(market: Market, change: Partial<Market>): Promise<void> {
    const after = { ...market, ...change }
    const isSame = (['name', 'tick', 'status', 'minutesFromMs'] as const).every(
      (field) => after[field] === market[field],
    )
    if (isSame) return
    await this.#options.archive.putMarket(after)
  }

  #report(market: MarketId, reason: string, nearest: readonly MarketId[]): void {
    if (this.unknown.get(market)?.reason === reason) return
    this.unknown.set(market, { market, reason, nearest })
    const hint = nearest.length > 0 ? `; nearest names: ${nearest.join(', ')}` : ''
    this.#options.log.warn(`${market}: ${reason}${hint}. The other markets run.`)
  }

  /** Followed markets are those tracked ones that their source has been seen to list. */
  async #match(coverage: readonly CoverageSlice[] | null): Promise<void> {
    const tracked = new Map(this.#tracked.map((market) => [market.id, market]))
    for (const id of this.unknown.keys()) if (!tracked.has(id)) this.unknown.delete(id)
    for (let i = this.followed.length - 1; i >= 0; i--)
      if (!this.#canFollow(tracked.get(this.followed[i]!.market))) this.followed.splice(i, 1)
    for (const market of tracked.values()) {
      const provider = this.#options.providers.find(({ source }) => source === market.source)
      if (!provider) {
        if (market.status !== 'imported' && market.source !== 'csv')
          this.#report(market.id, `${market.source} is no source of this version`, [])
        continue
      }
      if (!this.#canFollow(market)) continue
      const followed = this.followed.find(({ market: id }) => id === market.id)
      if (followed) {
        followed.live = market.status === 'live'
        followed.minutesFromMs = market.minutesFromMs
      } else {
        coverage ??= await this.#options.archive.coverage()
        await this.#follow(market, provider, coverage)
      }
    }
  }

  async #follow(market: Market, provider: Provider, coverage: readonly CoverageSlice[]): Promise<void> {
    const { settling } = this.#options
    const make = (interval: '1m' | '1h' | '1d', longer: Series | null) =>
      new Series({
        market: market.id,
        interval,
        longer,
        settlingMs: settling[interval],
        foundedMs: provider.foundedMs,
        isRecord: interval === '1m' && !hasMinutes(provider),
      })
    const days = make('1d', null)
    const hours = make('1h', days)
    const series = [make('1m', hours), hours, days]
    for (const one of series) one.relearn(ofSeries(coverage, one))
    const nowMs = this.#options.clock.now()
    const minutesFromMs = market.minutesFromMs ?? nowMs - this.#options.minuteDays * DAY_MS
    await this.#loadPresent(days, provider.foundedMs, nowMs)
    await this.#loadPresent(hours, Math.max(provider.foundedMs, minutesFromMs), nowMs)
    this.followed.push({
      market: market.id,
      source: market.source,
      live: market.status === 'live',
      series,
      minutesFromMs: market.minutesFromMs,
      nextSampleMs: 0,
      heldUntilMs: 0,
      failures: 0,
      priceFailures: 0,
      lastError: null,
      guard: new SpikeGuard(),
    })
  }

  async #loadPresent(series: Series, fromMs: number, toMs: number): Promise<void> {
    if (series.isUnread()) return
    const { archive } = this.#options
    for (let from = fromMs; ;) {
      const rows = await archive.candles(series.market, series.interval, from, toMs, MOST_CANDLES)
      series.learnPresent(rows.map((row) => row.startMs))
      if (rows.length < MOST_CANDLES) return
      from = rows.at(-1)!.startMs + 1
    }
  }

  /** Live or ended, and seen in the source's list, now or at an earlier time. */
  #canFollow(market: Market | undefined): market is Market {
    if (!market || (market.status !== 'live' && market.status !== 'ended')) return false
    return this.#wasListed(market) || this.#listings.get(market.source)?.has(market.id) === true
  }

  /** Sources of sampled prices have no ticks; then what was read tells. */
  #wasListed({ id, tick }: Market): boolean {
    return tick !== null || this.#everRead.has(id)
  }
}

function hasMinutes({ intervals }: Provider): boolean {
  return intervals.includes('1m')
}

function ofSeries(
  coverage: readonly CoverageSlice[],
  { market, interval }: Series,
): readonly CoverageSlice[] {
  return coverage.filter((slice) => slice.market === market && slice.interval === interval)
}
