/** What estimators and bands do on simulated prices: bias and efficiency, and how often a band holds the truth. */
import { bandAt } from '../confidence/band.ts'
import { placesOf } from '../confidence/contributions.ts'
import { isBand, type BandKind } from '../confidence/kinds.ts'
import { DECAY } from '../ewma.ts'
import type { LogColumns } from '../logs.ts'
import type { Estimator, Mean, VolatilityRequest } from '../types.ts'
import { volatility } from '../volatility.ts'
import { BAR_SIGMA, type Simulated } from './simulated.ts'

/** With its standard error. */
export interface Estimate {
  readonly value: number
  readonly error: number
}

const BATCHES = 20

/** The windows of a series that share no bar, by their last places. */
function lastPlaces(length: number, window: number): number[] {
  const places: number[] = []
  for (let place = window; place < length; place += window) places.push(place)
  return places
}

const requestOf = (estimator: Estimator, window: number, mean: Mean): VolatilityRequest => ({
  estimator,
  window,
  mean,
  barsPerYear: null,
  minCoverage: 1,
})

/** Variances by an estimator over windows that share no bar, the true one as 1. */
export function variances(
  { columns }: Simulated,
  logs: LogColumns,
  estimator: Estimator,
  window: number,
): Float64Array {
  const { sigma } = volatility(columns, requestOf(estimator, window, 'sample'), logs)
  const found = Float64Array.from(
    lastPlaces(columns.length, window),
    (place) => (sigma[place]! / BAR_SIGMA) ** 2,
  )
  logs.memory.giveBack(sigma)
  return found
}

/** Mean of the variances, 1 where an estimator is unbiased. */
export function biasOf(found: Float64Array): Estimate {
  return { value: meanOf(found), error: Math.sqrt(varianceOf(found) / found.length) }
}

/** Variance of close to close over that of another estimator; its error by the jackknife over batches. */
export function efficiencyOf(close: Float64Array, other: Float64Array): Estimate {
  const value = varianceOf(close) / varianceOf(other)
  const size = Math.floor(close.length / BATCHES)
  const without = Array.from({ length: BATCHES }, (_, batch) => {
    const rest = (all: Float64Array) => all.filter((_, i) => i < batch * size || i >= (batch + 1) * size)
    return varianceOf(rest(close)) / varianceOf(rest(other))
  })
  const mean = without.reduce((sum, one) => sum + one, 0) / BATCHES
  const squares = without.reduce((sum, one) => sum + (one - mean) ** 2, 0)
  return { value, error: Math.sqrt(((BATCHES - 1) / BATCHES) * squares) }
}

export interface Coverage extends Estimate {
  /** Shares of windows in which the truth lay below the band, and above it. */
  readonly below: number
  readonly above: number
  /** Median of high over low. */
  readonly width: number
  /** Windows that have a band, and those that have none. */
  readonly windows: number
  readonly without: number
}

/**
 * How often a band holds the truth: σ of the population, or the root of the mean conditional variance of the window.
 *
 * @param simulated bars of which each window is taken once
 */
export function coverageOf(
  { columns, variance }: Simulated,
  logs: LogColumns,
  asked: {
    readonly estimator: Estimator
    readonly window: number
    readonly band: BandKind
    readonly mean?: Mean
  },
): Coverage {
  const { estimator, window, band: kind, mean = 'sample' } = asked
  const request = requestOf(estimator, window, mean)
  const { first } = placesOf(logs, request)
  let [windows, without, below, above] = [0, 0, 0, 0]
  const widths: number[] = []
  for (const place of lastPlaces(columns.length, window)) {
    if (place < first) continue
    const band = bandAt(logs, request, place, kind)
    if (!isBand(band)) {
      without++
      continue
    }
    const truth = Math.sqrt(
      estimator === 'ewma'
        ? fading(variance, place)
        : meanOf(variance.subarray(place - window + 1, place + 1)),
    )
    if (truth < band.low) below++
    if (truth > band.high) above++
    widths.push(band.high / band.low)
    windows++
  }
  const value = 1 - (below + above) / windows
  return {
    value,
    error: Math.sqrt((value * (1 - value)) / windows),
    below: below / windows,
    above: above / windows,
    width: widths.sort((a, b) => a - b)[widths.length >> 1]!,
    windows,
    without,
  }
}

/** As the exponential average weighs what lies behind it. */
function fading(variance: Float64Array, place: number): number {
  let [sum, left] = [0, 1]
  for (let at = place; at >= 0 && left > 1e-9; at--) {
    sum += left * (1 - DECAY) * variance[at]!
    left *= DECAY
  }
  return sum + left * variance[0]!
}

function meanOf(values: Float64Array): number {
  let sum = 0
  for (const value of values) sum += value
  return sum / values.length
}

function varianceOf(values: Float64Array): number {
  const mean = meanOf(values)
  let sum = 0
  for (const value of values) sum += (value - mean) ** 2
  return sum / (values.length - 1)
}
