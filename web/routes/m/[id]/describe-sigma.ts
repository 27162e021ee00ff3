/** A σ series in words, and its value at an instant. */
import { formatPercent } from '$core/format/percent.ts'
import { INTERVAL_MS } from '$core/time/interval.ts'
import type { Receipt } from '$core/volatility/types.ts'
import type { Span } from '$lib/chart/viewport.ts'
import { locale } from '$lib/i18n/language.ts'
import { estimatorNames, windowText } from '$lib/ui/names.ts'
import type { SigmaView } from '$worker/api.ts'

/** What was known of σ at an instant: the value of the last bar closed by then, with a receipt of its own. */
export function sigmaAt(view: SigmaView, ms: number): Receipt {
  const step = INTERVAL_MS[view.interval]
  const place = Math.min(view.sigma.length, Math.floor((ms - view.startMs) / step)) - 1
  const sigma = view.sigma[place] ?? NaN
  const lastBarMs = view.startMs + place * step
  return {
    ...view.receipt,
    barsUsed: view.bars[place] ?? 0,
    barsEmpty: view.flat[place] ?? 0,
    firstBarMs: lastBarMs - (view.receipt.window - 1) * step,
    lastBarMs,
    asOfMs: lastBarMs + step,
    sigma,
    reason: Number.isNaN(sigma) ? 'too few bars here' : null,
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
  const what = `Volatility, ${estimatorNames()[receipt.estimator]}, window ${windowText(receipt.window, view.interval)}`
  if (low > high) return `${what}: not available in view. ${receipt.reason ?? ''}`
  const now = Number.isFinite(receipt.sigma)
    ? `now ${formatPercent(receipt.sigma, 1, locale())} a year`
    : `now not available: ${receipt.reason ?? 'too few bars'}`
  return (
    `${what}: ${now}; in view between ${formatPercent(low, 1, locale())} and ${formatPercent(high, 1, locale())}` +
    (absent > 0 ? `, not available at ${absent} of ${to - from} places.` : '.')
  )
}
