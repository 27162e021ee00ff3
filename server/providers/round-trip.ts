/**
 * How much of an answer's time surely lies outside of the server's own second. A request reaches the server later than it
 * left, and its answer leaves the server before it comes: what the fastest round trip takes is never between two arrivals.
 * Pure but for what it remembers.
 */

/** Answers that are looked at. */
const REMEMBERED = 64
/** Fewer say nothing. */
const LEAST = 20
/** More is not relied on, whatever was seen. */
const MOST_MS = 250

export class RoundTrips {
  readonly #times: number[] = []
  #next = 0
  #creditMs = 0

  add(ms: number): void {
    this.#times[this.#next] = ms
    this.#next = (this.#next + 1) % REMEMBERED
    this.#creditMs = creditOf(this.#times)
  }

  /** Milliseconds that two arrivals are surely farther apart than the first one's answer and the second one's departure. */
  get creditMs(): number {
    return this.#creditMs
  }
}

/** The fastest, less how far an ordinary one is from it: nothing on a line whose times are not steady. */
function creditOf(times: readonly number[]): number {
  if (times.length < LEAST) return 0
  const sorted = Float64Array.from(times).sort()
  const fastest = sorted[0]!
  const ordinary = sorted[Math.floor(sorted.length / 2)]!
  return Math.min(MOST_MS, Math.max(0, 2 * fastest - ordinary))
}
