/**
 * Guards sampled prices against a single wild tick: a price far from the last one counts only when the next sample
 * supports it. Closed candles are the record and are never judged here.
 */

/** Farther than this factor from the last price within a sample or two is more likely a slip than a move. */
const WILD_FACTOR = 5
/** Two samples support each other within this factor. */
const SUPPORT_FACTOR = 1.5

export class SpikeGuard {
  #good: number | null = null
  #held: number | null = null

  /** Whether the price can be stored; when not, it waits for the next one to support it. */
  accepts(price: number): boolean {
    if (
      this.#good === null ||
      within(price, this.#good, WILD_FACTOR) ||
      (this.#held !== null && within(price, this.#held, SUPPORT_FACTOR))
    ) {
      this.#good = price
      this.#held = null
      return true
    }
    this.#held = price
    return false
  }
}

function within(a: number, b: number, factor: number): boolean {
  return a <= b * factor && b <= a * factor
}
