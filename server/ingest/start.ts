/**
 * Ingest: one loop that does the most urgent missing thing, many at once as far as the sources allow. What is missing
 * is read from coverage alone, so a crash loses nothing and a restart is just the next step.
 */
import { setMaxListeners } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { LeaseLostError } from '../archive/fence.ts'
import { UnknownMarketError } from '../archive/markets.ts'
import type { ArchiveEvent } from '../archive/types.ts'
import { DatabaseUnavailableError } from '../db/database.ts'
import { LimiterClosed } from '../providers/limiter.ts'
import { LivePrices } from './live-prices.ts'
import { ClockWatch, clockWasSet } from './clock-watch.ts'
import { next, type Action, type Limits, type State } from './next.ts'
import { Performer } from './perform.ts'
import { Roster } from './roster.ts'
import { ingestStatus } from './status.ts'
import type { Ingest, IngestOptions, IngestStatus } from './types.ts'

/** Readings of a source under way, their writes included, so that a slow database holds the network back. */
const MOST_READS = 16
/** One while something is to be sealed: history reaches devices as chunks, and sealing must not wait behind a queue. */
const READS_BESIDE_SEALING = 1
/** A source that allows no more than this a second is slower than the database: sealing waits for its answers hardly at all. */
const SLOW_REQUESTS_PER_SECOND = 100
const SLOW_READS_BESIDE_SEALING = 6
/** The clock may have been set: nothing waits longer without looking at it again. */
const LONGEST_WAIT_MS = 30_000
const RETRY_LOAD_MS = 5000
const STUMBLE_MS = 2000
/** A database that cannot be used now is left alone for so long, and no source is asked for what cannot be stored. */
const UNAVAILABLE_MS = 5000

/** Whoever wrote so short a time ago is writing still. */
const BUSY_MS = 10_000

export function startIngest(options: IngestOptions): Ingest {
  const loop = new Loop(options)
  loop.start()
  return loop
}

class Loop implements Ingest {
  readonly #options: IngestOptions
  readonly #roster: Roster
  readonly #performer: Performer
  readonly #prices: LivePrices
  readonly #underWay = new Set<Promise<void>>()
  readonly #ending = new AbortController()
  readonly #watch: ClockWatch
  readonly #reads = new Map<string, number>()
  #marks = 0
  #seals = 0
  #mustLoad = true
  #isUnavailable = false
  #wakeUp: () => void = () => {}
  #running: Promise<void> = Promise.resolve()
  #hearing: () => void = () => {}
  /** When another loop wrote last, by the steady clock. */
  #heardAt = -Infinity

