/**
 * Prices as sources tell them by socket: the newest of each market is told to devices as it changes and recorded at each
 * sample time. While a market's price comes this way, it is not polled; whatever is wrong here costs freshness only.
 */
import type { MarketId } from '../../core/market.ts'
import type { Opinion, Sample } from '../archive/types.ts'
import type { FeedHealth, PriceFeed } from '../providers/feed.ts'
import { isToRecord, nextSampleTime, type FollowedMarket, type Roster } from './roster.ts'
import { SecondOpinion } from './second-opinion.ts'
import type { IngestOptions } from './types.ts'
import { REFUSALS } from '../archive/refusals.ts'

/** How the socket of a source stands. */
export interface FeedStatus extends FeedHealth {
  readonly source: string
}

/** What is known of a market by socket. */
interface Told {
  price: string
  atMs: number
  /** When it was last known to be the newest price, by the steady clock; −Infinity once it is doubted. */
  aliveAt: number
  recordedAtMs: number
  toldAtMs: number
  toldAt: number
}

const NEVER = { recordedAtMs: -Infinity, toldAtMs: -Infinity, toldAt: -Infinity }
const LOOK_MS = 1000
/** Without a sign of life for so long, a market is polled again. */
const FRESH_MS = 5000
/** A price is told to devices at most so often: enough for eyes, and bearable for thousands of them. */
const TELL_EVERY_MS = 2000
const RECORD_AGAIN_MS = 5000
/** What is refused is kept at most so often of each market, however much of it comes. */
const KEEP_REFUSED_EVERY_MS = 60_000

export class LivePrices {
  readonly #options: IngestOptions
  readonly #roster: Roster
  readonly #feeds = new Map<string, PriceFeed>()
  readonly #told = new Map<MarketId, Told>()
  readonly #keptAt = new Map<string, number>()
  readonly #wake: () => void
  readonly #opinions: SecondOpinion
  /** Markets about which another source is being asked. */
  readonly #asked = new Set<MarketId>()
  #looking: NodeJS.Timeout | null = null
  #recording: Promise<void> | null = null

  /** @param wake called when a market is to be polled at once */
  constructor(options: IngestOptions, roster: Roster, wake: () => void) {
    this.#options = options
    this.#roster = roster
    this.#wake = wake
    this.#opinions = new SecondOpinion(options, roster)
  }

  start(): void {
    this.#looking = setInterval(() => this.#look(), LOOK_MS)
  }

  #open(): void {
    for (const provider of this.#options.providers) {
      if (this.#feeds.has(provider.source)) continue
      const feed = provider.feed({
        price: (market, price, atMs) => this.#price(market, price, atMs),
        alive: (market) => {
          const told = this.#told.get(market)
          if (told && told.aliveAt > -Infinity) told.aliveAt = performance.now()
        },
        refused: (market, reason, raw) => {
          const told = market && this.#told.get(market)
          if (told) told.aliveAt = -Infinity
          this.#keepRefused(provider.source, market, reason, raw)
        },
      })
      if (feed) this.#feeds.set(provider.source, feed)
    }
  }

  /** The feeds themselves are closed with their providers. */
  async stop(): Promise<void> {
    if (this.#looking) clearInterval(this.#looking)
    await this.#recording
  }

  status(): readonly FeedStatus[] {
    return [...this.#feeds].map(([source, feed]) => ({ source, ...feed.health() }))
  }

  #price(market: MarketId, price: string, atMs: number): void {
    const followed = this.#roster.followed.get(market)
    if (!followed?.live) return
    const verdict = followed.guard.judgeTold(Number(price))
    const told = this.#told.get(market)
    if (verdict !== 'good') {
      if (told) told.aliveAt = -Infinity
      if (verdict === 'wild') void this.#doubt(followed, price)
      return
    }
    const news = { price, atMs, aliveAt: performance.now() }
    if (told) Object.assign(told, news)
    else this.#told.set(market, { ...NEVER, ...news })
  }

  /**
   * Another source may support it; else it is polled at once, since only another way to the source can tell a move from a
   * slip, and then in its turn.
   */
  async #doubt(followed: FollowedMarket, price: string): Promise<void> {
    const { market, source } = followed
    if (this.#isKept(market) || this.#asked.has(market)) return
    this.#asked.add(market)
    const opinion = await this.#opinions.onPrice(market, price).catch((error: unknown) => {
      this.#options.log.error({ err: error }, `${market}: other sources could not be looked at`)
      return null
    })
    this.#asked.delete(market)
    if (opinion?.isSupport) return followed.guard.support(Number(price))
    const reason = REFUSALS['far-told']
    if (!this.#keepRefused(source, market, reason, price, opinion)) return
    this.#options.log.warn(`${market}: price ${price}: ${reason}: not taken`)
    const nowMs = this.#options.clock.now()
    if (nowMs < followed.nextSampleMs) this.#roster.change(followed, { nextSampleMs: nowMs })
    this.#wake()
  }

