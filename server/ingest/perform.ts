/**
 * Does what the reconciler has decided: asks the sources, writes to the archive, and tells the roster what is known now.
 * What fails is held back for a while and then simply decided anew.
 */
import { MINUTE_MS } from '../../core/time/interval.ts'
import { backoffMs } from '../providers/backoff.ts'
import { SourceError, type Price } from '../providers/types.ts'
import { parseMarketId, type MarketId } from '../../core/market.ts'
import type { Sample } from '../archive/types.ts'
import { Asking, isRefusal } from './asking.ts'
import type { Action } from './next.ts'
import { Reader, type Read } from './reader.ts'
import { isToRecord, nextSampleTime, type FollowedMarket, type Roster } from './roster.ts'
import { SecondOpinion } from './second-opinion.ts'
import type { IngestOptions } from './types.ts'
import { REFUSALS } from '../archive/refusals.ts'

type Beyond = Extract<Action, { kind: 'beyond' }>

/** The list of products changes slowly. */
const LIST_EVERY_MS = 6 * 60 * MINUTE_MS
const LIST_DOUBTED_MS = MINUTE_MS
const LIST_AGAIN_MS = 1000
const LIST_AGAIN_AT_MOST_MS = 5 * MINUTE_MS
const RETAIN_EVERY_MS = 10 * MINUTE_MS
const RETAIN_ON_MS = 1000
/** Sealing is looked at so long after something has changed, and now and then by the clock alone. */
const SEAL_AFTER_CHANGE_MS = 5000
const SEAL_EVERY_MS = MINUTE_MS
const SEAL_MARKET_MS = 10
/** A market or a price that fails is asked for again after so long, doubled with each failure up to the longest. */
const HOLD_MS = 500
const LONGEST_HOLD_MS = 5 * MINUTE_MS
/** What the source refuses (not found, not allowed) it may refuse for good. */
const REFUSED_HOLD_MS = 5000
const LONGEST_REFUSED_HOLD_MS = 10 * MINUTE_MS

export class Performer {
  readonly #options: IngestOptions
  readonly #roster: Roster
  readonly #asking: Asking
  readonly #reader: Reader
  readonly #opinions: SecondOpinion
  readonly #nextListMs: Record<string, number> = {}
  readonly #isNamed = new Set<string>()
  readonly #listFailures: Record<string, number> = {}
  #nextSealMs = 0
  #nextRetainMs: number
  #nextDropMs = 0

  constructor(options: IngestOptions, roster: Roster) {
    this.#options = options
    this.#roster = roster
    this.#asking = new Asking(options.providers, options.log)
    this.#opinions = new SecondOpinion(options, roster)
    this.#reader = new Reader(options, roster, this.#asking, this.#opinions)
    this.#nextRetainMs = options.clock.now() + MINUTE_MS
  }

