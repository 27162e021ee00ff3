/** What σ of the realised family rests on, and why it is not available. */
import { fewestBars } from '../request.ts'
import type { IntradayReceipt, Unavailable, VolatilitySeries } from '../types.ts'
import { LEAST_SHARE_OF_DAY, type RealisedDays } from './types.ts'

/** Of the window that ends at a place. */
export function intradayReceipt(
  { request }: VolatilitySeries,
  days: RealisedDays,
  place: number,
): IntradayReceipt {
  let [entered, returnsUsed, barsEmpty] = [0, 0, 0]
  eachDay(days, request.window, place, (day) => {
    if (Number.isNaN(days.variance.realized[day]!)) return
    entered++
    returnsUsed += days.present[day]!
    barsEmpty += days.empty[day]!
  })
  return { interval: days.interval, returnsUsed, returnsExpected: entered * days.expected, barsEmpty }
}

export function reasonOfDays(series: VolatilitySeries, place: number): Unavailable {
  const { request, days, interval, firstPlace, endPlace } = series
  const { window } = request
  if (!days) return { why: 'no intraday', interval }
  if (endPlace === 0) return { why: 'no minutes' }
  if (place >= endPlace) return { why: 'after the last' }
  let sampled = 0
  eachDay(days, window, place, (day) => (sampled += days.sampled[day]!))
  if (sampled > 0) return { why: 'sampled minutes' }
  if (place < firstPlace) {
    const known = place + 1
    return { why: 'few days', known, window, shortest: known >= 2 ? known : null }
  }
  const used = series.bars[place] ?? 0
  return { why: 'days missing', used, window, fewest: fewestBars(request), leastShare: LEAST_SHARE_OF_DAY }
}

function eachDay(days: RealisedDays, window: number, place: number, found: (day: number) => void): void {
  for (let day = Math.max(0, place - window + 1); day <= place && day < days.length; day++) found(day)
}
