/**
 * Roll-ups of columns: longer candles made of complete shorter ones, for charts and computation. They are derived on
 * reading and never stored as the source's own. `rollUpRows` does the same on exact decimal text.
 */
import type { Interval } from '../time/interval.ts'
import { missingColumns, State, type CandleColumns } from './columns.ts'
import { rollUpFactor, rollUpSpan, rollUpState } from './rollup-grid.ts'

export { rollUpRows, type RowGrid } from './rollup-rows.ts'

/**
 * Rolls a series up: first open, highest high, lowest low, last close, sum of volume. All places empty → empty; one
 * missing → missing, with its reason where they agree. Bars that reach beyond the columns are left out: of what lies
 * there nothing is known, and the newest one is still forming.
 *
 * @param columns of the same or a shorter interval
 * @throws RangeError when the interval is not a multiple of the columns' own
 */
export function rollUp(columns: CandleColumns, interval: Interval): CandleColumns {
  const factor = rollUpFactor(columns.interval, interval)
  if (factor === 1) return columns
  const span = rollUpSpan(columns.interval, columns.startMs, columns.length, interval)
  const out = missingColumns(columns.market, interval, span.startMs, span.length, columns.volume !== null)
  if (columns.samples) out.samples = new Uint32Array(span.length)
  for (let bar = 0; bar < span.length; bar++) {
    const from = span.skip + bar * factor
    const state = rollUpState(columns.states, from, from + factor)
    out.states[bar] = state
    if (state === State.present) writeBar(columns, from, from + factor, out, bar)
  }
  return out
}

function writeBar(columns: CandleColumns, from: number, to: number, out: CandleColumns, bar: number): void {
  let first = -1
  let last = -1
  let high = -Infinity
  let low = Infinity
  let volume = 0
  let samples = 0
  for (let i = from; i < to; i++) {
    if (columns.states[i] !== State.present) continue
    if (first < 0) first = i
    last = i
    high = Math.max(high, columns.high[i]!)
    low = Math.min(low, columns.low[i]!)
    // One unknown volume makes the sum unknown.
    if (columns.volume) volume += columns.volume[i]!
    if (columns.samples) samples += columns.samples[i]!
  }
  out.open[bar] = columns.open[first]!
  out.high[bar] = high
  out.low[bar] = low
  out.close[bar] = columns.close[last]!
  if (out.volume) out.volume[bar] = volume
  if (out.samples) out.samples[bar] = samples
}
