/**
 * Guards against a single wild tick: a sampled price far from the last one counts only when the next sample supports it;
 * a closed candle is the record, but one with a price far from its neighbours is to be asked for twice.
 */

import type { CandleRow } from '../../core/candle/row.ts'

/** Farther than this factor from the last price within a sample or two is more likely a slip than a move. */
const WILD_FACTOR = 5
/** Two samples support each other within this factor. */
const SUPPORT_FACTOR = 1.5

/** Prices of a candle, as far as its likelihood hangs on them. */
type Bar = Pick<CandleRow, 'open' | 'high' | 'low' | 'close'>

/**
 * Which candles of an answer are so unlikely that it is asked a second time before they are believed: a wick that
 * reaches far beyond the candle's own body, or a body far from those before and after it.
 *
 * @param rows ascending
 */
export function wildRows<T extends Bar>(rows: readonly T[]): T[] {
  /** Whether the price leaps between this candle and the next. */
  const leaps = (i: number) => !within(Number(rows[i]!.close), Number(rows[i + 1]!.open), WILD_FACTOR)
  const last = rows.length - 1
  return rows.filter(({ open, high, low, close }, i) => {
    const body = [Number(open), Number(close)]
    if (Number(high) > Math.max(...body) * WILD_FACTOR) return true
    if (Number(low) * WILD_FACTOR < Math.min(...body)) return true
    if (last < 2) return false
    // At an end, where there is one neighbour only, that one must be no leaper itself.
    if (i === 0) return leaps(0) && !leaps(1)
    if (i === last) return leaps(last - 1) && !leaps(last - 2)
    return leaps(i - 1) && leaps(i)
  })
}

export class SpikeGuard {
  #good: number | null = null
  #held: number | null = null

  /** Whether a polled price can be stored; when not, it waits for the next one to support it. */
  accepts(price: number): boolean {
    if (
      this.#good === null ||
      within(price, this.#good, WILD_FACTOR) ||
      (this.#held !== null && within(price, this.#held, SUPPORT_FACTOR))
    ) {
      this.support(price)
      return true
    }
    this.#held = price
    return false
  }

  /** Somebody else supports it. */
  support(price: number): void {
    this.#good = price
    this.#held = null
  }

  /**
   * A price told by a socket, where a slip may be repeated many times a second: it never supports itself, a polled price
   * does. `unknown`: no polled price is known yet.
   */
  judgeTold(price: number): 'good' | 'wild' | 'unknown' {
    if (this.#good === null) return 'unknown'
    if (within(price, this.#good, WILD_FACTOR)) {
      this.#good = price
      return 'good'
    }
    this.#held = price
    return 'wild'
  }
}

/** Whether two prices of the same time support each other. */
export function isNear(a: number, b: number): boolean {
  return within(a, b, SUPPORT_FACTOR)
}

function within(a: number, b: number, factor: number): boolean {
  return a <= b * factor && b <= a * factor
}
