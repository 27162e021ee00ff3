/**
 * Which markets are followed: what the archive tracks, held against what the sources list. Loads what the reconciler
 * has to know of each, once, and again when somebody has changed it.
 */
import type { MarketId } from '../../core/market.ts'
import { DAY_MS, floorTo } from '../../core/time/interval.ts'
import type { Told } from '../../core/wire/told.ts'
import { SAMPLES_MS } from '../archive/samples.ts'
import type { CoverageSlice, Market } from '../archive/types.ts'
import type { ListedMarket, Provider } from '../providers/types.ts'
import { nearestMarkets } from './nearest.ts'
import { Agenda } from './agenda.ts'
import type { Followed } from './next.ts'
import { pricePaceMs, readPaceMs, type Demand } from './pace.ts'
import { Series } from './series.ts'
import { SpikeGuard } from './spike.ts'
import type { IngestOptions, UnknownMarket } from './types.ts'

/** A followed market with what changes while it is followed. */
export interface FollowedMarket extends Followed {
  /** Its place among those that take turns. */
  readonly turn: number
  /** Failures in a row of this market alone. */
  failures: number
  /** Failures in a row to get its current price. */
  priceFailures: number
  lastError: string | null
  lastTold: Told | null
  /** A price of before is told and not recorded: its time has a sample. */
  recordFromMs: number
  readonly guard: SpikeGuard
}

const NEAREST = 3
const MOST_CANDLES = 100_000

/** What of a market the reconciler decides by; `Roster.change` alone changes it. */
type Deciding = Pick<Followed, 'live' | 'minutesFromMs' | 'nextSampleMs' | 'heldUntilMs'>

/** How fast a source's markets take turns. */
interface Pace {
  /** The limit for which it was worked out. */
  readonly requestsPerSecond: number
  /** Live ones. */
  readonly markets: number
  readonly pricesMs: number
  readonly readsMs: number
}

export class Roster {
  /** What of the followed markets is due. */
  readonly agenda = new Agenda()
  readonly unknown = new Map<MarketId, UnknownMarket>()
  readonly #options: IngestOptions
  readonly #followed = new Map<MarketId, FollowedMarket>()
  readonly #paces = new Map<string, Pace>()
  #turns = 0
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

  get followed(): ReadonlyMap<MarketId, FollowedMarket> {
    return this.#followed
  }

  /** Takes a market among those that are followed. */
  enter(market: FollowedMarket): void {
    this.#followed.set(market.market, market)
    this.agenda.add(market)
  }

  change(market: FollowedMarket, change: Partial<Deciding>): void {
    Object.assign(market, change)
    if ('live' in change || 'minutesFromMs' in change || 'heldUntilMs' in change) this.agenda.touch(market)
    else this.agenda.resample(market)
  }

  /** How fast the markets of a source take turns: as wanted, or as its limit allows. */
  pace(source: string): Pace {
    const known = this.#paces.get(source)
    const provider = this.#options.providers.find((one) => one.source === source)!
    const { requestsPerSecond } = provider.health()
    if (known?.requestsPerSecond === requestsPerSecond) return known
    const demand = this.#demand(provider, requestsPerSecond)
    const { markets } = demand
    const pace = { requestsPerSecond, markets, pricesMs: pricePaceMs(demand), readsMs: readPaceMs(demand) }
    this.#paces.set(source, pace)
    this.agenda.touchAll()
    return pace
  }

