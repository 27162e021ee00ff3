/** Sentences about markets: how they are sorted, what a source has of them, how far their history is read. */
import { formatSpan } from '../../../core/format/age.ts'
import { DAY_MS, HOUR_MS, INTERVAL_MS, type StoredInterval } from '../../../core/time/interval.ts'
import type { BackfillProgress } from '../../../core/wire/api.ts'
import type { SourceFacts } from '../../../core/wire/found.ts'
import { t } from '../i18n/t.ts'
import type { Sort } from './arrangement.ts'

export function sortName(sort: Sort): string {
  switch (sort) {
    case 'own':
      return t('Own order')
    case 'name':
      return t('Name')
    case 'change':
      return t('Change')
    case 'sigma':
      return t('Volatility σ')
    case 'percentile':
      return t('σ percentile')
  }
}

/** What a source has: which bars, of what they are made, and how far back. */
export function historyOf({ intervals, sampled, sinceMs, reachBars, reachDays }: SourceFacts): string {
  const year = new Date(sinceMs).getUTCFullYear()
  const bars = intervals.includes('1m') ? t('minutes, hours, days') : t('hours and days')
  const made = sampled ? t('sampled prices, no volume') : t('traded prices and volume')
  if (reachBars !== null) {
    const back = (interval: StoredInterval) => formatSpan(reachBars * INTERVAL_MS[interval])
    return t(`${made}; reaches back ${back('1m')} in minutes, ${back('1h')} in hours, ${back('1d')} in days`)
  }
  if (reachDays !== null) return t(`${bars}; ${made}; the last ${reachDays} days`)
  return t(`${bars}; ${made}; from ${year} on where it was listed`)
}

/** Places of a slice of history, as the server counts its progress. */
const SLICE_PLACES = 300
const MONTH_MS = 30.44 * DAY_MS

/** `reading history: 3 of 12 months`; null when all that is wanted has been read. */
export function historyText(progress: readonly BackfillProgress[]): string | null {
  const open = progress.filter(({ wanted, done }) => done < wanted)
  if (open.length === 0) return progress.some(({ done }) => done > 0) ? null : t('reading history')
  // Only the days tell how far back there is anything, so they are read first.
  if (open.some(({ interval }) => interval === '1d')) return t('reading history: the days first')
  const { interval, wanted, done } = longest(open)
  const wantedMs = wanted * SLICE_PLACES * INTERVAL_MS[interval]
  const part = (unitMs: number) => {
    const of = Math.max(1, Math.round(wantedMs / unitMs))
    return [Math.min(of - 1, Math.floor((done / wanted) * of)), of] as const
  }
  if (wantedMs >= 2 * MONTH_MS) {
    const [read, of] = part(MONTH_MS)
    return t(`reading history: ${read} of ${of} months`)
  }
  if (wantedMs >= 2 * DAY_MS) {
    const [read, of] = part(DAY_MS)
    return t(`reading history: ${read} of ${of} days`)
  }
  const [read, of] = part(HOUR_MS)
  return t(`reading history: ${read} of ${of} hours`)
}

function longest(open: readonly BackfillProgress[]): BackfillProgress {
  return open.reduce((most, one) => (one.wanted - one.done > most.wanted - most.done ? one : most))
}
