/**
 * The rule of roll-ups about places: which bars can be made of a grid, and the state of each.
 */
import { INTERVAL_MS, type Interval } from '../time/interval.ts'
import { isMissing, State } from './columns.ts'

/** Which bars are complete: the first one's start, how many, and the places before it. */
export function rollUpSpan(
  from: Interval,
  startMs: number,
  length: number,
  to: Interval,
): { startMs: number; length: number; skip: number } {
  const step = INTERVAL_MS[from]
  const bar = INTERVAL_MS[to]
  const first = Math.ceil(startMs / bar) * bar
  const end = Math.floor((startMs + length * step) / bar) * bar
  return { startMs: first, length: Math.max(0, (end - first) / bar), skip: (first - startMs) / step }
}

/**
 * How many candles of one interval make one of another.
 *
 * @throws RangeError when no whole number does
 */
export function rollUpFactor(from: Interval, to: Interval): number {
  const factor = INTERVAL_MS[to] / INTERVAL_MS[from]
  if (!Number.isInteger(factor)) throw new RangeError(`candles of ${to} cannot be made of candles of ${from}`)
  return factor
}

/** State of a bar made of the places from `from` to before `to`. */
export function rollUpState(states: Uint8Array, from: number, to: number): number {
  let present = false
  let missing: number | null = null
  for (let i = from; i < to; i++) {
    const state = states[i]!
    if (state === State.present) present = true
    else if (isMissing(state)) missing = missing === null || missing === state ? state : State.missing
  }
  if (missing !== null) return missing === State.unchanged ? State.missing : missing
  return present ? State.present : State.empty
}