  /** Reads markets and coverage anew. */
  load(): Promise<void> {
    return this.#inTurn(async () => {
      const written: CoverageSlice[] = []
      this.#written = written
      const coverage = await this.#coverage().finally(() => (this.#written = null))
      const bySeries = groupBySeries(coverage)
      for (const market of this.#followed.values())
        for (const series of market.series) series.relearn(bySeries.get(nameOf(series)) ?? [])
      for (const { market, readings } of coverage) if (readings > 0) this.#everRead.add(market)
      for (const slice of written) this.learn(slice)
      this.#tracked = await this.#options.archive.markets()
      for (const source of this.#listings.keys()) await this.#compareAll(source)
      await this.#match(bySeries)
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

  /** Markets that are traded, those that other processes read as well. */
  live(): ReadonlySet<MarketId> {
    const tracked = this.#tracked.filter(({ status }) => status === 'live').map(({ id }) => id)
    const followed = [...this.#followed.values()].filter(({ live }) => live).map(({ market }) => market)
    return new Set([...followed, ...tracked])
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
    this.#followed
      .get(slice.market)
      ?.series.find(({ interval }) => interval === slice.interval)
      ?.learn(slice)
  }

  /** What was read of the markets that are this roster's. */
  async #coverage(): Promise<readonly CoverageSlice[]> {
    const { share, archive } = this.#options
    return share === null ? [] : archive.coverage(share)
  }

  /** One after the other: each of them looks at what the one before has left. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work)
    this.#turn = turn.catch(() => {}) // Whoever asked for it hears of it.
    return turn
  }

  async #compareAll(source: string): Promise<boolean> {
    const { archive } = this.#options
    const changed: Market[] = []
    let isDoubtful = false
    for (const market of await archive.markets()) {
      if (market.source !== source) continue
      const compared = this.#compare(market)
      if (compared === 'doubtful') isDoubtful = true
      else if (isChanged(market, compared)) changed.push(compared)
    }
    if (changed.length > 0) await archive.putMarkets(changed)
    this.#tracked = await archive.markets()
    return isDoubtful
  }

  /** Name, tick and status as the source has them now; `doubtful` when a market is gone and that is to be confirmed. */
  #compare(market: Market): Market | 'doubtful' {
    const listing = this.#listings.get(market.source)!
    const listed = listing.get(market.id)
    if (market.status === 'paused' || market.status === 'imported') return market
    if (listed) {
      this.unknown.delete(market.id)
      this.#missing.delete(market.id)
      const name = this.#names.get(market.source)?.get(market.base) ?? market.name
      return {
        ...market,
        name,
        symbol: listed.symbol ?? null,
        tick: listed.tick,
        status: listed.active ? 'live' : 'ended',
        minutesFromMs: this.#minutesFrom(market),
      }
    }
    const wasListed = this.#wasListed(market)
    // A list may come short by mistake; only the next one that lacks it too is believed.
    const lacking = this.#missing.get(market.id) ?? listing
    if (wasListed && market.status === 'live' && lacking === listing) {
      this.#missing.set(market.id, listing)
      return 'doubtful'
    }
    const near = nearestMarkets(market.id, listing.keys(), NEAREST)
    const { id, source } = market
    if (wasListed)
      this.#report(id, `${source} no longer lists it; its history stays`, near, {
        code: 'no-longer-listed',
        source,
      })
    else
      this.#report(id, `${source} does not list it`, near, { code: 'not-listed', source, market: id, near })
    return { ...market, status: wasListed ? 'ended' : 'unlisted' }
  }

  /** Minutes that only the samples taken here can give are wanted from the first ones on. */
  #minutesFrom({ source, minutesFromMs }: Market): number | null {
    const provider = this.#options.providers.find((one) => one.source === source)
    if (minutesFromMs !== null || !provider || hasMinutes(provider)) return minutesFromMs
    return floorTo('1d', this.#options.clock.now() - SAMPLES_MS + DAY_MS)
  }

