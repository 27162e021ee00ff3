/** A σ series in words, and its value at an instant. */
import { formatPercent } from '$core/format/percent.ts'
import { INTERVAL_MS } from '$core/time/interval.ts'
import { LEAST_SHARE_OF_DAY } from '$core/volatility/realised/types.ts'
import { fewestBars, isRealised, needsCloseBefore } from '$core/volatility/request.ts'
import type { Receipt, Unavailable } from '$core/volatility/types.ts'
import type { Span } from '$lib/chart/viewport.ts'
import { locale } from '$lib/i18n/language.ts'
import { t } from '$lib/i18n/t.ts'
import { estimatorNames, windowText } from '$lib/ui/names.ts'
import { reasonText } from '$lib/ui/reasons.ts'
import { MIN_COVERAGE, type SigmaView } from '$worker/api.ts'

/** What was known of σ at an instant: the value of the last bar closed by then, with a receipt of its own. */
export function sigmaAt(view: SigmaView, ms: number): Receipt {
  const step = INTERVAL_MS[view.interval]
  const place = Math.min(view.sigma.length, Math.floor((ms - view.startMs) / step)) - 1
  const sigma = view.sigma[place] ?? NaN
  const lastBarMs = view.startMs + place * step
  const { receipt } = view
  const used = view.bars[place] ?? 0
  const { window } = receipt
  return {
    ...receipt,
    barsUsed: used,
    barsEmpty: view.flat[place] ?? 0,
    firstBarMs: lastBarMs - (window - 1) * step,
    lastBarMs,
    // A day that is under way is known as far as its newest bar.
    asOfMs: Math.min(lastBarMs + step, view.receipt.asOfMs),
    sigma,
    // Those of the newest window are of other bars.
    warnings: [],
    reason: Number.isNaN(sigma) ? reasonAt(view, place, used) : null,
  }
}

/** Before the first σ of a series its window has not filled yet; after it, bars are missing. */
function reasonAt({ sigma, interval, receipt }: SigmaView, place: number, used: number): Unavailable {
  const { window, estimator } = receipt
  const fewest = fewestBars({ window, minCoverage: MIN_COVERAGE })
  if (isRealised(estimator))
    return { why: 'days missing', used, window, fewest, leastShare: LEAST_SHARE_OF_DAY }
  const needsClose = needsCloseBefore(estimator)
  const begins = sigma.findIndex((value) => !Number.isNaN(value))
  if (begins >= 0 && place >= begins)
    return { why: 'bars missing', used, window, interval, needsClose, fewest }
  const close = Number(needsClose)
  return {
    why: 'too short',
    known: used + close,
    wanted: window + close,
    window,
    interval,
    shortest: used >= 2 ? used : null,
  }
}

/** Places of the series whose bars close inside the span, as `[from, to)`. */
export function placesIn(view: SigmaView, span: Span): readonly [number, number] {
  const step = INTERVAL_MS[view.interval]
  const from = Math.max(0, Math.ceil((span.fromMs - view.startMs) / step) - 1)
  const to = Math.min(view.sigma.length, Math.floor((span.toMs - view.startMs) / step))
  return [from, Math.max(from, to)]
}

export function describeSigma(view: SigmaView, span: Span): string {
  const { receipt } = view
  const [from, to] = placesIn(view, span)
  let low = Infinity
  let high = -Infinity
  let absent = 0
  for (let i = from; i < to; i++) {
    const value = view.sigma[i]!
    if (Number.isNaN(value)) absent++
    else {
      low = Math.min(low, value)
      high = Math.max(high, value)
    }
  }
  const window = windowText(receipt.window, view.interval)
  const what = t(`Volatility, ${estimatorNames()[receipt.estimator]}, window ${window}`)
  const reason = receipt.reason ? reasonText(receipt.reason) : t('too few bars')
  if (low > high) return t(`${what}: not available in view. ${reason}`)
  const percent = (value: number) => formatPercent(value, 1, locale())
  const range = Number.isFinite(receipt.sigma)
    ? t(
        `${what}: now ${percent(receipt.sigma)} a year; in view between ${percent(low)} and ${percent(high)}.`,
      )
    : t(`${what}: now not available, ${reason}; in view between ${percent(low)} and ${percent(high)}.`)
  return absent === 0 ? range : t(`${range} Not available at ${absent} of ${to - from} places.`)
}
