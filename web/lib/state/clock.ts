/**
 * The time, by the device's clock where that agrees with the server's, else by the server's: a wrong clock would hide
 * candles, call old prices live, and choose the wrong days to keep.
 */

/** Clocks that differ by less agree: the header counts in seconds, and an answer takes its time. */
const TOLERANCE_MS = 30_000

export class Clock {
  /** What the server's clock is ahead; null while it has not been heard. */
  #aheadMs: number | null = null
  #leastMs = 0
  readonly #device: () => number

  constructor(device: () => number = () => Date.now()) {
    this.#device = device
  }

  now(): number {
    const deviceMs = this.#device()
    // Not heard yet: at least it is later than what the server said last.
    return this.#aheadMs === null ? Math.max(deviceMs, this.#leastMs) : deviceMs + this.#aheadMs
  }

  /** How far the server's clock is ahead of the device's, in milliseconds; 0 where they agree, null before it is known. */
  get aheadMs(): number | null {
    return this.#aheadMs
  }

  /** An instant, by the server, that has passed. */
  passed(serverMs: number | null): void {
    this.#leastMs = Math.max(this.#leastMs, serverMs ?? 0)
  }

  /** Takes what another tab has heard. */
  follow(aheadMs: number | null): void {
    if (aheadMs !== null) this.#aheadMs = aheadMs
  }

  /** Reads the `Date` of an answer that no cache has given. */
  hear(response: Response): void {
    const serverMs = Date.parse(response.headers.get('date') ?? '')
    if (Number.isNaN(serverMs)) return
    const aheadMs = serverMs - this.#device()
    this.#aheadMs = Math.abs(aheadMs) <= TOLERANCE_MS ? 0 : aheadMs
  }
}

export const clock = new Clock()
