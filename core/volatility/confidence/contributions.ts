/**
 * What each bar of one window contributed to its variance: the window's variance per bar is the mean of them. A plain second
 * reading of every estimator's formula, one window at a time.
 */
import { DAY_MS, INTERVAL_MS } from '../../time/interval.ts'
import { knownSpan } from '../entering.ts'
import { DECAY } from '../ewma.ts'
import type { LogColumns } from '../logs.ts'
import { fewestBars, isRealised, needsCloseBefore } from '../request.ts'
import { readsRange } from '../sampled.ts'
import type { BarEstimator, Mean, VolatilityRequest } from '../types.ts'
import { moveShare } from '../yang-zhang.ts'

export interface Contributions {
  /** Variance per bar by each bar that could enter, in order. */
  readonly values: Float64Array
  /** What share each has in the mean, adding up to 1; null = the same. */
  readonly weights: Float64Array | null
  /** As many bars of the same weight would leave the variance as sure: their number, without weights. */
  readonly effective: number
}

const BODY = 2 * Math.LN2 - 1

/** What a weight of older returns adds up to that is left out of an exponential average. */
const FORGOTTEN = 1e-3

/** The places at which an estimator has values. */
export interface Places {
  readonly startMs: number
  readonly stepMs: number
  /** The first full window ends here. */
  readonly first: number
  /** The place after the last known one. */
  readonly end: number
}

export function placesOf(logs: LogColumns, { estimator, window }: VolatilityRequest): Places {
  if (isRealised(estimator)) {
    const days = logs.days()
    return {
      startMs: days?.startMs ?? logs.columns.startMs,
      stepMs: DAY_MS,
      first: window - 1,
      end: days?.length ?? 0,
    }
  }
  const { startMs, interval } = logs.columns
  const { first, end } = knownSpan(logs.columns)
  return {
    startMs,
    stepMs: INTERVAL_MS[interval],
    first: first + window - (needsCloseBefore(estimator) ? 0 : 1),
    end,
  }
}

/**
 * The contributions to the window that ends at a place.
 *
 * @param request checked already
 * @returns as many as bars (or days) could enter; null where they are too few for a σ, or the place has none
 */
export function contributionsAt(
  logs: LogColumns,
  request: VolatilityRequest,
  place: number,
): Contributions | null {
  const { first, end } = placesOf(logs, request)
  if (place < first || place >= end) return null
  const { estimator, window } = request
  if (isRealised(estimator)) {
    const variance = logs.days()!.variance[estimator]
    return enough(
      variance.slice(Math.max(0, place - window + 1), place + 1).filter((value) => !Number.isNaN(value)),
      request,
    )
  }
  const codes = logs.entering(needsCloseBefore(estimator), readsRange(estimator)).codes()
  const places = enteringPlaces(codes, place - window + 1, place)
  if (places.length < fewestBars(request)) return null
  if (estimator === 'ewma') return weighted(logs, request, first, place)
  return enough(valuesOf(logs, estimator, request.mean, places), request)
}

function enough(values: Float64Array, request: VolatilityRequest): Contributions | null {
  if (values.length < fewestBars(request)) return null
  return { values, weights: null, effective: values.length }
}

/** Mean of the contributions: the variance per bar. NaN without any. */
export function varianceOf({ values, weights }: Contributions): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]! * (weights ? weights[i]! : 1)
  return weights ? sum : sum / values.length
}

/** Of the places from `from` to `to`, both included, those that can enter. */
function enteringPlaces(codes: Uint8Array, from: number, to: number): Uint32Array {
  const found: number[] = []
  for (let at = Math.max(0, from); at <= to; at++) if (codes[at] !== 0) found.push(at)
  return Uint32Array.from(found)
}

/** Squared returns with the weights of the recursion, back to its seed or until nearly nothing is left. */
function weighted(logs: LogColumns, request: VolatilityRequest, first: number, place: number): Contributions {
  const { window } = request
  const entering = logs.entering(true, false)
  const [codes, { bars }] = [entering.codes(), entering.counted(Math.min(window, logs.columns.length))]
  let seed = first
  while (seed < place && bars[seed]! < fewestBars(request)) seed++
  const places: number[] = []
  const weights: number[] = []
  let left = 1
  for (let at = place; at > seed && left > FORGOTTEN; at--) {
    if (codes[at] === 0) continue
    places.push(at)
    weights.push(left * (1 - DECAY))
    left *= DECAY
  }
  if (left > FORGOTTEN)
    for (let at = seed; at > seed - window; at--) {
      if (codes[at] === 0) continue
      places.push(at)
      weights.push(left / bars[seed]!)
    }
  const returns = logs.links().return
  const all = weights.reduce((sum, weight) => sum + weight, 0)
  const shares = Float64Array.from(weights.reverse(), (weight) => weight / all)
  return {
    values: Float64Array.from(places.reverse(), (at) => returns[at]! ** 2),
    weights: shares,
    effective: 1 / shares.reduce((sum, share) => sum + share * share, 0),
  }
}

function valuesOf(
  logs: LogColumns,
  estimator: Exclude<BarEstimator, 'ewma'>,
  mean: Mean,
  places: Uint32Array,
): Float64Array {
  const by = (value: (place: number) => number) => Float64Array.from(places, value)
  switch (estimator) {
    case 'close': {
      const returns = logs.links().return
      return mean === 'zero' ? by((at) => returns[at]! ** 2) : deviations(by((at) => returns[at]!))
    }
    case 'parkinson': {
      const { range } = logs.bars()
      return by((at) => range[at]! ** 2 / (4 * Math.LN2))
    }
    case 'garman-klass': {
      const { range, body } = logs.bars()
      return by((at) => 0.5 * range[at]! ** 2 - BODY * body[at]! ** 2)
    }
    case 'rogers-satchell': {
      const { rogersSatchell } = logs.bars()
      return by((at) => rogersSatchell[at]!)
    }
    case 'gk-yz': {
      const { range, body } = logs.bars()
      const { jump } = logs.links()
      return by((at) => jump[at]! ** 2 + 0.5 * range[at]! ** 2 - BODY * body[at]! ** 2)
    }
    case 'yang-zhang': {
      const { body, rogersSatchell } = logs.bars()
      const { jump } = logs.links()
      const jumps = deviations(by((at) => jump[at]!))
      const bodies = deviations(by((at) => body[at]!))
      const share = moveShare(places.length)
      return by((at) => rogersSatchell[at]!).map(
        (range, i) => jumps[i]! + share * bodies[i]! + (1 - share) * range,
      )
    }
  }
}

/** Squared deviations from the mean, times n / (n − 1): their mean is the sample variance. */
function deviations(values: Float64Array): Float64Array {
  const count = values.length
  let sum = 0
  for (const value of values) sum += value
  const mean = sum / count
  return values.map((value) => ((value - mean) ** 2 * count) / (count - 1))
}
