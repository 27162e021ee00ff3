/** One seed: a world, its faults and the lives of the program in it, from the first start to the comparison with the truth. */
import { parseMarketId, type MarketId } from '../../core/market.ts'
import {
  DAY_MS,
  floorTo,
  HOUR_MS,
  INTERVAL_MS,
  MINUTE_MS,
  STORED_INTERVALS,
  type StoredInterval,
} from '../../core/time/interval.ts'
import { sql } from 'drizzle-orm'
import { minuteOf } from '../../server/archive/grid.ts'
import { listMarkets } from '../../server/archive/markets.ts'
import { presentRows, readSpan, type Span } from '../../server/archive/span.ts'
import { DatabaseError, rows, type Database } from '../../server/db/database.ts'
import { defaultSettling } from '../../server/settling.ts'
import { createAnswering } from '../../simulator/answering.ts'
import { coinbaseProtocol } from '../../simulator/protocols/coinbase.ts'
import { Faults } from '../../simulator/faults.ts'
import { createCounter } from '../../simulator/limit.ts'
import { randomStream, uniform } from '../../simulator/random.ts'
import { createTruth, type Truth } from '../../simulator/truth.ts'
import { compare, compareEnded, noDifferences, type Differences } from './compare.ts'
import { Connection, noTrouble, type Place } from './database.ts'
import type { Disk } from './embedded.ts'
import { beginLife, type Life } from './life.ts'
import { createFetch } from './network.ts'
import { createPlan, startOf, type Happening, type Plan } from './plan.ts'
import type { VirtualTime } from './virtual-time.ts'

export interface SeedParts {
  readonly time: VirtualTime
  readonly disk: Disk
  readonly place: Place
  readonly seed: number
  readonly hours: number
  /** Told of everything, for whoever looks into a failing seed. */
  readonly say: (line: string) => void
}

export interface SeedReport extends Differences {
  readonly seed: number
  readonly requests: number
  readonly mostInOneSecond: number
  readonly lives: number
  readonly crashes: number
  readonly faults: Readonly<Record<string, number>>
  /** What `verify` found, and what was never whole. */
  readonly wrong: readonly string[]
  readonly chunks: number
  readonly wholeAfterHours: number | null
  readonly machineSeconds: number
}

const REQUESTS_PER_SECOND = 10
const SAMPLE_SECONDS = 300
/** After the last fault the archive must be whole within so long. */
const WHOLE_WITHIN_MS = 48 * HOUR_MS
const LOOK_EVERY_MS = 10 * MINUTE_MS

export async function runSeed(parts: SeedParts): Promise<SeedReport> {
  const run = new Run(parts)
  return run.toTheEnd()
}

class Run {
  readonly #parts: SeedParts
  readonly #plan: Plan
  readonly #truth: Truth
  readonly #counter = createCounter(REQUESTS_PER_SECOND)
  readonly #faults = new Faults()
  readonly #trouble = noTrouble()
  readonly #endMs: number
  #aheadMs = 0
  #life: Life | null = null
  #database: Database | null = null
  #connection: Connection | null = null
  /** Somebody wants the program to run: a start that fails is tried again at the next occasion. */
  #isWanted = false
  #isFirst = true
  #lives = 0
  #crashes = 0
  /** What the owner does as soon as the program runs again. */
  readonly #orders: ((life: Life) => Promise<void>)[] = []
  /** What the archive held of a market when its trading ended. */
  readonly #kept = new Map<MarketId, Map<StoredInterval, Span>>()
  #hasEnded: MarketId | null = null
  readonly #startedSeconds: number

  constructor(parts: SeedParts) {
    const { time, seed, hours } = parts
    this.#parts = parts
    this.#startedSeconds = parts.time.machineSeconds()
    const startMs = startOf(seed)
    time.restart(startMs)
    this.#plan = createPlan(seed, startMs, hours)
    this.#endMs = startMs + hours * HOUR_MS
    const world = this.#plan.world
    this.#truth = createTruth(world)
    this.#faults.set(this.#plan.rules)
    const answering = createAnswering({
      protocol: coinbaseProtocol(world),
      counter: this.#counter,
      faults: this.#faults,
      now: () => time.now(),
    })
    const bits = randomStream(`${seed}/network`)
    const cut = () =>
      this.#plan.cuts.find(({ fromMs, toMs }) => fromMs <= time.now() && time.now() < toMs)?.cut ?? null
    globalThis.fetch = createFetch({ time, answering, bits, cut })
    const chance = randomStream(`${seed}/program`)
    Math.random = () => uniform(chance)
  }

