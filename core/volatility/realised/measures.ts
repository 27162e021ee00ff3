/** What the days of a span amount to, beside their variance. */
import { isJump } from './jump.ts'
import type { RealisedDays } from './types.ts'

export interface RealisedMeasures {
  /** Days that entered. */
  readonly days: number
  /** Variance of a day: its mean, and its parts from falling and from rising returns. NaN without a day. */
  readonly variance: number
  readonly down: number
  readonly up: number
  /** Share of all the variance that came in jumps: Σ max(0, RV − BV) / Σ RV. NaN without a day. */
  readonly jumpShare: number
  /** Days whose jump is significant at `JUMP_LEVEL`; so many of a hundred are without one. */
  readonly jumpDays: number
}

/**
 * Over the days from `from` until before `to`.
 *
 * Jump share after Barndorff-Nielsen & Shephard (2006), over the span as one.
 */
export function measuresOf(days: RealisedDays, from: number, to: number): RealisedMeasures {
  let [entered, variance, down, up, jumps, jumpDays] = [0, 0, 0, 0, 0, 0]
  for (let day = Math.max(0, from); day < Math.min(to, days.length); day++) {
    const realized = days.variance.realized[day]!
    if (Number.isNaN(realized)) continue
    entered++
    variance += realized
    down += days.down[day]!
    up += days.up[day]!
    jumps += realized * days.jumpShare[day]!
    if (isJump(days.jumpStatistic[day]!)) jumpDays++
  }
  return {
    days: entered,
    variance: variance / entered,
    down: down / entered,
    up: up / entered,
    jumpShare: entered > 0 && variance === 0 ? 0 : jumps / variance,
    jumpDays,
  }
}
