/** Values for the specimens: nobody's market, at an instant that stands still. */
import type { MarketId } from '$core/market.ts'
import { DAY_MS, HOUR_MS } from '$core/time/interval.ts'
import type { Freshness } from '$core/wire/api.ts'
import type { Receipt } from '$core/volatility/types.ts'
import type { MarketState } from '$lib/state/types.ts'

export const NOW_MS = Date.UTC(2026, 2, 14, 13, 2, 31)
const BITCOIN = 'coinbase:BTC-USD' as MarketId

export const RECEIPT: Receipt = {
  market: BITCOIN,
  source: 'coinbase',
  estimator: 'yang-zhang',
  interval: '1d',
  window: 30,
  mean: 'sample',
  barsUsed: 29,
  barsExpected: 30,
  barsEmpty: 2,
  annualisation: 365,
  firstBarMs: NOW_MS - 30 * DAY_MS,
  lastBarMs: NOW_MS - DAY_MS,
  asOfMs: Date.UTC(2026, 2, 14),
  sigma: 0.583,
  reason: null,
  warnings: [],
}

export const NO_SIGMA: Receipt = {
  ...RECEIPT,
  barsUsed: 0,
  sigma: NaN,
  reason: { why: 'no candles', interval: '1d' },
}

/** How old a price of each freshness is. */
const AGES: Readonly<Record<Freshness, number>> = {
  live: 2_000,
  delayed: 8 * 60_000,
  stale: 5 * HOUR_MS,
  offline: 26 * HOUR_MS,
  ended: 40 * DAY_MS,
}

export function marketOf(freshness: Freshness, change: Partial<MarketState> = {}): MarketState {
  return {
    id: BITCOIN,
    source: 'coinbase',
    base: 'BTC',
    quote: 'USD',
    name: 'Bitcoin',
    tick: '0.01',
    status: freshness === 'ended' ? 'ended' : 'live',
    price: '63444.57',
    priceAsOfMs: NOW_MS - AGES[freshness],
    freshness,
    change24h: -0.0128,
    sparkline: [9, 11, 10, 12, NaN, 12, 14, 13, 15, 14, 12, 13],
    sigma: { receipt: RECEIPT, percentile: 0.84 },
    ...change,
  }
}

/** Prices that a screen must bear. */
export const EXTREMES: readonly Partial<MarketState>[] = [
  { price: '0.00001234', tick: '0.00000001', name: 'Shiba Inu', base: 'SHIB', change24h: 0.0604 },
  { price: '1234567.89', name: 'The Wrapped Liquid Staking Governance Token', change24h: 0 },
  {
    price: null,
    priceAsOfMs: null,
    name: 'Newly Listed',
    base: 'NEW',
    change24h: null,
    sparkline: [],
    sigma: null,
  },
]