  constructor(options: IngestOptions) {
    this.#options = options
    this.#roster = new Roster(options)
    this.#performer = new Performer(options, this.#roster)
    this.#prices = new LivePrices(options, this.#roster, () => this.#wakeUp())
    this.#watch = new ClockWatch(options.clock)
    setMaxListeners(0, this.#ending.signal)
  }

  start(): void {
    if (this.#isUpkeep) this.#hearing = this.#options.archive.subscribe(({ kind }) => this.#heard(kind))
    else this.#prices.start()
    this.#running = this.#run()
  }

  async stop(): Promise<void> {
    this.#ending.abort()
    this.#hearing()
    this.#wakeUp()
    await Promise.all(this.#options.providers.map((provider) => provider.close()))
    await this.#prices.stop()
    await this.#running
    await Promise.all(this.#underWay)
  }

  wake(): void {
    this.#mustLoad = true
    this.#wakeUp()
  }

  status(): IngestStatus {
    return { ...ingestStatus(this.#options, this.#roster, this.#state()), feeds: this.#prices.status() }
  }

  async #run(): Promise<void> {
    while (!this.#ending.signal.aborted) {
      if (this.#isUnavailable) await this.#pause(UNAVAILABLE_MS)
      this.#isUnavailable = false
      this.#lookAtClock()
      if (this.#mustLoad && !(await this.#load())) {
        await this.#pause(RETRY_LOAD_MS)
        continue
      }
      const nowMs = this.#options.clock.now()
      const action = next(nowMs, this.#state(), this.#limits())
      if (action.kind === 'wait') await this.#sleep(Math.min(LONGEST_WAIT_MS, action.untilMs - nowMs))
      else this.#begin(action)
    }
  }

  /** Whether it keeps the archive up, and nothing else. */
  get #isUpkeep(): boolean {
    return this.#options.share === null
  }

  get #keepsUp(): boolean {
    return typeof this.#options.share !== 'string'
  }

  /** What others have read may be ready to be sealed. */
  #heard(kind: ArchiveEvent['kind']): void {
    if (kind !== 'revision') return
    this.#heardAt = performance.now()
    this.#performer.sealSoon()
    this.#wakeUp()
  }

  #lookAtClock(): void {
    const byMs = this.#watch.setBy()
    if (byMs === 0) return
    this.#performer.shift(byMs)
    this.#options.log.warn(clockWasSet(byMs))
  }

  async #load(): Promise<boolean> {
    this.#mustLoad = false
    try {
      await this.#roster.load()
      return true
    } catch (error) {
      this.#mustLoad = true
      if (!(error instanceof DatabaseUnavailableError))
        this.#options.log.error({ err: error }, 'markets and coverage cannot be read, trying again in 5 s')
      return false
    }
  }

  #begin(action: Exclude<Action, { kind: 'wait' }>): void {
    const done = this.#count(action)
    const work = this.#performer
      .perform(action)
      .catch((error: unknown) => this.#stumble(action, error))
      .finally(() => {
        done()
        this.#underWay.delete(work)
        this.#wakeUp()
      })
    this.#underWay.add(work)
  }

  /** Keeps the lane of what failed for a moment, so that a broken database is not asked without pause. */
  async #stumble(action: Action, error: unknown): Promise<void> {
    if (this.#ending.signal.aborted) return
    const { log } = this.#options
    // Removed while it was asked for, and the next look at the roster leaves it out; or another process asks from now on.
    const isOver = [UnknownMarketError, LimiterClosed, LeaseLostError].some((kind) => error instanceof kind)
    if (isOver) log.debug({ err: error }, `${action.kind}: no longer this process's`)
    else if (error instanceof DatabaseUnavailableError) this.#isUnavailable = true
    else log.error({ err: error }, `${action.kind} failed, it is tried again`)
    await this.#pause(STUMBLE_MS)
  }

  /** Ends early at the end of the program only; what is to be done meanwhile waits. */
  async #pause(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.#ending.signal }).catch(() => {})
  }

  /** Counts the action into its lane; the answer takes it out again. */
  #count(action: Action): () => void {
    if (action.kind === 'read') {
      const { source } = action.market
      const change = (by: number) => this.#reads.set(source, this.#readsOf(source) + by)
      change(1)
      return () => change(-1)
    }
    if (action.kind === 'beyond') {
      this.#marks++
      return () => this.#marks--
    }
    if (action.kind === 'seal' || action.kind === 'retain') {
      this.#seals++
      return () => this.#seals--
    }
    return () => {}
  }

  #limits(): Limits {
    const isSealing =
      this.#keepsUp && (this.#seals > 0 || this.#performer.dues().nextSealMs <= this.#options.clock.now())
    const most = (requestsPerSecond: number) => {
      if (!isSealing) return MOST_READS
      return requestsPerSecond > SLOW_REQUESTS_PER_SECOND ? READS_BESIDE_SEALING : SLOW_READS_BESIDE_SEALING
    }
    const sources = Object.fromEntries(
      this.#options.providers.map((provider) => {
        const health = provider.health()
        const room = Math.max(0, most(health.requestsPerSecond) - this.#readsOf(provider.source))
        return [provider.source, { free: Math.min(room, health.available), pausedUntilMs: health.nextTryMs }]
      }),
    )
    return { sources, canMark: this.#marks === 0, canSeal: this.#keepsUp && this.#seals === 0 }
  }

  #readsOf(source: string): number {
    return this.#reads.get(source) ?? 0
  }

  #state(): State {
    const { providers } = this.#options
    return {
      agenda: this.#roster.agenda,
      isBusyElsewhere: performance.now() - this.#heardAt < BUSY_MS,
      paceMs: Object.fromEntries(providers.map(({ source }) => [source, this.#roster.pace(source).readsMs])),
      minuteDays: this.#options.minuteDays,
      retention: this.#options.retention,
      foundedMs: Object.fromEntries(this.#options.providers.map((one) => [one.source, one.foundedMs])),
      reach: Object.fromEntries(this.#options.providers.map((one) => [one.source, one.reach])),
      ...this.#performer.dues(),
    }
  }

  /** Until the time has passed, something has ended, or somebody has called. */
  #sleep(ms: number): Promise<void> {
    if (this.#ending.signal.aborted || this.#mustLoad) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#wakeUp(), Math.max(0, ms))
      this.#wakeUp = () => {
        clearTimeout(timer)
        this.#wakeUp = () => {}
        resolve()
      }
    })
  }
}
