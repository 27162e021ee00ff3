/**
 * The pace of one source: a token bucket that starts empty, evenly spaced requests, the most urgent first.
 * In any second as the source's server sees it there are at most `requestsPerSecond` requests, however the network
 * shifts them. It knows nothing of answers; the circuit tells it when to pause.
 */
import { MinuteCount } from './quota.ts'
import { RoundTrips } from './round-trip.ts'
import { PRIORITIES, type Priority } from './types.ts'

const ORDER: Readonly<Record<Priority, number>> = { live: 0, settling: 1, backfill: 2 }

/** Timers fire up to a millisecond early, and the kernel adds its own jitter. */
const MARGIN_MS = 20
/** Whenever the server answers anything, it has seen what had left for it so long before. */
const ARRIVED_MS = 500
/** How far a late timer may be caught up, so that high rates do not hang on the resolution of timers. */
const CATCH_UP_MS = 20

export interface LimiterOptions {
  readonly requestsPerSecond: number
  /** Requests under way at once. */
  readonly concurrency: number
}

interface Departure {
  /** When the request left; Infinity as long as it has not. */
  leftAt: number
}

export class Limiter {
  readonly #concurrency: number
  #requestsPerSecond = 0
  #spacingMs = 0
  #windowMs = 0
  readonly #waiting: (() => void)[][] = [[], [], []]
  readonly #sent = [0, 0, 0]
  readonly #roundTrips = new RoundTrips()
  readonly #lastMinute = new MinuteCount()
  readonly #timers = new Set<NodeJS.Timeout>()
  /** Requests that the server may not have seen yet. */
  readonly #onTheWay = new Set<Departure>()
  /** A token comes back a whole window after its request has surely arrived, so no window sees more than all tokens. */
  #tokens = 0
  #underWay = 0
  #nextAt = 0
  #pausedUntil = 0
  #narrow = false
  #armed = false
  #closed = false

  constructor({ requestsPerSecond, concurrency }: LimiterOptions) {
    this.#concurrency = concurrency
    this.setPace(requestsPerSecond)
  }

  get requestsPerSecond(): number {
    return this.#requestsPerSecond
  }

  /** Changes the pace, as when the source has told what it allows. */
  setPace(requestsPerSecond: number): void {
    const tokens =
      tokensOf(requestsPerSecond) - (this.#requestsPerSecond && tokensOf(this.#requestsPerSecond))
    this.#requestsPerSecond = requestsPerSecond
    this.#spacingMs = 1000 / requestsPerSecond
    this.#windowMs = Math.max(1000, this.#spacingMs) + MARGIN_MS
    // What a process before this one sent in its last second counts, too.
    if (tokens !== 0) this.#after(this.#windowMs, () => (this.#tokens += tokens))
  }

  /**
   * Runs the task at its turn. The task says when its request has really left, so that slow answers do not cost pace.
   *
   * @throws what the task throws, or LimiterClosed
   */
  async run<T>(priority: Priority, task: (sent: () => void) => Promise<T>): Promise<T> {
    await new Promise<void>((resolve) => {
      this.#waiting[ORDER[priority]]!.push(resolve)
      this.#pump()
    })
    if (this.#closed) throw new LimiterClosed()
    this.#sent[ORDER[priority]]!++
    this.#lastMinute.add(performance.now())
    const departure: Departure = { leftAt: Infinity }
    this.#onTheWay.add(departure)
    try {
      return await task(() => (departure.leftAt = performance.now()))
    } finally {
      if (departure.leftAt < Infinity) this.#roundTrips.add(performance.now() - departure.leftAt)
      this.#arrived(departure, this.#roundTrips.creditMs)
      for (const other of this.#onTheWay)
        if (other.leftAt <= performance.now() - ARRIVED_MS) this.#arrived(other)
      this.#underWay--
      this.#pump()
    }
  }

  /** No request leaves before so many milliseconds have passed. */
  pauseFor(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, performance.now() + ms)
  }

  /** While narrow only one request is under way at a time: the probe of a source that failed. */
  narrow(on: boolean): void {
    this.#narrow = on
    this.#pump()
  }

  /** Milliseconds until the pause ends, 0 without one. */
  pauseLeftMs(): number {
    return Math.max(0, this.#pausedUntil - performance.now())
  }

  pending(): number {
    return this.#underWay + this.#waiting.reduce((sum, queue) => sum + queue.length, 0)
  }

  /**
   * How many more requests may be handed in: as many as find room among those under way, of which no more wait than leave
   * within a second, so that what becomes more urgent meanwhile is not behind them.
   */
  available(): number {
    const waiting = this.pending() - this.#underWay
    const ahead = Math.max(1, Math.ceil(this.#requestsPerSecond)) - waiting
    return Math.max(0, Math.min(this.#room() - this.pending(), ahead))
  }

  /** Requests that left within the last minute. */
  lastMinute(): number {
    return this.#lastMinute.total(performance.now())
  }

  byPriority(): Record<Priority, { sent: number; waiting: number }> {
    const of = (priority: Priority) => ({
      sent: this.#sent[ORDER[priority]]!,
      waiting: this.#waiting[ORDER[priority]]!.length,
    })
    return Object.fromEntries(PRIORITIES.map((one) => [one, of(one)])) as ReturnType<Limiter['byPriority']>
  }

  get isNarrow(): boolean {
    return this.#narrow
  }

  /** Whoever waits is turned away. */
  close(): void {
    this.#closed = true
    for (const timer of this.#timers) clearTimeout(timer)
    for (const queue of this.#waiting) for (const go of queue.splice(0)) go()
  }

  #room(): number {
    return this.#narrow ? 1 : this.#concurrency
  }

  /** Its token comes back a whole window later, or as much earlier as it has surely arrived. */
  #arrived(departure: Departure, earlierMs = 0): void {
    if (this.#onTheWay.delete(departure)) this.#after(this.#windowMs - earlierMs, () => this.#tokens++)
  }

  #pump(): void {
    if (this.#armed) return
    for (;;) {
      const queue = this.#waiting.find((waiting) => waiting.length > 0)
      if (!queue || this.#tokens <= 0 || this.#underWay >= this.#room()) return
      const now = performance.now()
      const waitMs = Math.max(this.#pausedUntil, this.#nextAt) - now
      if (waitMs > 0) {
        this.#armed = true
        this.#after(waitMs, () => (this.#armed = false))
        return
      }
      this.#nextAt = Math.max(this.#nextAt, now - CATCH_UP_MS) + this.#spacingMs
      this.#tokens--
      this.#underWay++
      queue.shift()!()
    }
  }

  #after(ms: number, then: () => void): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      then()
      this.#pump()
    }, ms)
    this.#timers.add(timer)
    return timer
  }
}

function tokensOf(requestsPerSecond: number): number {
  return Math.max(1, Math.floor(requestsPerSecond))
}

/** The program ends, or another process asks from now on. */
export class LimiterClosed extends Error {
  override readonly name = 'LimiterClosed'

  constructor() {
    super('the source is no longer asked: the program ends, or another process asks it')
  }
}
