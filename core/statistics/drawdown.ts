/**
 * Drawdown: how far a price stands below the highest close before it.
 * Magdon-Ismail & Atiya (2004), "Maximum drawdown", Risk 17.
 */
import { State, type CandleColumns } from '../candle/columns.ts'

/** A fall from a peak. Places of the grid. */
export interface Fall {
  /** Below 0: −0.25 is a quarter below the peak. */
  readonly depth: number
  readonly peak: number
  readonly trough: number
  /** The first place at which the peak's close was reached again; null = not recovered. */
  readonly recovered: number | null
}

export interface Drawdown {
  /** C / max(C so far) − 1 at each place, 0 at a peak; NaN where no close is known. */
  readonly depth: Float64Array<ArrayBuffer>
  /** null where no price ever fell below an earlier one. */
  readonly deepest: Fall | null
  /** How far the last known close stands below its peak; null without any. */
  readonly current: { readonly depth: number; readonly place: number; readonly peak: number } | null
}

/**
 * The drawdown of the closes. An empty place stands where the close before it stood; at a missing one nothing is known, and
 * the peak before it still counts after it: a higher one inside the hole would not be seen.
 */
export function drawdown(columns: CandleColumns): Drawdown {
  const { length, states, close } = columns
  const depth = new Float64Array(length).fill(NaN)
  let peak = -1
  let linked = NaN
  let deepest = { depth: 0, peak: -1, trough: -1 }
  let last = -1
  let lastPeak = -1
  for (let i = 0; i < length; i++) {
    if (states[i] === State.present) linked = close[i]!
    else if (states[i] !== State.empty) linked = NaN
    if (Number.isNaN(linked)) continue
    if (peak < 0 || linked >= close[peak]!) peak = states[i] === State.present ? i : peak
    depth[i] = linked / close[peak]! - 1
    if (depth[i]! < deepest.depth) deepest = { depth: depth[i]!, peak, trough: i }
    last = i
    lastPeak = peak
  }
  return {
    depth,
    deepest: deepest.trough < 0 ? null : { ...deepest, recovered: recoveryOf(columns, deepest) },
    current: last < 0 ? null : { depth: depth[last]!, place: last, peak: lastPeak },
  }
}

function recoveryOf({ length, close }: CandleColumns, fall: { peak: number; trough: number }): number | null {
  for (let i = fall.trough + 1; i < length; i++) if (close[i]! >= close[fall.peak]!) return i
  return null
}
