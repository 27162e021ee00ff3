/**
 * Reading beside other processes on the same database. What there is to do is shared by leases, one for each source (its
 * prices, candles and list, with all its markets) and one for sealing and retention: a process reads what it holds, from a
 * fresh start to an orderly end, and writes under that lease only. Each takes its share of what is free.
 */
import { randomUUID } from 'node:crypto'
import type { MarketId } from '../../core/market.ts'
import type { Database } from '../db/database.ts'
import { DatabaseUnavailableError } from '../db/database.ts'
import { refuseNewer } from '../db/migrate.ts'
import { LeaseLostError } from '../archive/fence.ts'
import type { OtherNotice } from '../archive/follow.ts'
import type { Ingest, IngestStatus, UnknownMarket } from '../ingest/types.ts'
import { SourceError, type Provider, type ProviderHealth } from '../providers/types.ts'
import { startReading, type Reading, type ReadingParts, type SharedCounts } from '../reading.ts'
import { createSources, openFollowed, openSource, UnknownSourceError, type Sources } from '../sources.ts'
import {
  fenceOf,
  releaseLease,
  RENEW_EVERY_MS,
  renewLeases,
  takeLease,
  UPKEEP,
  type Renewal,
  type Taken,
} from './leases.ts'
import {
  listLeases,
  listMembers,
  sayAlive,
  sayGone,
  someoneReads,
  wantedSources,
  whoDoesWhat,
  type KnownLease,
  type WantedSource,
} from './members.ts'
import { Questions, farSource } from './questions.ts'
import { detailsText, standingOf, standingText } from './standing.ts'

/** Who has its share leaves what is free to others for so long. */
const LEAVE_MS = 6_000
/** Long details are told less often. */
const SHORT_DETAILS = 100_000
const LONG_DETAILS_EVERY_MS = 30_000

export interface ShareParts extends ReadingParts {
  readonly database: Database
}

/** What this process reads under one lease. */
interface Held {
  readonly lease: Taken
  readonly ingest: Ingest
  /** null of sealing and retention. */
  readonly provider: Provider | null
  timer: NodeJS.Timeout | undefined
  /** Resolves when it has been let go; null while it has not begun to end. */
  ending: Promise<void> | null
  details: string
  detailsAt: number
}

/** Follows the other processes from here on. */
export async function readBeside(parts: ShareParts): Promise<Reading> {
  const share = new Share(parts)
  await parts.archive.follow((notice) => share.heard(notice))
  return share
}

class Share implements Reading {
  readonly sources: Sources
  readonly counts: SharedCounts
  readonly #counted = new Map<string, (client: string) => void>()
  readonly #parts: ShareParts
  readonly #id = randomUUID()
  readonly #held = new Map<string, Held>()
  readonly #questions: Questions
  /** Markets that are tracked, and whose source is none. */
  readonly #unknown = new Map<MarketId, UnknownMarket>()
  /** Since when a lease that nobody ever held is wanted, by the steady clock. */
  readonly #wantedAt = new Map<string, number>()
  #timer: NodeJS.Timeout | undefined
  #looking: NodeJS.Timeout | undefined
  /** Renewals wait for nothing else: what takes or ends a lease may take its time. */
  #renewing: Promise<void> = Promise.resolve()
  #turn: Promise<void> = Promise.resolve()
  #isTurnWaiting = false
  #isStarted = false
  #isStopping = false
  #isTold = false

