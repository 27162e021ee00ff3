/**
 * A volatility series as the points that programs read: one for every place from the first full window to the last
 * candle, with null where σ is not available.
 */
import { INTERVAL_MS } from '../time/interval.ts'
import { isoSeconds } from '../time/iso.ts'
import { measuresOf } from './realised/measures.ts'
import type { VolatilitySeries } from './types.ts'

export interface VolatilityPoint {
  /** Start of the last bar of the window, ISO 8601 UTC. */
  readonly t: string
  /** Fraction per year (or per bar); null = not available. */
  readonly sigma: number | null
  /** Bars that could enter. */
  readonly n: number
  readonly expected: number
  /** Of `realized` only: σ of falling and of rising returns. */
  readonly down?: number | null
  readonly up?: number | null
  /** Share of the variance that came in jumps, and days with a significant one. */
  readonly jump_share?: number | null
  readonly jump_days?: number
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
    const isThere = !Number.isNaN(value)
    points.push({
      t: isoSeconds(ms),
      sigma: isThere ? value : null,
      n: bars[place]!,
      expected: request.window,
      ...(request.estimator === 'realized' ? partsAt(series, place, isThere) : {}),
    })
  }
  return points
}

function partsAt({ request, days }: VolatilitySeries, place: number, isThere: boolean) {
  if (!days) return { down: null, up: null, jump_share: null, jump_days: 0 }
  const { down, up, jumpShare, jumpDays } = measuresOf(days, place - request.window + 1, place + 1)
  const year = request.barsPerYear ?? 1
  const sigma = (variance: number) => (isThere ? Math.sqrt(variance * year) : null)
  return {
    down: sigma(down),
    up: sigma(up),
    jump_share: isThere ? jumpShare : null,
    jump_days: jumpDays,
  }
}