  /** When what does not hang on coverage falls due. */
  dues() {
    for (const { source } of this.#options.providers) this.#nextListMs[source] ??= 0
    return {
      nextListMs: this.#nextListMs,
      nextSealMs: this.#nextSealMs,
      nextRetainMs: this.#nextRetainMs,
    }
  }

  /** The clock was set: what is due later stays due as much later. */
  shift(byMs: number): void {
    this.#nextSealMs += byMs
    this.#nextRetainMs += byMs
    this.#nextDropMs += byMs
    for (const source of Object.keys(this.#nextListMs)) this.#nextListMs[source]! += byMs
    for (const market of this.#roster.followed.values()) {
      const { nextSampleMs, heldUntilMs } = market
      this.#roster.change(market, { nextSampleMs: nextSampleMs + byMs, heldUntilMs: heldUntilMs + byMs })
      for (const series of market.series) series.shiftHolds(byMs)
    }
  }

  /** Something was written that may be ready to be sealed. */
  sealSoon(): void {
    this.#nextSealMs = Math.min(this.#nextSealMs, this.#options.clock.now() + this.#sealAfterMs())
  }

  perform(action: Exclude<Action, { kind: 'wait' }>): Promise<void> {
    // The markets of an action are the roster's own entries: the reconciler hands back what it was given.
    switch (action.kind) {
      case 'list':
        return this.#list(action.source)
      case 'price':
        return this.#sample(action.market as FollowedMarket)
      case 'read':
        return this.#read(action)
      case 'beyond':
        return this.#markBeyond(action)
      case 'seal':
        return this.#seal(action.isIdle)
      case 'retain':
        return this.#retain()
    }
  }

  async #list(source: string): Promise<void> {
    const nowMs = this.#options.clock.now()
    this.#nextListMs[source] = nowMs + LIST_EVERY_MS
    try {
      const listed = await this.#asking.ask(source, (provider) =>
        provider.listMarkets(this.#roster.trackedOf(source)),
      )
      this.#listFailures[source] = 0
      if (await this.#roster.list(source, listed)) this.#nextListMs[source] = nowMs + LIST_DOUBTED_MS
      if (!this.#isNamed.has(source)) void this.#name(source)
    } catch (error) {
      const failures = (this.#listFailures[source] ?? 0) + 1
      this.#listFailures[source] = failures
      this.#nextListMs[source] =
        nowMs + backoffMs(failures, LIST_AGAIN_MS, LIST_AGAIN_AT_MOST_MS, Math.random)
      if (!(error instanceof SourceError)) throw error
    }
  }

  /** Names are an ornament: what fails here is tried again with the next list, and nothing waits for it. */
  async #name(source: string): Promise<void> {
    try {
      await this.#roster.name(source, await this.#asking.ask(source, (provider) => provider.names()))
      this.#isNamed.add(source)
    } catch (error) {
      this.#options.log.debug({ err: error }, `${source}: the names of its currencies are not known`)
    }
  }

  /** The price of one market, or of all that are due where the source tells them in one answer. */
  async #sample(first: FollowedMarket): Promise<void> {
    const { pricesAtOnce } = this.#options.providers.find(({ source }) => source === first.source)!
    const batch = pricesAtOnce === 1 ? [first] : this.#dueWith(first, pricesAtOnce)
    const nowMs = this.#options.clock.now()
    for (const market of batch)
      this.#roster.change(market, { nextSampleMs: this.#nextTurn(market, pricesAtOnce, nowMs) })
    try {
      const prices = await this.#asking.ask(first.source, (provider) =>
        provider.prices(batch.map(({ market }) => market)),
      )
      // A request that gives nothing is one that fails; where it gives some, the others cost no more.
      if (prices.size === 0) throw noPrice(batch)
      await this.#record(batch, prices)
      this.#wantLogos(first.source, [...prices.keys()])
    } catch (error) {
      this.#failedPrices(batch, error, pricesAtOnce)
    }
  }

  /** An ornament, fetched in the background and once. */
  #wantLogos(source: string, markets: readonly MarketId[]): void {
    const { logos, providers } = this.#options
    if (!logos || !providers.find((one) => one.source === source)?.logos) return
    logos.want(
      markets.map((id) => parseMarketId(id).base),
      (coins) => this.#asking.ask(source, (provider) => provider.logos!(coins)),
    )
  }

  async #record(batch: readonly FollowedMarket[], prices: ReadonlyMap<MarketId, Price>): Promise<void> {
    const { archive, clock, log } = this.#options
    const recorded = new Map<FollowedMarket, Sample>()
    const between: Sample[] = []
    for (const market of batch) {
      const told = prices.get(market.market)
      if (!told) {
        // In its next turn with the others it costs no request.
        this.#failedPrice(market, noPrice([market]))
        continue
      }
      const { price, asOfMs } = told
      market.priceFailures = 0
      const isExpected = market.guard.accepts(Number(price))
      const opinion = isExpected ? null : await this.#opinions.onPrice(market.market, price)
      if (isExpected || opinion?.isSupport) {
        if (opinion) market.guard.support(Number(price))
        const sample = { market: market.market, atMs: asOfMs, price }
        if (isToRecord(market, clock.now(), this.#sampleMs(market))) recorded.set(market, sample)
        else between.push(sample)
        continue
      }
      const reason = REFUSALS['far-sampled']
      log.warn(`${market.market}: sampled price ${price} is ${reason}: not taken`)
      await archive.quarantine(market.source, market.market, clock.now(), {
        startMs: null,
        reason,
        raw: price,
        ...(opinion && { opinion }),
      })
    }
    await archive.recordSamples([...recorded.values()])
    for (const market of recorded.keys())
      market.recordFromMs = nextSampleTime(clock.now(), this.#sampleMs(market))
    await archive.tellPrices(between)
  }

  #sampleMs({ source }: FollowedMarket): number {
    return this.#roster.pace(source).pricesMs
  }

  #dueWith(first: FollowedMarket, atMost: number): FollowedMarket[] {
    const nowMs = this.#options.clock.now()
    const due = [first]
    for (const one of this.#roster.followed.values()) {
      if (due.length >= atMost) break
      const isDue = one.live && one.nextSampleMs <= nowMs
      if (isDue && one !== first && one.source === first.source) due.push(one)
    }
    return due
  }

  /** Markets take turns, evenly over the sample time, at the same moment of each round; those asked together, together. */
  #nextTurn({ source, turn }: FollowedMarket, pricesAtOnce: number, nowMs: number): number {
    const roundMs = this.#roster.pace(source).pricesMs
    const turns = Math.max(1, this.#roster.followed.size)
    const phaseMs = Math.round(((Math.floor(turn / pricesAtOnce) % turns) / turns) * roundMs)
    return (Math.floor((nowMs - phaseMs) / roundMs) + 1) * roundMs + phaseMs
  }

  async #read(action: Read): Promise<void> {
    const market = action.market as FollowedMarket
    try {
      const isChange = await this.#reader.read(action)
      this.#succeededMarket(market)
      if (isChange) this.sealSoon()
    } catch (error) {
      this.#failedMarket(market, error)
    }
  }

