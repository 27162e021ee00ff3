/**
 * Bars made of sampled prices: their close is a price like any other, but their high and low are those of the samples, and
 * what the price did in between is not in them.
 */
import { State, type CandleColumns } from '../candle/columns.ts'
import { isRealised } from './request.ts'
import type { Estimator } from './types.ts'

/**
 * The fewest samples of a bar of which high and low are used. Of a random walk seen at 100 even steps Garman-Klass and
 * Rogers-Satchell read a σ 10 % too low, Parkinson 7 % (`docs/decisions/0010-coingecko.md` has the table); of one sample
 * all of them read 0.
 */
export const FEWEST_SAMPLES = 100

/** Whether the estimator reads the high and the low of a bar. */
export function readsRange(estimator: Estimator): boolean {
  return estimator !== 'close' && estimator !== 'ewma' && !isRealised(estimator)
}

/** Calls with each place of a bar that is made of too few samples for its range. */
export function eachSparse({ samples, states, length }: CandleColumns, found: (place: number) => void): void {
  if (samples === null) return
  for (let place = 0; place < length; place++)
    if (samples[place]! > 0 && samples[place]! < FEWEST_SAMPLES && states[place] === State.present)
      found(place)
}

/** How many bars the places from `from` to before `to` have, and how many of them too few samples for their range. */
export function countSparse(
  columns: CandleColumns,
  from: number,
  to: number,
): { bars: number; sparse: number } {
  let bars = 0
  let sparse = 0
  for (let place = Math.max(0, from); place < to; place++) if (columns.states[place] === State.present) bars++
  eachSparse(columns, (place) => {
    if (place >= from && place < to) sparse++
  })
  return { bars, sparse }
}
