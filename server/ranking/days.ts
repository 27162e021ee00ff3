/**
 * Measures of the last days of every market, from their minutes: these pass through once, a market at a time, and what is
 * kept of them is some numbers a day. What changed since is measured anew.
 */
import { cutColumns } from '../../core/candle/cut.ts'
import type { MarketId } from '../../core/market.ts'
import { DAY_MS, floorTo, MINUTE_MS } from '../../core/time/interval.ts'
import { joinDays } from '../../core/volatility/realised/columns.ts'
import { realisedDays } from '../../core/volatility/realised/days.ts'
import type { RealisedDays } from '../../core/volatility/realised/types.ts'
import { readSeries } from '../series.ts'
import type { BarSource, RecentMarket } from './recent.ts'

interface Kept {
  readonly days: RealisedDays
  /** Nothing lies before. */
  readonly isWhole: boolean
}

const endOf = ({ startMs, length }: RealisedDays): number => startMs + length * DAY_MS

/** Not for two questions at once: the second one waits for the first. */
export class RecentDays {
  readonly #source: BarSource
  readonly #kept = new Map<MarketId, Kept>()
  #revision: number | null = null
  /** Grows whenever any market's minutes changed. */
  #generation = 0

  constructor(source: BarSource) {
    this.#source = source
  }

  /** Looks at what changed, and forgets it. */
  async look(): Promise<{ generation: number; markets: readonly RecentMarket[] }> {
    // What comes before the beginning of all that there was is of interest, too.
    const fromMs = Math.min(
      ...[...this.#kept.values()].map(({ days, isWhole }) => (isWhole ? 0 : days.startMs)),
    )
    const since = this.#kept.size === 0 ? null : this.#revision
    const { revision, markets } = await this.#source.seriesChanges('1m', since, fromMs)
    if (revision !== this.#revision) this.#generation++
    this.#revision = revision
    const there = new Set(markets.map(({ id }) => id))
    for (const id of this.#kept.keys()) if (!there.has(id)) this.#kept.delete(id)
    for (const { id, changedFromMs } of markets) if (changedFromMs !== null) this.#cut(id, changedFromMs)
    return { generation: this.#generation, markets }
  }

  /** The last `count` whole UTC days of a market, or as many as there are. */
  async read({ id, lastMs }: RecentMarket, count: number): Promise<RealisedDays> {
    const endMs = lastMs === null ? 0 : floorTo('1d', lastMs + MINUTE_MS)
    const fromMs = Math.max(0, endMs - Math.ceil(count) * DAY_MS)
    const found = this.#kept.get(id)
    const kept = found && (found.isWhole || found.days.startMs <= fromMs) ? found : null
    const begin = kept ? endOf(kept.days) : fromMs
    if (begin >= endMs) return kept?.days ?? joinDays([], endMs, 0, '1m')
    const fresh = await this.#measure(id, begin, endMs)
    const startMs = kept ? kept.days.startMs : Math.max(begin, fresh.firstMs)
    const stretches = kept ? [kept.days, fresh.days] : [fresh.days]
    const days = joinDays(stretches, startMs, Math.max(0, (endMs - startMs) / DAY_MS), '1m')
    this.#kept.set(id, { days, isWhole: kept?.isWhole ?? fresh.firstMs > begin })
    return days
  }

  async #measure(id: MarketId, begin: number, endMs: number) {
    // The first returns of a day begin in the day before.
    const read = await readSeries((...asked) => this.#source.priceFrame(...asked), id, '1m', begin - DAY_MS)
    const minutes = cutColumns(read, read.startMs, endMs)
    const days = realisedDays(minutes, '1m')
    return {
      /** The first day of which any minute is known. */
      firstMs: days.length === 0 ? endMs : days.startMs,
      days: joinDays([days], begin, (endMs - begin) / DAY_MS, '1m'),
    }
  }

  /** Forgets a market's days from an instant on. */
  #cut(id: MarketId, fromMs: number): void {
    const kept = this.#kept.get(id)
    if (!kept || fromMs >= endOf(kept.days)) return
    const { startMs } = kept.days
    const length = fromMs <= startMs ? 0 : (floorTo('1d', fromMs) - startMs) / DAY_MS
    if (length === 0) this.#kept.delete(id)
    else this.#kept.set(id, { ...kept, days: joinDays([kept.days], startMs, length, '1m') })
  }
}
