/**
 * Exponentially weighted moving average: every return counts, the older the less. The window seeds it and says how many
 * returns near a place are there; what lies before the window is not forgotten at its edge.
 */
import type { LogColumns } from './logs.ts'
import { isFullBlock, type Part, type Windows } from './windows.ts'

/** Weight of the day before, as RiskMetrics takes it for days; here of the bar before, whatever its length. */
export const DECAY = 0.94

/** Below this a double has fewer digits, and rounding would keep a still market from ever reaching 0. */
const LEAST_VARIANCE = 2 ** -1022

/**
 * Variance per bar: σ²_t = λ σ²_{t−1} + (1 − λ) r²_t, λ = 0.94; a missing return leaves σ² as it was. The seed is the mean
 * r² of the first window that has enough returns. The value at t knows r_t and is the forecast of the bar after it.
 * J.P. Morgan/Reuters (1996), "RiskMetrics Technical Document", 4th edition, section 5.2.
 */
export function exponentiallyWeighted(logs: LogColumns, windows: Windows): Part {
  return new Recursion(logs.links().return, windows)
}

class Recursion implements Part {
  readonly #returns: Float64Array
  readonly #windows: Windows
  /** NaN before the seed. */
  #variance = NaN

  constructor(returns: Float64Array, windows: Windows) {
    this.#returns = returns
    this.#windows = windows
  }

  addStretch(start: number, end: number, variance: Float64Array, last: boolean): void {
    let from = start
    if (Number.isNaN(this.#variance)) {
      from = this.#placeOfSeed(start, end)
      variance.fill(NaN, start, from)
      if (from === end) return
      this.#variance = meanSquare(this.#returns, this.#windows, from)
      variance[from]! += this.#variance * this.#windows.barsPerYear
      if (last) variance[from] = Math.sqrt(variance[from]!)
      from++
    }
    const { window } = this.#windows
    for (let block = from; block < end; block += window) {
      const until = Math.min(block + window, end)
      const step = isFullBlock(this.#windows, block, until) ? recursionOfFullBlock : recursion
      this.#variance = step(this.#returns, this.#windows, block, until, this.#variance, variance, last)
    }
  }

  #placeOfSeed(start: number, end: number): number {
    const { bars, fewest, firstPlace } = this.#windows
    let place = Math.max(start, Math.min(end, firstPlace))
    while (place < end && bars[place]! < fewest) place++
    return place
  }
}

/** Of the window that ends at a place. A return that is not there is 0. */
function meanSquare(returns: Float64Array, { window, bars }: Windows, place: number): number {
  let sum = 0
  for (let i = place - window + 1; i <= place; i++) sum += returns[i]! * returns[i]!
  return sum / bars[place]!
}

/** λσ² + (1 − λ)r², at least what a double holds with all its digits, or 0. */
export function nextVariance(before: number, r: number): number {
  const next = DECAY * before + (1 - DECAY) * (r * r)
  return next < LEAST_VARIANCE ? 0 : next
}

/** Gives the variance at the last place. */
function recursion(
  returns: Float64Array,
  { enters, bars, fewest, barsPerYear }: Windows,
  start: number,
  end: number,
  before: number,
  variance: Float64Array,
  last: boolean,
): number {
  let current = +before
  for (let i = start; i < end; i++) {
    if (enters[i] !== 0) current = nextVariance(current, returns[i]!)
    const sum = bars[i]! < fewest ? NaN : variance[i]! + current * barsPerYear
    variance[i] = last ? Math.sqrt(sum) : sum
  }
  return current
}

/** The same where every return is there: a loop over few arrays is a fast one. */
function recursionOfFullBlock(
  returns: Float64Array,
  { barsPerYear }: Windows,
  start: number,
  end: number,
  before: number,
  variance: Float64Array,
  last: boolean,
): number {
  let current = +before
  for (let i = start; i < end; i++) {
    current = nextVariance(current, returns[i]!)
    const sum = variance[i]! + current * barsPerYear
    variance[i] = last ? Math.sqrt(sum) : sum
  }
  return current
}