  async #markBeyond({ series, fromMs, toMs }: Beyond): Promise<void> {
    const { archive, log } = this.#options
    await archive.markBeyond(series.market, series.interval, fromMs, toMs)
    series.learnBeyond(fromMs, toMs)
    const span = `${new Date(fromMs).toISOString()} to ${new Date(toMs).toISOString()}`
    log.debug(`${series.market} ${series.interval}: beyond what the source gives, ${span}`)
  }

  /** A look for what can be sealed is a look at every series. */
  #sealAfterMs(): number {
    return Math.max(SEAL_AFTER_CHANGE_MS, SEAL_MARKET_MS * this.#roster.followed.size)
  }

  async #seal(isIdle: boolean): Promise<void> {
    const nowMs = this.#options.clock.now()
    // Also when it fails: the rest goes on meanwhile.
    this.#nextSealMs = nowMs + Math.max(SEAL_EVERY_MS, this.#sealAfterMs())
    const sealed = await this.#options.archive.sealNext(nowMs, { isIdle })
    if (!sealed) return
    this.#nextSealMs = nowMs
    this.#options.log.debug(`sealed ${sealed.market} ${sealed.interval} ${sealed.period}`)
  }

  /** Lets go of what is old now and then, and compresses anew one chunk after the other in between. */
  async #retain(): Promise<void> {
    const { archive, clock } = this.#options
    const nowMs = clock.now()
    this.#nextRetainMs = nowMs + RETAIN_EVERY_MS
    if (this.#nextDropMs <= nowMs) {
      this.#nextDropMs = nowMs + RETAIN_EVERY_MS
      await archive.retain(nowMs)
    }
    const isMore = await archive.recompressNext()
    this.#nextRetainMs = isMore ? nowMs + RETAIN_ON_MS : this.#nextDropMs
  }

  #succeededMarket(market: FollowedMarket): void {
    market.failures = 0
    market.lastError = market.lastTold = null
  }

  /** A market whose candles its source does not give well is held back alone, so that it takes no turn of the others. */
  #failedMarket(market: FollowedMarket, error: unknown): void {
    if (!(error instanceof SourceError)) throw error
    market.lastError = error.message
    market.lastTold = error.told
    const nowMs = this.#options.clock.now()
    if (error.status === null || market.heldUntilMs > nowMs) return
    market.failures++
    const waitMs = holdMs(market.failures, error)
    this.#roster.change(market, { heldUntilMs: nowMs + waitMs })
    if (!isRefusal(error)) return
    // It may have been renamed or delisted: the list tells.
    if (error.status === 404 && market.failures === 1) this.#nextListMs[market.source] = nowMs
    this.#options.log.warn(`${market.market}: ${error.message}; asked again in ${inSeconds(waitMs)}`)
  }

  /** Markets that were asked for together are so again, at one of their turns: as soon as the one that failed least. */
  #failedPrices(batch: readonly FollowedMarket[], error: unknown, pricesAtOnce: number): void {
    if (!(error instanceof SourceError)) throw error
    const failures = batch.reduce((least, { priceFailures }) => Math.min(least, priceFailures), Infinity)
    const heldMs = this.#options.clock.now() + holdMs(failures + 1, error)
    for (const market of batch) {
      this.#failedPrice(market, error)
      if (error.status !== null && market.nextSampleMs < heldMs)
        this.#roster.change(market, { nextSampleMs: this.#nextTurn(market, pricesAtOnce, heldMs) })
    }
  }

  /** A price that cannot be had costs freshness and nothing else: candles are read on. */
  #failedPrice(market: FollowedMarket, error: SourceError): void {
    market.lastError = error.message
    market.lastTold = error.told
    if (error.status === null) return
    market.priceFailures++
    if (isRefusal(error) && market.priceFailures === 1)
      this.#options.log.warn(
        `${market.market}: ${error.message}; the price is asked for again later, candles are read meanwhile`,
      )
  }
}

function holdMs(failures: number, error: SourceError): number {
  return isRefusal(error)
    ? backoffMs(failures, REFUSED_HOLD_MS, LONGEST_REFUSED_HOLD_MS, Math.random)
    : backoffMs(failures, HOLD_MS, LONGEST_HOLD_MS, Math.random)
}

function noPrice([first, ...others]: readonly FollowedMarket[]): SourceError {
  const { market, source } = first!
  const more = others.length > 0 ? ` and of ${others.length} more` : ''
  return new SourceError(source, `${source}: told no price of ${market}${more}`, 404, null, {
    code: 'source-no-price',
    source,
    market,
  })
}

function inSeconds(ms: number): string {
  return `${Math.ceil(ms / 1000)} s`
}
