/**
 * How often a market can be asked about where a source has more of them than its limit serves each minute. Pure. Live
 * questions leave a part of the limit to settling and history, so that every record becomes whole.
 */
import { HOUR_MS, MINUTE_MS } from '../../core/time/interval.ts'

/** How much of a source's limit live questions may take. */
const LIVE_SHARE = 0.75
/** How much of that prices may take, where each costs a request. */
const PRICE_SHARE = 0.5
/** An hour is asked for after its close and once more when it has settled. */
const QUESTIONS_AN_HOUR = 2

export interface Demand {
  /** Live markets of the source. */
  readonly markets: number
  readonly requestsPerSecond: number
  /** Of how many markets one request tells the price. */
  readonly pricesAtOnce: number
  readonly sampleSeconds: number
}

/** Milliseconds from one price of a market to the next: the sample time, or what the limit allows. */
export function pricePaceMs({ markets, requestsPerSecond, pricesAtOnce, sampleSeconds }: Demand): number {
  const requests = Math.ceil(markets / pricesAtOnce)
  const least = requests / (requestsPerSecond * LIVE_SHARE * PRICE_SHARE)
  return Math.ceil(1000 * Math.max(sampleSeconds, least))
}

/**
 * Milliseconds that lie at least between two readings of the same forming slice; 0 where each candle can be read as it
 * closes.
 */
export function readPaceMs(demand: Demand): number {
  const { markets, requestsPerSecond, pricesAtOnce } = demand
  const prices = (1000 * Math.ceil(markets / pricesAtOnce)) / pricePaceMs(demand)
  const perMs = Math.max(0, requestsPerSecond * LIVE_SHARE - prices) / 1000
  const left = perMs - (QUESTIONS_AN_HOUR * markets) / HOUR_MS
  const paceMs = left > 0 ? markets / left : Infinity
  // Beyond an hour, hours are read no more often than minutes.
  const longMs = paceMs <= HOUR_MS ? paceMs : ((1 + QUESTIONS_AN_HOUR) * markets) / perMs
  return longMs <= MINUTE_MS ? 0 : Math.ceil(longMs)
}
