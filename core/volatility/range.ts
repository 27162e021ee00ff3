/**
 * Range estimators that are plain means over the bars of a window: Parkinson, Garman-Klass, Rogers-Satchell and
 * Garman-Klass with Yang and Zhang's opening jump. Every term is at least 0, so no sum of them can be negative.
 */
import type { LogColumns } from './logs.ts'
import { rollingMean } from './rolling.ts'

const PARKINSON = 1 / (4 * Math.LN2)
const BODY = 2 * Math.LN2 - 1

/**
 * Parkinson's variance per bar: 1/(4 n ln 2) Σ (h − l)².
 * Parkinson (1980), "The extreme value method for estimating the variance of the rate of return", J. Business 53.
 *
 * @param bars how many bars could enter each window
 * @returns length of the grid; meaningless where no bar could enter
 */
export function parkinson(logs: LogColumns, window: number, bars: Uint32Array): Float64Array {
  const { range } = logs.bars()
  const terms = new Float64Array(range.length)
  for (let i = 0; i < terms.length; i++) terms[i] = PARKINSON * range[i]! * range[i]!
  return rollingMean(terms, window, bars)
}

/**
 * Garman and Klass' variance per bar: 1/n Σ [½ (h − l)² − (2 ln 2 − 1)(c − o)²].
 * Garman & Klass (1980), "On the estimation of security price volatilities from historical data", J. Business 53.
 *
 * @param bars how many bars could enter each window
 * @returns length of the grid; meaningless where no bar could enter
 */
export function garmanKlass(logs: LogColumns, window: number, bars: Uint32Array): Float64Array {
  return rollingMean(garmanKlassTerms(logs), window, bars)
}

/**
 * Rogers and Satchell's variance per bar: 1/n Σ [(h − c)(h − o) + (l − c)(l − o)]; no drift enters it.
 * Rogers & Satchell (1991), "Estimating variance from high, low and closing prices", Ann. Appl. Prob. 1.
 *
 * @param bars how many bars could enter each window
 * @returns length of the grid; meaningless where no bar could enter
 */
export function rogersSatchell(logs: LogColumns, window: number, bars: Uint32Array): Float64Array {
  return rollingMean(logs.bars().rogersSatchell.slice(), window, bars)
}

/**
 * Garman-Klass with the opening jump: 1/n Σ [(o_t − c_{t−1})² + ½ (h − l)² − (2 ln 2 − 1)(c − o)²].
 * Garman & Klass (1980) as extended by Yang & Zhang (2000), J. Business 73.
 *
 * @param bars how many bars with a close before could enter each window
 * @returns length of the grid; meaningless where no bar could enter
 */
export function garmanKlassYangZhang(logs: LogColumns, window: number, bars: Uint32Array): Float64Array {
  const jumps = logs.jumps()
  const { enters } = logs.paired()
  const terms = garmanKlassTerms(logs)
  for (let i = 0; i < terms.length; i++) {
    const jump = jumps[i]!
    terms[i] = enters[i] === 1 ? jump * jump + terms[i]! : 0
  }
  return rollingMean(terms, window, bars)
}

function garmanKlassTerms(logs: LogColumns): Float64Array {
  const { range, body } = logs.bars()
  const terms = new Float64Array(range.length)
  for (let i = 0; i < terms.length; i++) {
    const r = range[i]!
    const b = body[i]!
    terms[i] = 0.5 * r * r - BODY * b * b
  }
  return terms
}
