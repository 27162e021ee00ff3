/**
 * The newest bars of every market, kept from one question to the next: what changed since is read, and no more. Memory is
 * bounded; what does not fit is read again each time.
 */
import { missingColumns, type CandleColumns } from '../../core/candle/columns.ts'
import { cutColumns } from '../../core/candle/cut.ts'
import type { MarketId } from '../../core/market.ts'
import { INTERVAL_MS, type StoredInterval } from '../../core/time/interval.ts'
import type { Archive } from '../archive/types.ts'
import { readSeries } from '../series.ts'

/** Places of all markets together: about 130 MB. */
const MOST_KEPT = 4_000_000

/** What is needed of the archive. */
export type BarSource = Pick<Archive, 'seriesChanges' | 'recentColumns' | 'priceFrame'>

interface Kept {
  readonly columns: CandleColumns
  /** Nothing lies before. */
  readonly isWhole: boolean
}

/** A market as it stood when it was last looked at. */
export interface RecentMarket {
  readonly id: MarketId
  /** Start of the newest candle; null without any. */
  readonly lastMs: number | null
  readonly isJoined: boolean
}

/** Not for two questions at once: the second one waits for the first. */
export class RecentBars {
  readonly #source: BarSource
  readonly #interval: StoredInterval
  readonly #kept = new Map<MarketId, Kept>()
  #places = 0
  /** The most places that were ever asked for. */
  #reach = 0
  #revision: number | null = null
  #rowsFromMs = Infinity
  /** Grows whenever any market's bars changed. */
  #generation = 0

  constructor(source: BarSource, interval: StoredInterval) {
    this.#source = source
    this.#interval = interval
  }

  /** Looks at what changed, and forgets it. */
  async look(): Promise<{ generation: number; markets: readonly RecentMarket[] }> {
    // What comes before the beginning of all that there was is of interest, too.
    const fromMs = Math.min(
      ...[...this.#kept.values()].map(({ columns, isWhole }) => (isWhole ? 0 : columns.startMs)),
    )
    const since = this.#kept.size === 0 ? null : this.#revision
    const { revision, rowsFromMs, markets } = await this.#source.seriesChanges(this.#interval, since, fromMs)
    if (revision !== this.#revision && (this.#hasLost(markets) || since === null || markets.some(isChanged)))
      this.#generation++
    this.#revision = revision
    this.#rowsFromMs = rowsFromMs
    for (const { id, changedFromMs } of markets) if (changedFromMs !== null) this.#cut(id, changedFromMs)
    return { generation: this.#generation, markets }
  }

  /** The newest `places` bars of each market at least, or all there are. */
  async read(markets: readonly RecentMarket[], places: number): Promise<CandleColumns[]> {
    this.#reach = Math.max(this.#reach, places)
    const wanted = markets.map((market) => this.#wantedOf(market, places))
    const young = wanted.filter(({ market, fromMs }) => !market.isJoined && fromMs >= this.#rowsFromMs)
    const spans = young.map(({ market, fromMs }) => ({ market: market.id, fromMs }))
    const recent = spans.length === 0 ? new Map() : await this.#source.recentColumns(this.#interval, spans)
    const all: CandleColumns[] = []
    for (const { market, kept, fromMs } of wanted) {
      const isNew = market.lastMs !== null && market.lastMs >= fromMs
      const read = !isNew ? null : (recent.get(market.id) ?? (await this.#readOld(market.id, fromMs)))
      const columns =
        joined(kept?.columns ?? null, read) ?? missingColumns(market.id, this.#interval, 0, 0, false)
      if (read)
        this.#keep(market.id, this.#trimmed({ columns, isWhole: kept?.isWhole ?? read.startMs > fromMs }))
      all.push(columns)
    }
    return all
  }

  #readOld(market: MarketId, fromMs: number): Promise<CandleColumns> {
    return readSeries((...asked) => this.#source.priceFrame(...asked), market, this.#interval, fromMs)
  }

  /** What is kept, where it reaches back far enough, and from where on the rest is to be read. */
  #wantedOf(
    market: RecentMarket,
    places: number,
  ): { market: RecentMarket; kept: Kept | null; fromMs: number } {
    const fromMs = (market.lastMs ?? 0) - (places - 1) * INTERVAL_MS[this.#interval]
    const kept = this.#kept.get(market.id)
    if (!kept || (!kept.isWhole && kept.columns.startMs > fromMs)) return { market, kept: null, fromMs }
    return { market, kept, fromMs: endOf(kept.columns) }
  }

  /** Forgets markets that are gone. */
  #hasLost(markets: readonly { readonly id: MarketId }[]): boolean {
    const there = new Set(markets.map(({ id }) => id))
    const gone = [...this.#kept.keys()].filter((id) => !there.has(id))
    for (const id of gone) this.#forget(id)
    return gone.length > 0
  }

  /** Forgets what is kept of a market from an instant on. */
  #cut(market: MarketId, fromMs: number): void {
    const kept = this.#kept.get(market)
    if (!kept) return
    const columns = cutColumns(kept.columns, kept.columns.startMs, fromMs)
    if (columns.length === 0) this.#forget(market)
    else this.#keep(market, { ...kept, columns })
  }

  /** A series grows by a bar at a time; now and then what nobody asks for goes. */
  #trimmed(kept: Kept): Kept {
    const { columns } = kept
    if (columns.length <= 2 * this.#reach) return kept
    const fromMs = endOf(columns) - this.#reach * INTERVAL_MS[this.#interval]
    return { columns: cutColumns(columns, fromMs, endOf(columns)), isWhole: false }
  }

  #keep(market: MarketId, kept: Kept): void {
    this.#forget(market)
    if (this.#places + kept.columns.length > MOST_KEPT) return
    this.#kept.set(market, kept)
    this.#places += kept.columns.length
  }

  #forget(market: MarketId): void {
    this.#places -= this.#kept.get(market)?.columns.length ?? 0
    this.#kept.delete(market)
  }
}

const endOf = (columns: CandleColumns): number =>
  columns.startMs + columns.length * INTERVAL_MS[columns.interval]

const isChanged = ({ changedFromMs }: { readonly changedFromMs: number | null }) => changedFromMs !== null

/** Columns and those that follow them; what lies between is missing. */
function joined(before: CandleColumns | null, after: CandleColumns | null): CandleColumns | null {
  if (!before || !after || after.length === 0) return before ?? after
  const { market, interval, startMs } = before
  const shift = (after.startMs - startMs) / INTERVAL_MS[interval]
  const all = missingColumns(market, interval, startMs, shift + after.length, false)
  for (const name of ['states', 'open', 'high', 'low', 'close'] as const) {
    all[name].set(before[name])
    all[name].set(after[name], shift)
  }
  if (before.samples || after.samples) {
    all.samples = new Uint32Array(all.length)
    if (before.samples) all.samples.set(before.samples)
    if (after.samples) all.samples.set(after.samples, shift)
  }
  return all
}
