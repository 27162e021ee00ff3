/**
 * Measures of the days of markets, from the minutes that lie on this device: a month at a time, so that a history of any
 * length passes through little memory, and each month anew only when its bytes have changed.
 */
import type { MarketId } from '../../core/market.ts'
import { DAY_MS, floorTo } from '../../core/time/interval.ts'
import { joinDays } from '../../core/volatility/realised/columns.ts'
import { realisedDays } from '../../core/volatility/realised/days.ts'
import type { RealisedDays } from '../../core/volatility/realised/types.ts'
import type { Store } from '../lib/store/database.ts'
import { manifestOf, overlaps, tailOf, type Span } from '../lib/store/series.ts'
import type { SeriesCache } from './columns.ts'

/** What lies here of a stretch of minutes. */
interface Held extends Span {
  /** Changes with the bytes. */
  readonly print: string
}

interface Month {
  /** Of all that its days were made of. */
  readonly print: string
  readonly days: Promise<RealisedDays>
}

export class RealisedCache {
  readonly #store: Store
  readonly #columns: SeriesCache
  readonly #months = new Map<MarketId, Map<number, Month>>()

  constructor(store: Store, columns: SeriesCache) {
    this.#store = store
    this.#columns = columns
  }

  /** The days that touch [fromMs, toMs) and of which minutes are here; no days without any. */
  async read(market: MarketId, fromMs: number, toMs: number): Promise<RealisedDays> {
    const held = await this.#held(market)
    const from = floorTo('1d', Math.max(fromMs, Math.min(...held.map((one) => one.fromMs))))
    const to = Math.ceil(Math.min(toMs, Math.max(...held.map((one) => one.toMs))) / DAY_MS) * DAY_MS
    if (!(from < to)) return joinDays([], floorTo('1d', Math.max(0, toMs)), 0, '1m')
    const months: RealisedDays[] = []
    // One after the other: two months of decoded minutes are never in memory at once.
    for (let month = startOfMonth(from); month < to; month = startOfMonth(month, 1))
      months.push(await this.#month(market, month, Math.min(startOfMonth(month, 1), to), held))
    return trimmed(joinDays(months, from, (to - from) / DAY_MS, '1m'))
  }

  /** The store has been emptied. */
  forget(): void {
    this.#months.clear()
  }

  /** Whoever asks while a month is being measured waits for the same. */
  async #month(market: MarketId, from: number, to: number, held: readonly Held[]): Promise<RealisedDays> {
    // The first returns of a day begin in the day before.
    const span = { fromMs: from - DAY_MS, toMs: to }
    const found = held.filter((one) => overlaps(one, span))
    const print = [to, ...found.map((one) => one.print)].join(' ')
    const months = this.#months.get(market) ?? new Map<number, Month>()
    this.#months.set(market, months)
    const known = months.get(from)
    if (known?.print === print) return known.days
    const measured = this.#measure(market, span)
    const month = { print, days: measured.then(({ days }) => days) }
    months.set(from, month)
    const forget = () => {
      if (months.get(from) === month) months.delete(from)
    }
    // What was damaged is fetched again under the same name.
    measured.then(({ pieces }) => (pieces === found.length ? undefined : forget()), forget)
    return month.days
  }

  async #measure(market: MarketId, { fromMs, toMs }: Span) {
    const { columns, pieces } = await this.#columns.readOnce(market, '1m', fromMs, toMs)
    const from = fromMs + DAY_MS
    return { days: joinDays([realisedDays(columns, '1m')], from, (toMs - from) / DAY_MS, '1m'), pieces }
  }

  async #held(market: MarketId): Promise<Held[]> {
    const [chunks, tail] = await Promise.all([
      manifestOf(this.#store, market, '1m', 'price'),
      tailOf(this.#store, market, '1m', 'price'),
    ])
    return [
      ...chunks
        .filter(({ held }) => held !== null)
        .map(({ fromMs, toMs, held }) => ({ fromMs, toMs, print: held! })),
      ...tail.map(({ fromMs, toMs, period, revision }) => ({
        fromMs,
        toMs,
        print: `${period}@${revision}`,
      })),
    ]
  }
}

function startOfMonth(ms: number, later = 0): number {
  const date = new Date(ms)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + later)
}

/** Without the days before the first and after the last of which anything is known. */
function trimmed(days: RealisedDays): RealisedDays {
  const isKnown = (day: number) => days.present[day]! > 0 || days.sampled[day]! > 0 || days.empty[day]! > 0
  let first = 0
  while (first < days.length && !isKnown(first)) first++
  let end = days.length
  while (end > first && !isKnown(end - 1)) end--
  return joinDays([days], days.startMs + first * DAY_MS, end - first, days.interval)
}