  #report(market: MarketId, reason: string, nearest: readonly MarketId[], told: Told): void {
    if (this.unknown.get(market)?.reason === reason) return
    this.unknown.set(market, { market, reason, nearest, told })
    const hint = nearest.length > 0 ? `; nearest names: ${nearest.join(', ')}` : ''
    this.#options.log.warn(`${market}: ${reason}${hint}. The other markets run.`)
  }

  /** Followed markets are those tracked ones that their source has been seen to list. */
  async #match(coverage: CoverageBySeries | null): Promise<void> {
    const tracked = new Map(this.#tracked.map((market) => [market.id, market]))
    for (const id of this.unknown.keys()) if (!tracked.has(id)) this.unknown.delete(id)
    for (const [id, market] of this.#followed) {
      if (this.#canFollow(tracked.get(id))) continue
      this.#followed.delete(id)
      this.agenda.remove(market)
    }
    let sampled: ReadonlyMap<MarketId, number> | null = null
    const providers = new Map(this.#options.providers.map((provider) => [provider.source, provider]))
    for (const market of tracked.values()) {
      const provider = providers.get(market.source)
      if (!provider) {
        const isOthers = this.#options.share !== undefined
        if (!isOthers && market.status !== 'imported' && market.source !== 'csv')
          this.#report(market.id, `${market.source} is no source of this version`, [], {
            code: 'no-source',
            source: market.source,
            near: [],
          })
        continue
      }
      if (!this.#canFollow(market)) continue
      const followed = this.#followed.get(market.id)
      const live = market.status === 'live'
      const { minutesFromMs } = market
      if (!followed) {
        coverage ??= groupBySeries(await this.#coverage())
        sampled ??= await this.#options.archive.lastSampled()
        await this.#follow(market, provider, coverage, sampled.get(market.id) ?? null)
      } else if (followed.live !== live || followed.minutesFromMs !== minutesFromMs)
        this.change(followed, { live, minutesFromMs })
    }
    this.#paces.clear()
  }

  async #follow(
    market: Market,
    provider: Provider,
    coverage: CoverageBySeries,
    sampledMs: number | null,
  ): Promise<void> {
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
    for (const one of series) one.relearn(coverage.get(nameOf(one)) ?? [])
    const nowMs = this.#options.clock.now()
    const minutesFromMs = market.minutesFromMs ?? nowMs - this.#options.minuteDays * DAY_MS
    await this.#loadPresent(days, provider.foundedMs, nowMs)
    await this.#loadPresent(hours, Math.max(provider.foundedMs, minutesFromMs), nowMs)
    this.enter({
      market: market.id,
      source: market.source,
      live: market.status === 'live',
      series,
      minutesFromMs: market.minutesFromMs,
      nextSampleMs: 0,
      heldUntilMs: 0,
      // Somebody else may have sampled it a moment ago.
      recordFromMs: sampledMs === null ? 0 : nextSampleTime(sampledMs, this.#options.sampleSeconds * 1000),
      failures: 0,
      priceFailures: 0,
      lastError: null,
      lastTold: null,
      turn: this.#turns++,
      guard: new SpikeGuard(),
    })
  }

  #demand({ source, pricesAtOnce }: Provider, requestsPerSecond: number): Demand {
    const { sampleSeconds } = this.#options
    let markets = 0
    for (const market of this.#followed.values()) if (market.source === source && market.live) markets++
    return { markets, requestsPerSecond, pricesAtOnce, sampleSeconds }
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

/** When the time after this one begins of which each has one sample. */
export function nextSampleTime(ms: number, everyMs: number): number {
  return (Math.floor(ms / everyMs) + 1) * everyMs
}

/** Whether its newest price is to be recorded; the clock may have been set back. */
export function isToRecord({ recordFromMs }: FollowedMarket, nowMs: number, everyMs: number): boolean {
  return nowMs >= recordFromMs || recordFromMs > nowMs + 2 * everyMs
}

function hasMinutes({ intervals }: Provider): boolean {
  return intervals.includes('1m')
}

type CoverageBySeries = ReadonlyMap<string, readonly CoverageSlice[]>

function groupBySeries(coverage: readonly CoverageSlice[]): CoverageBySeries {
  return Map.groupBy(coverage, nameOf)
}

function nameOf({ market, interval }: Pick<CoverageSlice, 'market' | 'interval'>): string {
  return `${market} ${interval}`
}

function isChanged(before: Market, after: Market): boolean {
  return (['name', 'symbol', 'tick', 'status', 'minutesFromMs'] as const).some(
    (field) => (before[field] ?? null) !== (after[field] ?? null),
  )
}
