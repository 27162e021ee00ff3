/** Notices that the clock was set, by the steady one that only counts, and says so. */
import { HOUR_MS, MINUTE_MS } from '../../core/time/interval.ts'
import type { Clock } from '../clock.ts'

/** A clock that is kept right is moved by less. */
const SET_MS = 10_000

export class ClockWatch {
  readonly #clock: Clock
  #aheadMs: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#aheadMs = clock.now() - performance.now()
  }

  /** By how much the clock was set since the last question, negative for back; 0 where it just ran. */
  setBy(): number {
    const aheadMs = this.#clock.now() - performance.now()
    const byMs = aheadMs - this.#aheadMs
    this.#aheadMs = aheadMs
    return Math.abs(byMs) < SET_MS ? 0 : byMs
  }
}

/** In words, for people. */
export function clockWasSet(byMs: number): string {
  const length = duration(Math.abs(byMs))
  return byMs < 0
    ? `the clock was set back by ${length}: candles that closed since are read once it has caught up; if it is wrong now, set it right`
    : `the clock was set ahead by ${length}, or the machine slept: no candle is taken that the source does not have yet; if it is wrong now, set it right`
}

function duration(ms: number): string {
  if (ms < 2 * MINUTE_MS) return `${Math.round(ms / 1000)} s`
  return ms < 2 * HOUR_MS ? `${Math.round(ms / MINUTE_MS)} min` : `${Math.round(ms / HOUR_MS)} h`
}
