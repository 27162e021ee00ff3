/**
 * What estimators add up over a window, one term a bar: new columns made from logarithms.
 */
import type { BarLogs } from './logs.ts'
import { STRETCH } from './rolling.ts'

const BODY = 2 * Math.LN2 - 1

/** x². */
export function squaresOf(values: Float64Array): Float64Array {
  const { length } = values
  const terms = new Float64Array(length)
  for (let start = 0; start < length; start += STRETCH)
    squaresOfStretch(values, start, Math.min(start + STRETCH, length), terms)
  return terms
}

function squaresOfStretch(values: Float64Array, start: number, end: number, terms: Float64Array): void {
  for (let i = start; i < end; i++) terms[i] = values[i]! * values[i]!
}

/** ½ (h − l)² − (2 ln 2 − 1)(c − o)², at least 0. */
export function garmanKlassTerms(bars: BarLogs): Float64Array {
  const { length } = bars.range
  const terms = new Float64Array(length)
  for (let start = 0; start < length; start += STRETCH)
    garmanKlassOfStretch(bars, start, Math.min(start + STRETCH, length), terms)
  return terms
}

function garmanKlassOfStretch(
  { range, body }: BarLogs,
  start: number,
  end: number,
  terms: Float64Array,
): void {
  for (let i = start; i < end; i++) terms[i] = 0.5 * range[i]! * range[i]! - BODY * body[i]! * body[i]!
}

/** (o_t − c_{t−1})² + ½ (h − l)² − (2 ln 2 − 1)(c − o)² where the bar can enter, else 0. */
export function garmanKlassYangZhangTerms(
  bars: BarLogs,
  jump: Float64Array,
  enters: Uint8Array,
): Float64Array {
  const terms = garmanKlassTerms(bars)
  const { length } = terms
  for (let start = 0; start < length; start += STRETCH)
    addJumpsOfStretch(jump, enters, start, Math.min(start + STRETCH, length), terms)
  return terms
}

function addJumpsOfStretch(
  jump: Float64Array,
  enters: Uint8Array,
  start: number,
  end: number,
  terms: Float64Array,
): void {
  for (let i = start; i < end; i++) terms[i] = enters[i] === 0 ? 0 : jump[i]! * jump[i]! + terms[i]!
}