  async toTheEnd(): Promise<SeedReport> {
    const { time } = this.#parts
    await this.#begin()
    for (const happening of this.#plan.happenings) {
      await time.passUntil(happening.atMs)
      await this.#happen(happening)
      if (this.#isWanted && !this.#life) await this.#begin()
    }
    await time.passUntil(this.#endMs)
    this.#faults.set([])
    this.#endTroubles()
    this.#aheadMs = 0
    if (!this.#life) await this.#begin()
    if (!this.#life) throw new Error('the program does not start, though nothing is wrong any more')
    const wholeMs = await this.#untilWhole()
    const report = await this.#judge(wholeMs)
    await this.#end()
    await this.#real(() => this.#parts.place.remove())
    return report
  }

  // Lives

  async #begin(): Promise<void> {
    const { time, place, seed, say } = this.#parts
    const { markets, minuteDays } = this.#plan
    this.#isWanted = true
    this.#lives++
    this.#connection = new Connection(time, this.#trouble)
    const database = await this.#real(() => place.open())
    this.#database = database
    await this.#keepEnded()
    const chance = randomStream(`${seed}/circuit/${this.#lives}`)
    const beginning = beginLife({
      database: this.#connection.over(database),
      clock: { now: () => time.now() + this.#aheadMs },
      random: () => uniform(chance),
      requestsPerSecond: REQUESTS_PER_SECOND,
      sampleSeconds: SAMPLE_SECONDS,
      minuteDays,
      say: (line) => say(`${this.#now()} ${line.trim()}`),
    })
    // A refused statement ends its own trouble.
    const isTroubled = this.#isTroubled()
    try {
      this.#life = await time.passWhile(beginning)
    } catch (error) {
      if (!isTroubled || !(error instanceof DatabaseError)) throw error
      say(`${this.#now()} life ${this.#lives} does not begin: ${error.message}`)
      await this.#real(() => database.close())
      this.#database = null
      return
    }
    const life = this.#life
    if (this.#isFirst) {
      this.#isFirst = false
      for (const id of markets) await time.passWhile(this.#follow(life, id))
      life.ingest.wake()
    }
    say(`${this.#now()} life ${this.#lives} begins`)
    await this.#obey()
  }

  /** What the owner has ordered; a database that does not take it now is asked again at the next occasion. */
  async #obey(): Promise<void> {
    const life = this.#life
    if (!life) return
    for (const order of this.#orders.splice(0)) {
      try {
        await this.#parts.time.passWhile(order(life))
      } catch (error) {
        this.#parts.say(`${this.#now()} an order failed: ${String(error)}`)
        this.#orders.push(order)
      }
    }
    life.ingest.wake()
  }

  /** The history of a market that ends stays as it was then. */
  async #keepEnded(): Promise<void> {
    const id = this.#hasEnded
    const database = this.#database
    if (!id || !database || this.#kept.has(id)) return
    const spans = new Map<StoredInterval, Span>()
    for (const interval of STORED_INTERVALS) spans.set(interval, await this.#span(database, id, interval))
    this.#kept.set(id, spans)
  }

  async #span(database: Database, id: MarketId, interval: StoredInterval): Promise<Span> {
    const { fromMs, toMs } = this.#compared(interval)
    const keys = await this.#real(() => database.read(listMarkets))
    const market = keys.find((one) => one.id === id)!.key
    return this.#real(() =>
      database.read((tx) => readSpan(tx, { market, interval }, minuteOf(fromMs), minuteOf(toMs))),
    )
  }

  async #follow({ archive }: Life, id: MarketId): Promise<void> {
    const { source, base, quote } = parseMarketId(id)
    await archive.putMarket({
      id,
      source,
      base,
      quote,
      name: base,
      tick: null,
      status: 'live',
      minutesFromMs: null,
    })
  }

  async #end(): Promise<void> {
    this.#isWanted = false
    const life = this.#life
    if (!life) return
    this.#life = null
    await this.#parts.time.passWhile(life.stop())
  }

  /** As `kill -9` does: in the middle of a write, or between two of them when none comes. */
  async #crash({ afterWrites, withinMs }: Extract<Happening, { kind: 'crash' }>): Promise<void> {
    const { time, disk, place, say } = this.#parts
    this.#isWanted = false
    if (!this.#life) return
    const connection = this.#connection!
    this.#endTroubles()
    let left = afterWrites
    let isTorn = false
    const tear = () => {
      if (isTorn) return
      isTorn = true
      connection.cut()
      place.tear()
    }
    const count = () => {
      if (left-- <= 0) tear()
    }
    disk.onWrite = count
    if (place.isServer) connection.onWrite = count
    await time.passUntil(time.now() + withinMs, () => isTorn)
    disk.onWrite = () => {}
    tear()
    time.forgetTimers()
    this.#crashes++
    this.#life = null
    await time.passUntil(time.now())
    await this.#real(() => place.abandon(this.#database!))
    time.forgetTimers()
    this.#database = null
    say(`${this.#now()} killed`)
  }

  // What happens

  async #happen(happening: Happening): Promise<void> {
    const { disk, say } = this.#parts
    say(`${this.#now()} ${JSON.stringify(happening)}`)
    switch (happening.kind) {
      case 'crash':
        return this.#crash(happening)
      case 'stop':
        return this.#end()
      case 'start':
        if (!this.#life) await this.#begin()
        return
      case 'room':
        disk.freeBytes = happening.bytes
        return
      case 'gone':
        this.#trouble.isGone = happening.isGone
        return
      case 'slow':
        this.#trouble.slowMs = happening.ms
        return
      case 'refuse':
        this.#trouble.refuseAfter = happening.afterStatements
        return
      case 'break':
        return this.#break()
      case 'clock':
        this.#aheadMs = happening.aheadMs
        return
      case 'unread':
        this.#orders.push(({ archive }) => archive.markUnread(happening.market, happening.sinceMs))
        return this.#obey()
      case 'add':
        this.#orders.push((life) => this.#follow(life, happening.market))
        return this.#obey()
      case 'ended':
        this.#hasEnded = happening.market
        return this.#life ? this.#keepEnded() : undefined
    }
  }

  /** The engine's next write finds no room; a server drops its connections. */
  async #break(): Promise<void> {
    const { disk, place, time } = this.#parts
    if (!this.#life) return
    if (place.isServer) return this.#real(() => place.drop())
    let isDone = false
    disk.onWrite = () => {
      if (isDone) return
      isDone = true
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
    }
    await time.passUntil(time.now() + 5 * MINUTE_MS, () => isDone)
    disk.onWrite = () => {}
  }

  /** What the simulation itself asks of the machine. */
  #real<T>(work: () => Promise<T>): Promise<T> {
    const { time } = this.#parts
    return time.passWhile(time.real(work))
  }