  #look(): void {
    const { clock, archive, sampleSeconds, log } = this.#options
    const { followed } = this.#roster
    this.#open()
    if (this.#feeds.size > 0) {
      const bySource = Map.groupBy(followed.values(), ({ source }) => source)
      for (const [source, feed] of this.#feeds)
        feed.follow((bySource.get(source) ?? []).filter(({ live }) => live).map(({ market }) => market))
    }
    for (const id of this.#told.keys()) if (!followed.has(id)) this.#told.delete(id)

    const nowMs = clock.now()
    const at = performance.now()
    const roundMs = sampleSeconds * 1000
    const due: [FollowedMarket, Told, Sample][] = []
    const changed: Sample[] = []
    for (const market of followed.values()) {
      const told = this.#told.get(market.market)
      if (!told || at - told.aliveAt > FRESH_MS) continue
      // As soon as nothing more is heard, it is due.
      if (market.nextSampleMs < nowMs + FRESH_MS)
        this.#roster.change(market, { nextSampleMs: nowMs + FRESH_MS })
      const sample = { market: market.market, price: told.price, atMs: told.atMs }
      const isDue = isToRecord(market, nowMs, roundMs)
      if (isDue && told.atMs > told.recordedAtMs && !this.#recording) due.push([market, told, sample])
      else if (told.atMs > told.toldAtMs && at - told.toldAt >= TELL_EVERY_MS) changed.push(sample)
      else continue
      told.toldAtMs = told.atMs
      told.toldAt = at
    }
    // A database that is out of reach is told once, by itself; the next prices come in seconds.
    archive
      .tellPrices(changed)
      .catch((error: unknown) => log.debug({ err: error }, 'prices could not be told'))
    if (due.length === 0) return
    this.#recording = archive
      .recordSamples(due.map(([, , sample]) => sample))
      .then(() => {
        for (const [market, told, sample] of due) {
          told.recordedAtMs = sample.atMs
          market.recordFromMs = nextSampleTime(nowMs, roundMs)
        }
      })
      .catch((error: unknown) => {
        for (const [market] of due) market.recordFromMs = nowMs + RECORD_AGAIN_MS
        log.error({ err: error }, 'prices could not be recorded, they are tried again in 5 s')
      })
      .finally(() => (this.#recording = null))
  }

  /** Whether it was kept; false where one was kept a moment ago. */
  #keepRefused(
    source: string,
    market: MarketId | null,
    reason: string,
    raw: string,
    opinion: Opinion | null = null,
  ): boolean {
    const { archive, clock, log } = this.#options
    const key = market ?? source
    if (this.#isKept(key)) return false
    this.#keptAt.set(key, performance.now())
    const row = { startMs: null, reason, raw: raw.slice(0, 500), ...(opinion && { opinion }) }
    archive
      .quarantine(source, market, clock.now(), row)
      .catch((error: unknown) => log.error({ err: error }, `${key}: what was refused could not be kept`))
    return true
  }

  /** Whether something of it was kept a moment ago. */
  #isKept(key: string): boolean {
    return performance.now() - (this.#keptAt.get(key) ?? -Infinity) < KEEP_REFUSED_EVERY_MS
  }
}
