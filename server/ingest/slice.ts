/** Slices: 300 places of one series aligned to the epoch, the unit of reading and of coverage. */
import { floorTo, INTERVAL_MS, type StoredInterval } from '../../core/time/interval.ts'
import { SLICE_PLACES } from '../archive/grid.ts'

/** Length of a slice. */
export function sliceMs(interval: StoredInterval): number {
  return SLICE_PLACES * INTERVAL_MS[interval]
}

/** Start of the slice in which the instant lies. */
export function sliceStart(interval: StoredInterval, ms: number): number {
  return Math.floor(ms / sliceMs(interval)) * sliceMs(interval)
}

/** A candle that closed later before the question may not be finished at the source. */
const FINISH_MS = 1000

/** First instant of the slice that an answer does not speak of: what closes later was not finished. */
export function closedBefore(interval: StoredInterval, toMs: number, readAtMs: number): number {
  return Math.min(toMs, floorTo(interval, readAtMs - FINISH_MS))
}
