/** What the screen is asked for by its address, and how it is called. */
import {
  RANKING_METHODS,
  type RankedMarket,
  type RankingMethod,
  type RankingRequest,
} from '$core/volatility/ranking.ts'
import { INTERVAL_MS } from '$core/time/interval.ts'
import type { Receipt } from '$core/volatility/types.ts'
import { t } from '$lib/i18n/t.ts'
import { estimatorNames, estimatorNotes } from '$lib/ui/names.ts'

export const WINDOWS = ['24h', '7d', '30d', '90d', '365d'] as const
export type Window = (typeof WINDOWS)[number]

/** What another version, or somebody, wrote into the address is left out. */
export function askedOf(parameters: URLSearchParams): { window: Window; method: RankingMethod } {
  const window = WINDOWS.find((one) => one === parameters.get('window')) ?? '24h'
  const method = RANKING_METHODS.find((one) => one === parameters.get('method')) ?? 'close'
  return { window, method }
}

export function methodNames(): Readonly<Record<RankingMethod, string>> {
  return { ...estimatorNames(), 'level-stdev': t('Price levels (older service)') }
}

export function methodNotes(): Readonly<Record<RankingMethod, string>> {
  return { ...estimatorNotes(), 'level-stdev': t('depends on the scale of the price') }
}

/** The receipt of a σ in the ranking; null of levels, which are none. */
export function receiptOf(ranked: RankedMarket, request: RankingRequest): Receipt | null {
  const { method, interval, places, mean, annualisation } = request
  if (method === 'level-stdev') return null
  const { market, source, sigma, barsUsed, barsExpected, barsEmpty, asOfMs, reason, warnings } = ranked
  const step = INTERVAL_MS[interval]
  return {
    market,
    source,
    estimator: method,
    interval,
    window: places,
    mean: mean ?? 'sample',
    barsUsed,
    barsExpected,
    barsEmpty,
    annualisation,
    firstBarMs: asOfMs - places * step,
    lastBarMs: asOfMs - step,
    asOfMs,
    sigma,
    reason,
    warnings,
  }
}