  #now(): string {
    return new Date(this.#parts.time.now()).toISOString()
  }

  /** Something is wrong with the database, so that it may fail. */
  #isTroubled(): boolean {
    const { isGone, slowMs, refuseAfter } = this.#trouble
    return isGone || slowMs > 0 || refuseAfter < Infinity || this.#parts.disk.freeBytes !== null
  }

  #endTroubles(): void {
    const { disk } = this.#parts
    Object.assign(this.#trouble, noTrouble())
    disk.freeBytes = null
  }

  // The end

  async #untilWhole(): Promise<number | null> {
    const { time } = this.#parts
    const fromMs = time.now()
    for (let ms = fromMs; ms <= fromMs + WHOLE_WITHIN_MS; ms += LOOK_EVERY_MS) {
      await time.passUntil(ms)
      if (await time.passWhile(this.#isWhole())) return ms - fromMs
    }
    return null
  }

  /** What the archive itself says: everything wanted is read to the end of the faults, and no place of it is open. */
  async #isWhole(): Promise<boolean> {
    const { say } = this.#parts
    // Of a market that is not traded any more the source gives nothing more.
    const backfill = this.#life!.ingest.status().backfill.filter(({ market }) => market !== this.#hasEnded)
    const isBehind = backfill.some(({ wanted, done }) => done < wanted)
    const slices = await this.#life!.archive.coverage()
    const live = new Set(backfill.map(({ market }) => market))
    const unread = slices.filter(({ market, fromMs, toMs, readToMs, open, settled, interval }) => {
      if (!live.has(market) || fromMs >= this.#endMs) return false
      if (toMs <= this.#endMs) return open > 0 || !settled
      const step = INTERVAL_MS[interval]
      return readToMs < floorTo(interval, this.#endMs + defaultSettling[interval] + 2 * MINUTE_MS) - step
    })
    const open = await this.#openPlaces()
    if (isBehind || unread.length > 0 || open > 0)
      say(`${this.#now()} not whole yet: ${JSON.stringify({ isBehind, open, unread })}`)
    return live.size > 0 && !isBehind && unread.length === 0 && open === 0
  }

  /**
   * Of the time of the faults, of markets that are still traded; and silences against what an hour's candle says that were
   * not asked about since.
   */
  async #openPlaces(): Promise<number> {
    const endMinute = minuteOf(this.#endMs)
    const [found] = await this.#real(() =>
      this.#database!.read((tx) =>
        rows<{ n: string | number }>(
          tx,
          sql`SELECT count(*) AS n FROM place p JOIN market m ON m.key = p.market
            WHERE m.id <> ${this.#hasEnded ?? ''} AND p.minute < ${endMinute}
              AND (p.reason IS NULL OR (p.reason = 'refused' AND p.readings < 2)
                OR (p.reason = 'silent' AND p.interval = 1
                  AND EXISTS (SELECT 1 FROM candle h WHERE h.market = p.market AND h.interval = 2
                    AND h.minute = p.minute / 60 * 60)
                  AND EXISTS (SELECT 1 FROM coverage c WHERE c.market = p.market AND c.interval = 1
                    AND c.from_minute <= p.minute AND c.to_minute > p.minute AND c.last_read < ${this.#endMs})))`,
        ),
      ),
    )
    return Number(found!.n)
  }

  async #judge(wholeMs: number | null): Promise<SeedReport> {
    const { time, seed } = this.#parts
    const differences = noDifferences()
    const wrong: string[] = wholeMs === null ? ['not whole in time'] : []
    const database = this.#database!
    const ended = this.#hasEnded
    const known = await this.#real(() => database.read(listMarkets))
    for (const { id, status } of known)
      for (const interval of STORED_INTERVALS) {
        const { fromMs, toMs } = this.#compared(interval)
        const span = await this.#span(database, id, interval)
        const truth = this.#truth.rows(productOf(id), interval, fromMs, toMs)
        const kept = this.#kept.get(id)?.get(interval)
        if (ended === id && status !== 'ended') wrong.push(`${id} is not traded any more, and ${status}`)
        const compared = {
          name: id,
          interval,
          span,
          firstMs: truth[0]?.startMs ?? Infinity,
          isSilent: this.#silence(interval, fromMs, toMs),
        }
        if (ended === id) compareEnded({ ...compared, truth }, presentRows(kept!), differences)
        else compare({ ...compared, truth }, differences)
      }
    const verified = await time.passWhile(this.#life!.archive.verify(null))
    for (const fault of verified.faults) wrong.push(JSON.stringify(fault))
    const { requests, mostInOneSecond } = this.#counter.stats
    if (mostInOneSecond > REQUESTS_PER_SECOND) wrong.push(`${mostInOneSecond} requests within one second`)
    return {
      seed,
      ...differences,
      requests,
      mostInOneSecond,
      lives: this.#lives,
      crashes: this.#crashes,
      faults: this.#faults.given,
      wrong,
      chunks: verified.chunks,
      wholeAfterHours: wholeMs === null ? null : wholeMs / HOUR_MS,
      machineSeconds: time.machineSeconds() - this.#startedSeconds,
    }
  }

  #compared(interval: StoredInterval): { fromMs: number; toMs: number } {
    const { world, minuteDays } = this.#plan
    const wantedMs = interval === '1m' ? this.#parts.time.now() - (minuteDays - 1) * DAY_MS : 0
    const fromMs = Math.max(wantedMs, world.sinceMs - DAY_MS)
    return { fromMs: floorTo(interval, fromMs), toMs: floorTo(interval, this.#endMs) }
  }

  #silence(interval: StoredInterval, fromMs: number, toMs: number): (startMs: number) => boolean {
    const traded = new Set(
      this.#plan.markets.flatMap((id) =>
        this.#truth.rows(productOf(id), interval, fromMs, toMs).map(({ startMs }) => startMs),
      ),
    )
    const step = INTERVAL_MS[interval]
    return (startMs) => startMs >= fromMs && startMs + step <= toMs && !traded.has(startMs)
  }
}

function productOf(id: MarketId): string {
  return id.slice(id.indexOf(':') + 1)
}
