/**
 * Markets ranked by their volatility of one window, largest first: what a request means, and one market's place in it.
 * The same on the server and on a device.
 */
import { isMissing, State, type CandleColumns } from '../candle/columns.ts'
import { cutColumns } from '../candle/cut.ts'
import type { MarketId } from '../market.ts'
import {
  barsPerYear,
  DAY_MS,
  HOUR_MS,
  INTERVAL_MS,
  INTERVALS,
  isInterval,
  MINUTE_MS,
  type Interval,
} from '../time/interval.ts'
import { levelSpread } from './level-stdev.ts'
import { LogColumns } from './logs.ts'
import { Memory } from './memory.ts'
import { ESTIMATORS, type Mean, type Receipt, type Unavailable } from './types.ts'
import { newestReceipt, volatility } from './volatility.ts'

/** `level-stdev` is the older service's. */
export const RANKING_METHODS = [...ESTIMATORS, 'level-stdev'] as const
export type RankingMethod = (typeof RANKING_METHODS)[number]

export interface RankingRequest {
  /** As it was asked for: `24h`. */
  readonly window: string
  readonly method: RankingMethod
  readonly interval: Interval
  /** Bars of the window. */
  readonly places: number
  /** Of the returns, for `close`; null for what takes no mean of them. */
  readonly mean: Mean | null
  /** Bars a year under the root; null of levels, which are not annualised. */
  readonly annualisation: number | null
}

export interface RankedMarket {
  readonly market: MarketId
  readonly source: string
  /** Fraction per year; of levels, in the price's unit. NaN = n/a, and then `reason` says why. */
  readonly sigma: number
  readonly barsUsed: number
  readonly barsExpected: number
  /** Close of the newest candle, which the window ends with; NaN without any. */
  readonly asOfMs: number
  readonly reason: Unavailable | null
}

/** A part of a request cannot be read; the message says what was given and what is accepted. */
export class RankingRequestError extends RangeError {
  override readonly name = 'RankingRequestError'
  readonly part: 'window' | 'method' | 'interval'

  constructor(part: RankingRequestError['part'], message: string) {
    super(message)
    this.part = part
  }
}

/** A week of minutes, a year of hours: more makes no better number, and would keep a server busy. */
export const MOST_PLACES = 10_080
const MIN_COVERAGE = 0.5
const UNITS_MS: Readonly<Record<string, number>> = { m: MINUTE_MS, h: HOUR_MS, d: DAY_MS }
const WINDOW_ACCEPTED = 'a whole number of minutes, hours or days, such as 90m, 24h or 30d'

/**
 * Reads a request: the window's bars are minutes up to 48 hours, hours up to 60 days, days beyond, where no interval is
 * given. `close` takes the mean as zero below bars of an hour.
 *
 * @throws RankingRequestError
 */
export function readRankingRequest(window: string, method: string, interval: string | null): RankingRequest {
  const known = RANKING_METHODS.find((name) => name === method)
  if (!known) throw refused('method', method, RANKING_METHODS.join(', '))
  const windowMs = readWindow(window)
  if (interval !== null && !isInterval(interval)) throw refused('interval', interval, INTERVALS.join(', '))
  const bars = interval ?? barsOf(windowMs)
  const places = windowMs / INTERVAL_MS[bars]
  if (!Number.isInteger(places) || places < 2 || places > MOST_PLACES)
    throw refused('window', window, `2 to ${MOST_PLACES} whole bars of ${bars}`)
  const isLevel = known === 'level-stdev'
  const isSubHour = INTERVAL_MS[bars] < HOUR_MS
  return {
    window,
    method: known,
    interval: bars,
    places,
    mean: known === 'close' ? (isSubHour ? 'zero' : 'sample') : null,
    annualisation: isLevel ? null : barsPerYear(bars),
  }
}

function readWindow(text: string): number {
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? []
  if (count === undefined || unit === undefined) throw refused('window', text, WINDOW_ACCEPTED)
  return Number(count) * UNITS_MS[unit]!
}