  constructor(parts: ShareParts) {
    this.#parts = parts
    const { config, database } = parts
    this.#questions = new Questions(database)
    this.counts = {
      tell: (door, client) =>
        void parts.archive
          .notify({ kind: 'count', by: this.#id, door, client })
          .catch((error: unknown) => this.#tell(error)),
      hear: (door, take) => this.#counted.set(door, take),
    }
    // Known without being asked; who may ask is decided with each question.
    this.sources = createSources(config, async (source) =>
      farSource(await openSource(source, { ...parts, mayAsk: () => false }), (kind, ...asked) =>
        this.#ask(source, kind, asked),
      ),
    )
  }

  async start(): Promise<void> {
    if (this.#isStarted) return
    this.#isStarted = true
    const { config, archive, log } = this.#parts
    await openFollowed(this.sources, [...config.markets, ...(await archive.markets())], log)
    await this.#beat()
    await this.#look()
    const beat = () => {
      void this.#beat()
      void this.#look()
    }
    this.#timer = setInterval(beat, RENEW_EVERY_MS)
  }

  async wake(): Promise<void> {
    await this.#parts.archive.notify({ kind: 'wake' })
  }

  heard(notice: OtherNotice): void {
    switch (notice.kind) {
      case 'wake':
      case 'again':
        for (const { ingest } of this.#held.values()) ingest.wake()
        if (this.#isStarted) void this.#look()
        return
      case 'lease':
        if (this.#isStarted && !this.#held.has(notice.name)) void this.#look()
        return
      case 'question': {
        const { provider } = this.#held.get(notice.source) ?? {}
        if (provider) this.#answer(provider)
        else if (this.#isStarted) void this.#look()
        return
      }
      case 'answer':
        this.#questions.heard(notice.id)
        return
      case 'count':
        if (notice.by !== this.#id) this.#counted.get(notice.door)?.(notice.client)
    }
  }

  health(): readonly ProviderHealth[] {
    return [...this.#held.values()].flatMap(({ provider }) => provider?.health() ?? [])
  }

  async status(): Promise<IngestStatus | null> {
    const { database, archive, clock } = this.#parts
    const { members, leases } = await database.read(whoDoesWhat)
    return standingOf(leases, members, await archive.progress(clock.now()), clock.now())
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    clearTimeout(this.#looking)
    await this.#turn
    // First of all, so that whoever hears of a lease let go counts this process no more. A database that is out of reach
    // forgets it by itself.
    if (this.#isStarted)
      await this.#parts.database
        .writeFirst((tx) => sayGone(tx, this.#id))
        .catch((error: unknown) => this.#tell(error))
    await Promise.all([...this.#held.keys()].map((name) => this.#letGo(name)))
    clearInterval(this.#timer)
    await this.#renewing
    await this.sources.close()
  }

  /** One look after the other; one that is asked for while another waits is the same. */
  #look(): Promise<void> {
    if (this.#isTurnWaiting || this.#isStopping) return this.#turn
    this.#isTurnWaiting = true
    this.#turn = this.#turn.then(async () => {
      this.#isTurnWaiting = false
      if (this.#isStopping) return
      try {
        // What is new is told at once.
        if (this.#parts.config.role !== 'api' && (await this.#takeShare())) await this.#beat()
      } catch (error) {
        this.#tell(error)
      }
    })
    return this.#turn
  }

  /** One renewal after the other. */
  #beat(): Promise<void> {
    this.#renewing = this.#renewing.then(async () => {
      try {
        await this.#renew()
        this.#isTold = false
      } catch (error) {
        this.#tell(error)
      }
    })
    return this.#renewing
  }

  /** Says that this process lives, and renews what it holds; what another has taken over is let go. */
  async #renew(): Promise<void> {
    const { database, config } = this.#parts
    const askedAt = performance.now()
    const held = new Map(this.#held)
    const renewals = [...held.values()].map((one) => this.#renewalOf(one))
    const renewed = await database.writeFirst(async (tx) => {
      await refuseNewer(tx)
      if (!this.#isStopping) await sayAlive(tx, this.#id, config.role)
      return renewLeases(tx, this.#id, renewals)
    })
    for (const [name, one] of held) {
      if (!renewed.has(name)) {
        this.#lapse(name)
        continue
      }
      one.lease.term.renew(askedAt)
      this.#watch(name, one)
    }
  }

  /** Ends at the end of the term whatever was not renewed by then. */
  #watch(name: string, held: Held): void {
    clearTimeout(held.timer)
    held.timer = setTimeout(() => this.#lapse(name), held.lease.term.leftMs())
  }

  #lapse(name: string): void {
    const held = this.#held.get(name)
    if (!held) return
    this.#held.delete(name)
    clearTimeout(held.timer)
    this.#parts.log.warn(
      `the lease of ${name} has run out or was taken over: another process may go on with it`,
    )
    void held.ingest.stop().catch((error: unknown) => this.#tell(error))
  }

  /** Whether it has taken something. */
  async #takeShare(): Promise<boolean> {
    const { database } = this.#parts
    const [members, leases, sources] = await database.writeFirst(async (tx) => [
      await listMembers(tx),
      await listLeases(tx),
      await wantedSources(tx),
    ])
    const names = [UPKEEP, ...(await this.#known(sources))]
    const readers = Math.max(1, members.filter(({ role }) => role !== 'api').length)
    const fair = Math.ceil(names.length / readers)
    const byName = new Map(leases.map((lease) => [lease.name, lease]))
    let isMore = false
    for (const name of names) {
      const freeMs = this.#freeMs(name, byName.get(name))
      if (freeMs === null || this.#held.has(name)) continue
      if (this.#held.size < fair || freeMs > LEAVE_MS) isMore = (await this.#take(name)) || isMore
    }
    this.#lookAgain(leases)
    // Sealing moves more easily than a source, which has to be asked anew.
    const kept = [...this.#held].filter(([, { ending }]) => ending === null).map(([name]) => name)
    const over = kept.length > fair && readers > 1 ? kept.sort()[0] : undefined
    if (over !== undefined) void this.#letGo(over)
    return isMore
  }

  /** As soon as a lease of another process runs out. */
  #lookAgain(leases: readonly KnownLease[]): void {
    clearTimeout(this.#looking)
    const others = leases.filter(({ name, leftMs }) => leftMs > 0 && !this.#held.has(name))
    const soonestMs = Math.min(...others.map(({ leftMs }) => leftMs))
    if (soonestMs < RENEW_EVERY_MS) this.#looking = setTimeout(() => void this.#look(), soonestMs + 1)
  }

  /** For how long a lease has been free; null while somebody has it. */
  #freeMs(name: string, lease: KnownLease | undefined): number | null {
    if (lease) return lease.leftMs > 0 ? null : -lease.leftMs
    const at = this.#wantedAt.get(name) ?? performance.now()
    this.#wantedAt.set(name, at)
    return performance.now() - at
  }

  /** Those that are sources; of the others people are told once. */
  async #known(sources: readonly WantedSource[]): Promise<string[]> {
    const known: string[] = []
    for (const { source, markets } of sources)
      try {
        await this.sources.need(source)
        known.push(source)
      } catch (error) {
        if (!(error instanceof UnknownSourceError)) throw error
        for (const market of markets) {
          if (!this.#unknown.has(market))
            this.#parts.log.warn(`${market}: ${error.message}. The other markets run.`)
          this.#unknown.set(market, { market, reason: error.message, nearest: [], told: error.told })
        }
      }
    return known
  }

  async #take(name: string): Promise<boolean> {
    const lease = await takeLease(this.#parts.database, this.#id, name)
    if (!lease) return false
    const { archive: whole, log } = this.#parts
    const archive = whole.under(fenceOf(lease))
    const mayAsk = () => lease.term.leftMs() > 0
    const held = { ...this.#parts, archive, mayAsk, pausedMs: lease.pausedMs }
    const provider = name === UPKEEP ? null : await openSource(name, held)
    const ingest = startReading(held, provider ? [provider] : [], provider ? name : null)
    const one: Held = {
      lease,
      ingest,
      provider,
      timer: undefined,
      ending: null,
      details: '',
      detailsAt: -Infinity,
    }
    this.#held.set(name, one)
    this.#watch(name, one)
    log.info(name === UPKEEP ? 'this process seals and lets go of what is old' : `this process reads ${name}`)
    if (provider) this.#answer(provider)
    return true
  }

  /** In order: what is under way ends, under a lease that is renewed, then others may begin. */
  #letGo(name: string): Promise<void> {
    const held = this.#held.get(name)
    if (!held) return Promise.resolve()
    held.ending ??= this.#end(name, held)
    return held.ending
  }

  async #end(name: string, held: Held): Promise<void> {
    try {
      await held.ingest.stop()
      if (this.#held.get(name) !== held) return
      this.#held.delete(name)
      clearTimeout(held.timer)
      await releaseLease(this.#parts.database, held.lease)
    } catch (error) {
      // One that cannot be let go runs out by itself.
      this.#tell(error)
    }
  }

  #renewalOf(held: Held): Renewal {
    const { lease, ingest, provider } = held
    const { name, token } = lease
    const status = ingest.status()
    const details = detailsText(status, name === UPKEEP ? [...this.#unknown.values()] : [])
    const everyMs = details.length > SHORT_DETAILS ? LONG_DETAILS_EVERY_MS : 0
    const isDue = details !== held.details && performance.now() - held.detailsAt >= everyMs
    if (isDue) Object.assign(held, { details, detailsAt: performance.now() })
    return {
      name,
      token,
      pausedUntilMs: provider?.health().limitedUntilMs ?? null,
      standing: standingText(status),
      details: isDue ? details : null,
    }
  }

  #answer(provider: Provider): void {
    void this.#questions.answer(provider).catch((error: unknown) => this.#tell(error))
  }

  /** Where this process has the lease it asks itself. */
  async #ask(
    source: string,
    ...[kind, asked]: [Parameters<Questions['ask']>[1], readonly unknown[]]
  ): Promise<unknown> {
    if (!this.#isStarted && this.#parts.config.role !== 'api') await this.start()
    const { database } = this.#parts
    if (!(await database.read(someoneReads)))
      throw new SourceError(
        source,
        `${source} cannot be asked: no process on this database reads sources; start one with ROLE=ingest`,
        null,
        null,
        { code: 'source-unread', source },
      )
    return this.#questions.ask(source, kind, asked)
  }

  /** Once, until it goes well again. */
  #tell(error: unknown): void {
    const { log } = this.#parts
    if (error instanceof DatabaseUnavailableError || error instanceof LeaseLostError) return
    if (!this.#isTold)
      log.error({ err: error }, 'what is read cannot be shared with other processes; it is tried again')
    this.#isTold = true
  }
}
