/**
 * What estimators add up over a window, one term a bar: a stretch of them at a time, made from logarithms.
 */
import type { Places } from './ingredients.ts'
import type { BarLogs } from './logs.ts'

const BODY = 2 * Math.LN2 - 1

/**
 * The terms of the places from `start` until before `end`, 0 where a bar cannot enter.
 *
 * @param terms gets them, from its place 0 on
 */
export type TermsOfStretch = (start: number, end: number, terms: Float64Array) => void

/** x². */
export function squaresOf(values: Float64Array): TermsOfStretch {
  return (start, end, terms) => squares(values, start, end, terms)
}

function squares(values: Float64Array, start: number, end: number, terms: Float64Array): void {
  for (let i = start; i < end; i++) terms[i - start] = values[i]! * values[i]!
}

/** The values themselves. */
export function valuesOf(values: Float64Array): TermsOfStretch {
  return (start, end, terms) => terms.set(values.subarray(start, end))
}

/** The values where the bar can enter. */
export function enteringOf(values: Float64Array, enters: Uint8Array): TermsOfStretch {
  return (start, end, terms) => entering(values, enters, start, end, terms)
}

function entering(
  values: Float64Array,
  enters: Uint8Array,
  start: number,
  end: number,
  terms: Float64Array,
): void {
  for (let i = start; i < end; i++) terms[i - start] = enters[i] === 0 ? 0 : values[i]!
}

/** ½ (h − l)² − (2 ln 2 − 1)(c − o)², at least 0. */
export function garmanKlassTerms(bars: BarLogs): TermsOfStretch {
  return (start, end, terms) => garmanKlass(bars, start, end, terms)
}

function garmanKlass({ range, body }: BarLogs, start: number, end: number, terms: Float64Array): void {
  for (let i = start; i < end; i++)
    terms[i - start] = 0.5 * range[i]! * range[i]! - BODY * body[i]! * body[i]!
}

/** (o_t − c_{t−1})² + ½ (h − l)² − (2 ln 2 − 1)(c − o)². */
export function garmanKlassYangZhangTerms(places: Places): TermsOfStretch {
  const bars = places.bars()
  const { jump } = places.links()
  const { enters } = places
  return (start, end, terms) => {
    garmanKlass(bars, start, end, terms)
    addJumps(jump, enters, start, end, terms)
  }
}

function addJumps(
  jump: Float64Array,
  enters: Uint8Array,
  start: number,
  end: number,
  terms: Float64Array,
): void {
  for (let i = start; i < end; i++)
    terms[i - start] = enters[i] === 0 ? 0 : jump[i]! * jump[i]! + terms[i - start]!
}
