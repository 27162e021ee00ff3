/**
 * How much of a source's limit is used: what left within the last minute, and what the source itself tells in the headers
 * of its answers.
 */

/** What a source tells of its limit; it counts in its own unit (requests, or weight of requests). */
export interface ToldQuota {
  readonly used: number
  readonly limit: number
  /** When its count begins anew; null where it does not say. */
  readonly resetsAtMs: number | null
}

/** Of the limit in a minute: requests that left, and how many more could. */
export interface Quota {
  readonly used: number
  readonly left: number
  /** The source's own word; null where it has none. */
  readonly told: ToldQuota | null
}

const SECONDS = 60
const MINUTE_MS = 60_000
/** As Binance publishes it: weight of all requests of an address in a minute of the clock. */
const BINANCE_WEIGHT = 6000
/** So little of what is left is not touched: what others behind the same address ask counts as well. */
const SPARED_SHARE = 0.02

/** Reads Binance's weight, or the limit and rest that Coinbase, CoinGecko and others name alike; null without either. */
export function toldQuota(headers: Headers, nowMs: number): ToldQuota | null {
  const number = (...names: string[]) => {
    const text = names.map((name) => headers.get(name)).find((value) => value !== null)
    return text !== undefined && /^\s*\d{1,9}(\.\d+)?\s*$/.test(text) ? Number(text) : null
  }
  const weight = number('x-mbx-used-weight-1m')
  if (weight !== null)
    return {
      used: weight,
      limit: BINANCE_WEIGHT,
      resetsAtMs: (Math.floor(nowMs / MINUTE_MS) + 1) * MINUTE_MS,
    }
  const limit = number('x-ratelimit-limit', 'ratelimit-limit')
  const left = number('x-ratelimit-remaining', 'ratelimit-remaining')
  if (limit === null || left === null || left > limit) return null
  // Seconds from now, as the draft of IETF has it; some give an instant, which is left alone.
  const seconds = number('ratelimit-reset', 'x-ratelimit-reset')
  return {
    used: limit - left,
    limit,
    resetsAtMs: seconds !== null && seconds <= 3600 ? nowMs + seconds * 1000 : null,
  }
}

/** Until when nothing is to be asked, since the source says that next to nothing is left; null while there is. */
export function sparedUntilMs({ used, limit, resetsAtMs }: ToldQuota): number | null {
  return limit - used <= limit * SPARED_SHARE ? resetsAtMs : null
}

/** Counts over the last minute, second by second. */
export class MinuteCount {
  readonly #counts = new Uint32Array(SECONDS)
  #second = 0

  add(atMs: number): void {
    this.#turn(atMs)
    this.#counts[this.#second % SECONDS]!++
  }

  total(atMs: number): number {
    this.#turn(atMs)
    return this.#counts.reduce((sum, count) => sum + count, 0)
  }

  #turn(atMs: number): void {
    const second = Math.floor(atMs / 1000)
    if (second - this.#second >= SECONDS) this.#counts.fill(0)
    else for (let past = this.#second + 1; past <= second; past++) this.#counts[past % SECONDS] = 0
    this.#second = Math.max(this.#second, second)
  }
}
