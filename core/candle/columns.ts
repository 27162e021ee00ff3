/**
 * Candles in memory: a regular grid of places in columns, never an array of objects.
 * A place is present, empty (the source confirmed that nothing was traded) or missing (with its reason, where known).
 */
import type { MarketId } from '../market.ts'
import type { Interval } from '../time/interval.ts'

/** States of a place, as coded on the wire. `unchanged` stands in frames only. */
export const State = {
  missing: 0,
  present: 1,
  empty: 2,
  unchanged: 3,
  /** Missing: outage of the source. */
  outage: 4,
  /** Missing: what the source gave was refused. */
  refused: 5,
  /** Missing: before the listing, or beyond what the source gives. */
  beyond: 6,
} as const

export type StateCode = (typeof State)[keyof typeof State]

/** Marks on a candle; bits of the optional `flags` column. `derived`: made of shorter ones, since the source has none. */
export const Flag = { suspicious: 1, revised: 2, imported: 4, derived: 8 } as const

/**
 * One market and interval over a span of the grid. Place `i` starts at `startMs + i × INTERVAL_MS[interval]`.
 * Prices are NaN wherever `states[i]` is not `State.present`; `volume[i]` is NaN where unknown.
 */
export interface CandleColumns {
  readonly market: MarketId
  readonly interval: Interval
  readonly startMs: number
  readonly length: number
  readonly states: Uint8Array
  readonly open: Float64Array
  readonly high: Float64Array
  readonly low: Float64Array
  readonly close: Float64Array
  /** null where the volume part was not read. */
  readonly volume: Float64Array | null
  /** How many samples each present bar was made of, 0 for a source's own candle; null while none is known to be sampled. */
  samples: Uint32Array | null
}

/** Whether a state reads as missing in computation and on screen. */
export function isMissing(state: number): boolean {
  return state !== State.present && state !== State.empty
}

/** A grid on which nothing is known yet: every place missing. */
export function missingColumns(
  market: MarketId,
  interval: Interval,
  startMs: number,
  length: number,
  withVolume: boolean,
): CandleColumns {
  const column = () => new Float64Array(length).fill(NaN)
  return {
    market,
    interval,
    startMs,
    length,
    states: new Uint8Array(length),
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: withVolume ? column() : null,
    samples: null,
  }
}
