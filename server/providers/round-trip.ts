/**
 * How much of an answer's time surely lies outside of the server's own second. A request reaches the server later than it
 * left, and its answer leaves the server before it comes: what the fastest round trip takes is never between two arrivals.
 * Pure but for what it remembers.
 */

/**
 * Answers that are looked at together, so many that the fastest is what the line itself takes: a busy machine makes all of
 * a few dozen slow, and relying on those let a server see more than its limit.
 */
const BLOCK = 500
/** A line may become a little faster. */
const RELIED_SHARE = 0.9
/** More is not relied on, whatever was seen. */
const MOST_MS = 250

export class RoundTrips {
  #count = 0
  #fastest = Infinity
  #fastestBefore = Infinity

  add(ms: number): void {
    this.#fastest = Math.min(this.#fastest, ms)
    if (++this.#count % BLOCK > 0) return
    this.#fastestBefore = this.#fastest
    this.#fastest = Infinity
  }

  /** Milliseconds that two arrivals are surely farther apart than the first one's answer and the second one's departure. */
  get creditMs(): number {
    if (this.#count < BLOCK) return 0
    return Math.min(MOST_MS, RELIED_SHARE * Math.min(this.#fastest, this.#fastestBefore))
  }
}