function refused(part: RankingRequestError['part'], given: string, accepted: string): RankingRequestError {
  return new RankingRequestError(part, `"${given.slice(0, 40)}" cannot be ranked by; accepted: ${accepted}`)
}

/** What a window is made of. */
function barsOf(windowMs: number): Interval {
  if (windowMs <= 48 * HOUR_MS) return '1m'
  return windowMs <= 60 * DAY_MS ? '1h' : '1d'
}

/**
 * Where the columns that a window is computed of begin: at the newest candle before the window, so that its first bar finds
 * the close before over empty places.
 *
 * @returns null where that candle, if there is one, lies before the columns
 */
export function leadOf(columns: CandleColumns, places: number): { from: number; end: number } | null {
  const end = columns.states.lastIndexOf(State.present) + 1
  const before = end - places - 1
  const from = before < 0 ? -1 : columns.states.lastIndexOf(State.present, before)
  return from < 0 ? null : { from, end }
}

/**
 * One market's σ over the window that ends with its newest candle.
 *
 * @param columns of the request's interval: all of the series, or what `leadOf` needs of it
 * @param memory to compute in, shared by the markets of a ranking
 */
export function rankMarket(
  columns: CandleColumns,
  request: RankingRequest,
  memory = new Memory(),
): RankedMarket {
  const own = ownColumns(columns, request.places)
  if (request.method === 'level-stdev') return rankLevels(own, request)
  const { method: estimator, places: window, mean, annualisation } = request
  const asked = { estimator, window, mean: mean ?? 'sample', barsPerYear: annualisation } as const
  const logs = new LogColumns(own, memory)
  const series = volatility(own, { ...asked, minCoverage: MIN_COVERAGE }, logs)
  const ranked = rankedOf(newestReceipt(series, own))
  logs.release()
  memory.giveBack(series.sigma)
  return ranked
}

/** From the lead of the window to the newest candle. */
function ownColumns(columns: CandleColumns, places: number): CandleColumns {
  const step = INTERVAL_MS[columns.interval]
  const lead = leadOf(columns, places)
  const end = lead ? lead.end : columns.states.lastIndexOf(State.present) + 1
  return cutColumns(columns, columns.startMs + (lead?.from ?? 0) * step, columns.startMs + end * step)
}

function rankLevels(columns: CandleColumns, { places, interval }: RankingRequest): RankedMarket {
  const { market, startMs, length, states } = columns
  const fewest = Math.max(2, Math.ceil(MIN_COVERAGE * places))
  const { sigma, bars } = levelSpread(columns, places, fewest)
  const first = states.findIndex((state) => !isMissing(state))
  const ranked = {
    market,
    source: market.slice(0, market.indexOf(':')),
    barsUsed: bars,
    barsExpected: places,
    asOfMs: first < 0 ? NaN : startMs + length * INTERVAL_MS[interval],
  }
  if (first < 0) return { ...ranked, sigma: NaN, reason: { why: 'no candles', interval } }
  const known = length - first
  const shortest = known >= 2 ? known : null
  if (known < places) {
    const reason = { why: 'too short', known, wanted: places, window: places, interval, shortest } as const
    return { ...ranked, sigma: NaN, reason }
  }
  if (!Number.isNaN(sigma)) return { ...ranked, sigma, reason: null }
  const missing = { why: 'bars missing', used: bars, window: places, interval, needsClose: false } as const
  return { ...ranked, sigma, reason: { ...missing, fewest } }
}

function rankedOf({ market, source, sigma, barsUsed, barsExpected, asOfMs, reason }: Receipt): RankedMarket {
  return { market, source, sigma, barsUsed, barsExpected, asOfMs, reason }
}

/** Largest first, by name where alike; what is not available comes last. */
export function sortRanking(markets: readonly RankedMarket[]): RankedMarket[] {
  const order = ({ sigma }: RankedMarket) => (Number.isNaN(sigma) ? -1 : sigma)
  return markets.toSorted((a, b) => order(b) - order(a) || (a.market < b.market ? -1 : 1))
}
