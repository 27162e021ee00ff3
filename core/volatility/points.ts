/**
 * A volatility series as the points that programs read: one for every place from the first full window to the last
 * candle, with null where σ is not available.
 */
import { INTERVAL_MS } from '../time/interval.ts'
import { isoSeconds } from '../time/iso.ts'
import type { VolatilitySeries } from './types.ts'

export interface VolatilityPoint {
  /** Start of the last bar of the window, ISO 8601 UTC. */
  readonly t: string
  /** Fraction per year (or per bar); null = not available. */
  readonly sigma: number | null
  /** Bars that could enter. */
  readonly n: number
  readonly expected: number
}

/**
 * The points of a series whose bars start in [fromMs, toMs).
 */
export function volatilityPoints(
  series: VolatilitySeries,
  fromMs = -Infinity,
  toMs = Infinity,
): VolatilityPoint[] {
  const { firstPlace, endPlace, startMs, sigma, bars, request } = series
  const step = INTERVAL_MS[series.interval]
  const points: VolatilityPoint[] = []
  for (let place = firstPlace; place < endPlace; place++) {
    const ms = startMs + place * step
    if (ms < fromMs || ms >= toMs) continue
    const value = sigma[place]!
    points.push({
      t: isoSeconds(ms),
      sigma: Number.isNaN(value) ? null : value,
      n: bars[place]!,
      expected: request.window,
    })
  }
  return points
}
