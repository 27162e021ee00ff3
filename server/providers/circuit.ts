/**
 * When a source is left alone: at once after "too many requests", for as long as it says; after several failures in a
 * row with growing pauses, each ended by a single probe. It counts; the limiter holds the requests back.
 */
import { backoffMs } from './backoff.ts'
import type { Limiter } from './limiter.ts'
import type { SourceError } from './types.ts'

const FIRST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 60_000
/** So many failures in a row are no accident of single requests. */
const OPENS_AFTER = 3

export class Circuit {
  readonly #limiter: Limiter
  readonly #random: () => number
  /** Failures in a row; those of one storm of simultaneous requests count once after the circuit has opened. */
  #failures = 0
  #pauses = 0
  #lastError: string | null = null

  constructor(limiter: Limiter, random: () => number) {
    this.#limiter = limiter
    this.#random = random
  }

  get failures(): number {
    return this.#failures
  }

  get lastError(): string | null {
    return this.#lastError
  }

  /** A mark to hand back with the outcome of a request that starts now. */
  begin(): number {
    return this.#pauses
  }

  succeeded(): void {
    this.#failures = 0
    this.#lastError = null
    this.#limiter.narrow(false)
  }

  /** @param waitMs what the source itself asked to wait, null when it said nothing */
  failed(begun: number, error: SourceError, waitMs: number | null): void {
    this.#lastError = error.message
    if (waitMs !== null) this.#limiter.pauseFor(waitMs)
    if (begun !== this.#pauses) return
    this.#failures++
    const tooMany = error.status === 429 || error.status === 418
    if (!tooMany && this.#failures < OPENS_AFTER) return
    this.#pauses++
    this.#limiter.narrow(true)
    const steps = tooMany ? this.#failures : this.#failures - OPENS_AFTER + 1
    if (waitMs === null)
      this.#limiter.pauseFor(backoffMs(steps, FIRST_PAUSE_MS, LONGEST_PAUSE_MS, this.#random))
  }
}
