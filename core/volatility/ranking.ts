/**
 * Markets ranked by their volatility of one window, largest first: what a request means, and one market's place in it.
 * The same on the server and on a device.
 */
import { isMissing, missingColumns, State, type CandleColumns } from '../candle/columns.ts'
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
import type { RealisedDays } from './realised/types.ts'
import { isRealised } from './request.ts'
import {
  ESTIMATORS,
  type Mean,
  type RealisedEstimator,
  type Receipt,
  type Unavailable,
  type Warning,
} from './types.ts'
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
  /** Empty places among those used. */
  readonly barsEmpty: number
  /** Close of the newest candle, which the window ends with; NaN without any. */
  readonly asOfMs: number
  readonly reason: Unavailable | null
  /** What σ is to be read with care for. */
  readonly warnings: readonly Warning[]
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
const MOST_PLACES = 10_080
/** Days of minutes for the realised family. */
const MOST_REALISED_DAYS = 365
/** Bars after which an average that forgets 6 % of itself with each has forgotten where it began: 0.94^600 < 1e-16. */
const EWMA_BARS = 600
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
  return isOfDays(known)
    ? realisedRequest(window, windowMs, known, interval)
    : barsRequest(window, windowMs, known, interval)
}

function barsRequest(
  window: string,
  windowMs: number,
  method: RankingMethod,
  asked: Interval | null,
): RankingRequest {
  const interval = asked ?? barsOf(windowMs)
  const places = windowMs / INTERVAL_MS[interval]
  if (!Number.isInteger(places) || places < 2 || places > MOST_PLACES)
    throw refused('window', window, `2 to ${MOST_PLACES} whole bars of ${interval}`)
  const isSubHour = INTERVAL_MS[interval] < HOUR_MS
  return {
    window,
    method,
    interval,
    places,
    mean: method === 'close' ? (isSubHour ? 'zero' : 'sample') : null,
    annualisation: method === 'level-stdev' ? null : barsPerYear(interval),
  }
}

function realisedRequest(
  window: string,
  windowMs: number,
  method: RankingMethod,
  asked: Interval | null,
): RankingRequest {
  if (asked !== null && asked !== '1d')
    throw refused('interval', asked, `1d for ${method}, whose days are made of minutes`)
  const places = windowMs / DAY_MS
  if (places > MOST_REALISED_DAYS || (places > 2 && !Number.isInteger(places)))
    throw refused('window', window, `2 to ${MOST_REALISED_DAYS} whole days for ${method}`)
  return { window, method, interval: '1d', places, mean: null, annualisation: barsPerYear('1d') }
}

/** Whether markets are ranked by `rankDays`. */
export function isOfDays(method: RankingMethod): method is RealisedEstimator {
  return method !== 'level-stdev' && isRealised(method)
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

/** How many bars, up to the newest candle, can matter. */
export function rankedPlaces({ method, places }: RankingRequest): number {
  return method === 'ewma' ? places + EWMA_BARS : places
}

/**
 * Where the columns that a window is computed of begin: at the newest candle before what matters, so that its first bar finds
 * the close before over empty places.
 *
 * @returns null where that candle, if there is one, lies before the columns
 */
export function leadOf(columns: CandleColumns, request: RankingRequest): number | null {
  const before = columns.states.lastIndexOf(State.present) - rankedPlaces(request)
  const from = before < 0 ? -1 : columns.states.lastIndexOf(State.present, before)
  return from < 0 ? null : from
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
  const { method: estimator, places: window, mean, annualisation } = request
  const own = ownColumns(columns, request)
  if (estimator === 'level-stdev') return rankLevels(own, request)
  const asked = { estimator, window, mean: mean ?? 'sample', barsPerYear: annualisation } as const
  const logs = new LogColumns(own, memory)
  const series = volatility(own, { ...asked, minCoverage: MIN_COVERAGE }, logs)
  const ranked = rankedOf(newestReceipt(series, own))
  logs.release()
  memory.giveBack(series.sigma)
  return ranked
}

/**
 * One market's σ by the realised family over the days that end with the last one.
 *
 * @param days whole UTC days, measured by their minutes
 */
export function rankDays(market: MarketId, days: RealisedDays, request: RankingRequest): RankedMarket {
  const { method, places: window, annualisation } = request
  const none = missingColumns(market, days.interval, days.startMs, 0, false)
  if (!isOfDays(method)) throw new RangeError(`${method} is not made of the returns inside days`)
  if (window < 2) return unavailable(none, window, { why: 'under two days' })
  const asked = { estimator: method, window, mean: 'zero', barsPerYear: annualisation } as const
  const logs = new LogColumns(none, new Memory(), days)
  return rankedOf(newestReceipt(volatility(none, { ...asked, minCoverage: MIN_COVERAGE }, logs), none))
}

/** From the lead of the window to the newest candle. */
function ownColumns(columns: CandleColumns, request: RankingRequest): CandleColumns {
  const step = INTERVAL_MS[columns.interval]
  const fromMs = columns.startMs + (leadOf(columns, request) ?? 0) * step
  const endMs = columns.startMs + (columns.states.lastIndexOf(State.present) + 1) * step
  return cutColumns(columns, fromMs, endMs)
}

function rankLevels(columns: CandleColumns, { places, interval }: RankingRequest): RankedMarket {
  const fewest = Math.max(2, Math.ceil(MIN_COVERAGE * places))
  const { sigma, bars, empty } = levelSpread(columns, places, fewest)
  const first = columns.states.findIndex((state) => !isMissing(state))
  const known = columns.length - first
  const shortest = known >= 2 ? known : null
  const short = { why: 'too short', known, wanted: places, window: places, interval, shortest } as const
  const missing = {
    why: 'bars missing',
    used: bars,
    window: places,
    interval,
    needsClose: false,
    fewest,
  } as const
  if (first < 0) return unavailable(columns, places, { why: 'no candles', interval })
  if (known < places) return { ...unavailable(columns, places, short), barsUsed: bars }
  const ranked = { ...unavailable(columns, places, missing), barsUsed: bars }
  return Number.isNaN(sigma) ? ranked : { ...ranked, sigma, barsEmpty: empty, reason: null }
}

function unavailable(columns: CandleColumns, places: number, reason: Unavailable): RankedMarket {
  const { market, interval, startMs, length } = columns
  return {
    market,
    source: market.slice(0, market.indexOf(':')),
    sigma: NaN,
    barsUsed: 0,
    barsExpected: places,
    barsEmpty: 0,
    asOfMs: length === 0 ? NaN : startMs + length * INTERVAL_MS[interval],
    reason,
    warnings: [],
  }
}

function rankedOf({
  market,
  source,
  sigma,
  barsUsed,
  barsExpected,
  barsEmpty,
  asOfMs,
  reason,
  warnings,
}: Receipt): RankedMarket {
  // Its own history says nothing of how long that of the market is: the columns begin with the window.
  const own = warnings.filter(({ what }) => what !== 'short history')
  return { market, source, sigma, barsUsed, barsExpected, barsEmpty, asOfMs, reason, warnings: own }
}

/** Largest first, by name where alike; what is not available comes last. */
export function sortRanking(markets: readonly RankedMarket[]): RankedMarket[] {
  const order = ({ sigma }: RankedMarket) => (Number.isNaN(sigma) ? -1 : sigma)
  return markets.toSorted((a, b) => order(b) - order(a) || (a.market < b.market ? -1 : 1))
}
