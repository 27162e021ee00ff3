/**
 * When a source is left alone: at once after "too many requests", for as long as it says; after several failures in a
 * row with growing pauses, each ended by a single probe. It counts; the limiter holds the requests back.
 */
import type { Told } from '../../core/wire/told.ts'
import { backoffMs } from './backoff.ts'
import type { Limiter } from './limiter.ts'

/** One request that was not answered well. */
export interface Failure {
  readonly message: string
  readonly told: Told
  readonly isTooMany: boolean
  /** What the source itself asked to wait; null when it said nothing. */
  readonly waitMs: number | null
  /**
   * The one product at fault, where the source does answer but not this: it counts once, since other products may be
   * well. null where the source as a whole is.
   */
  readonly subject: string | null
}

const FIRST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 60_000
/** So many failures in a row are no accident of single requests. */
const OPENS_AFTER = 3

export class Circuit {
  readonly #limiter: Limiter
  readonly #random: () => number
  readonly #subjects = new Set<string>()
  #failures = 0
  #pauses = 0
  #last: Pick<Failure, 'message' | 'told'> | null = null

  constructor(limiter: Limiter, random: () => number) {
    this.#limiter = limiter
    this.#random = random
  }

  /** Failures in a row that speak against the source as a whole. */
  get failures(): number {
    return this.#failures
  }

  /** What went wrong last, in words and for devices; null since the last success. */
  get last(): Pick<Failure, 'message' | 'told'> | null {
    return this.#last
  }

  /** A mark to hand back with the outcome of a request that starts now. */
  begin(): number {
    return this.#pauses
  }

  succeeded(): void {
    this.#failures = 0
    this.#subjects.clear()
    this.#last = null
    this.#limiter.narrow(false)
  }

  failed(begun: number, { message, told, isTooMany, waitMs, subject }: Failure): void {
    this.#last = { message, told }
    if (waitMs !== null) this.#limiter.pauseFor(waitMs)
    // Of many requests that were under way when the circuit opened, none opens it further.
    if (begun !== this.#pauses || (subject !== null && this.#subjects.has(subject))) return
    if (subject !== null) this.#subjects.add(subject)
    this.#failures++
    if (!isTooMany && this.#failures < OPENS_AFTER) return
    this.#pauses++
    this.#limiter.narrow(true)
    const steps = isTooMany ? this.#failures : this.#failures - OPENS_AFTER + 1
    if (waitMs === null)
      this.#limiter.pauseFor(backoffMs(steps, FIRST_PAUSE_MS, LONGEST_PAUSE_MS, this.#random))
  }
}
