/**
 * Objects of ccxt whose requests go through a hook of ours. ccxt is imported at the first use, since it takes a third
 * of a second and 150 MB; its own limiter is off, and what it calls a number is the number's text.
 */
import type * as Ccxt from 'ccxt'
import { isLosslessNumber } from 'lossless-json'
import { STORED_INTERVALS, type StoredInterval } from '../../core/time/interval.ts'
import type { CcxtExchange, Dialect } from './dialect.ts'

type Library = typeof Ccxt.default
type Classes = Readonly<Record<string, new (settings: object) => CcxtExchange>>

export async function openExchange(
  dialect: Dialect,
  baseUrl: string | null,
  hook: (url: string) => Promise<unknown>,
): Promise<CcxtExchange> {
  const { default: ccxt } = await import('ccxt')
  const Exchange = (ccxt as unknown as Classes)[dialect.ccxtId]!
  const exchange = new Exchange({ ...dialect.settings(baseUrl), enableRateLimit: false, number: String })
  // One request less, and nothing here needs what it tells.
  exchange.has['fetchCurrencies'] = false
  exchange.fetch = hook
  return exchange
}

/** What ccxt says of an exchange. */
export interface KnownExchange {
  readonly intervals: readonly StoredInterval[]
  readonly hasTickers: boolean
  readonly requestsPerSecond: number
}

/** null where ccxt knows no exchange of this name, or none with candles. */
export async function knownExchange(name: string): Promise<KnownExchange | null> {
  const { default: ccxt } = await import('ccxt')
  if (!ccxt.exchanges.includes(name)) return null
  const exchange = new (ccxt as unknown as Classes)[name]!({})
  if (!exchange.has['fetchOHLCV']) return null
  const timeframes = Object.keys((exchange.timeframes as object | undefined) ?? {})
  return {
    intervals: STORED_INTERVALS.filter((interval) => timeframes.includes(interval)),
    hasTickers: exchange.has['fetchTickers'] === true,
    // Its pause between two requests, in milliseconds.
    requestsPerSecond: Math.max(0.1, Math.min(10, 1000 / Number(exchange.rateLimit || 2000))),
  }
}

/** Names of all exchanges that ccxt knows. */
export async function exchangeNames(): Promise<readonly string[]> {
  const { default: ccxt } = await import('ccxt')
  return ccxt.exchanges
}

/** Every number as its text, as ccxt takes it. */
export function textNumbers(value: unknown): unknown {
  if (isLosslessNumber(value)) return value.value
  if (Array.isArray(value)) return value.map(textNumbers)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, textNumbers(item)]))
}

/**
 * What an error of ccxt means as a status of HTTP; null for what is no error of ccxt. Sources tell of their limits in
 * answers of 200, too, and ccxt knows their words.
 */
export async function statusOf(error: unknown): Promise<number | null> {
  const { default: ccxt } = await import('ccxt')
  if (!(error instanceof ccxt.BaseError)) return null
  return STATUSES(ccxt).find(([kind]) => error instanceof kind)?.[1] ?? 502
}

const STATUSES = (ccxt: Library) =>
  [
    [ccxt.RateLimitExceeded, 429],
    [ccxt.DDoSProtection, 429],
    [ccxt.BadSymbol, 404],
    [ccxt.BadRequest, 400],
    [ccxt.PermissionDenied, 403],
    [ccxt.AuthenticationError, 403],
    [ccxt.OnMaintenance, 503],
    [ccxt.ExchangeNotAvailable, 503],
  ] as const
