/** What the page is told of the days of a market: σ of the realised family, and what happened inside the days. */
import { missingColumns } from '../../core/candle/columns.ts'
import type { MarketId } from '../../core/market.ts'
import { barsPerYear, DAY_MS } from '../../core/time/interval.ts'
import { LogColumns } from '../../core/volatility/logs.ts'
import { Memory } from '../../core/volatility/memory.ts'
import { measuresOf } from '../../core/volatility/realised/measures.ts'
import { LEAST_SHARE_OF_DAY, type RealisedDays } from '../../core/volatility/realised/types.ts'
import type { RealisedEstimator, Unavailable } from '../../core/volatility/types.ts'
import { newestReceipt, percentile, volatility } from '../../core/volatility/volatility.ts'
import type { RealisedRequest, RealisedView, SigmaRequest, SigmaSummary, SigmaView } from './api.ts'
import { MIN_COVERAGE } from './api.ts'
import { viewOf } from './sigma.ts'

/** Logarithms of a market of which only the measures of its days are at hand. */
export function logsOfDays(days: RealisedDays, market: MarketId): LogColumns {
  const none = missingColumns(market, days.interval, days.startMs, 0, false)
  return new LogColumns(none, new Memory(), days)
}

export function realisedView(
  days: RealisedDays,
  { market, estimator, window, fromMs }: SigmaRequest & { readonly estimator: RealisedEstimator },
): SigmaView {
  const { series, receipt } = sigmaOf(days, market, estimator, window)
  return viewOf(series, receipt, fromMs)
}

export function realisedSummary(
  days: RealisedDays,
  market: MarketId,
  estimator: RealisedEstimator,
  window: number,
): SigmaSummary {
  const { series, receipt } = sigmaOf(days, market, estimator, window)
  return { receipt, percentile: percentile(series) }
}

function sigmaOf(days: RealisedDays, market: MarketId, estimator: RealisedEstimator, window: number) {
  const logs = logsOfDays(days, market)
  // Squares are not taken from a mean.
  const request = { estimator, window, mean: 'zero', barsPerYear: barsPerYear('1d') } as const
  const series = volatility(logs.columns, { ...request, minCoverage: MIN_COVERAGE }, logs)
  return { series, receipt: newestReceipt(series, logs.columns) }
}

export function realisedOf(days: RealisedDays, { market, fromMs, toMs }: RealisedRequest): RealisedView {
  const { startMs, length, variance, down, up, jumpShare, jumpStatistic, present, expected } = days
  const whole = measuresOf(days, 0, length)
  const span = { fromMs: Math.floor(fromMs / DAY_MS) * DAY_MS, toMs: Math.ceil(toMs / DAY_MS) * DAY_MS }
  const lastDay = variance.realized.findLastIndex((value) => !Number.isNaN(value))
  return {
    startMs,
    variance: variance.realized.slice(),
    down: down.slice(),
    up: up.slice(),
    jumpShare: jumpShare.slice(),
    jumpStatistic: jumpStatistic.slice(),
    present: present.slice(),
    expected,
    whole,
    receipt: {
      market,
      source: market.slice(0, market.indexOf(':')),
      interval: '1d',
      barsUsed: whole.days,
      barsExpected: Math.max(0, (span.toMs - span.fromMs) / DAY_MS),
      barsEmpty: 0,
      ...span,
      asOfMs: lastDay < 0 ? null : startMs + (lastDay + 1) * DAY_MS,
      reason: whole.days > 0 ? null : reasonOf(days),
    },
  }
}

/** Why no day entered. */
function reasonOf(days: RealisedDays): Unavailable {
  if (days.sampled.some((count) => count > 0)) return { why: 'sampled minutes' }
  if (days.length === 0) return { why: 'no minutes' }
  return { why: 'days missing', used: 0, window: days.length, fewest: 1, leastShare: LEAST_SHARE_OF_DAY }
}
