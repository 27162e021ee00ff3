/** A stretch of a series, without copying it. */
import { INTERVAL_MS } from '../time/interval.ts'
import type { CandleColumns } from './columns.ts'

/** The places from `from` until before `to`, sharing the arrays. */
export function cutColumns(columns: CandleColumns, from: number, to: number): CandleColumns {
  const step = INTERVAL_MS[columns.interval]
  const first = Math.max(0, (from - columns.startMs) / step)
  const end = Math.max(first, Math.min(columns.length, (to - columns.startMs) / step))
  const { states, open, high, low, close, volume, samples } = columns
  return {
    ...columns,
    startMs: columns.startMs + first * step,
    length: end - first,
    states: states.subarray(first, end),
    open: open.subarray(first, end),
    high: high.subarray(first, end),
    low: low.subarray(first, end),
    close: close.subarray(first, end),
    volume: volume && volume.subarray(first, end),
    samples: samples && samples.subarray(first, end),
  }
}
