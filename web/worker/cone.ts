/** Cones of stored days: of any day of the past at once, since the histories of σ are kept while one series is looked at. */
import type { CandleColumns } from '../../core/candle/columns.ts'
import { isMissing } from '../../core/candle/columns.ts'
import { barsPerYear, DAY_MS, INTERVAL_MS } from '../../core/time/interval.ts'
import { Cone, type ConeWindow } from '../../core/volatility/cone.ts'
import type { Estimator } from '../../core/volatility/types.ts'
import { MIN_COVERAGE, type ConeRequest, type ConeView } from './api.ts'

/** The cones of one market by one estimator. */
export class Cones {
  readonly #columns: CandleColumns
  readonly #windows: readonly number[]
  readonly #estimator: Estimator
  readonly #asked: Cone
  /** By closes alone, where bars are made of too few samples for their high and low. */
  #closes: Cone | null = null

  constructor(columns: CandleColumns, { estimator, windows }: ConeRequest) {
    this.#columns = columns
    this.#windows = windows
    this.#estimator = estimator
    this.#asked = this.#by(estimator)
  }

  isOf(columns: CandleColumns, { estimator, windows }: ConeRequest): boolean {
    const isSame = columns === this.#columns && estimator === this.#estimator
    return isSame && String(windows) === String(this.#windows)
  }

  /** As it was before an instant; null: the newest. */
  at(beforeMs: number | null): ConeView {
    const { columns } = this
    const step = INTERVAL_MS[columns.interval]
    const first = columns.states.findIndex((state) => !isMissing(state))
    const last = columns.states.findLastIndex((state) => !isMissing(state))
    const startMs = columns.startMs + Math.max(0, first) * step
    return {
      market: columns.market,
      firstMs: Math.floor(startMs / DAY_MS) * DAY_MS,
      endMs: Math.floor((columns.startMs + (last + 1) * step) / DAY_MS) * DAY_MS,
      windows: this.#windowsAt(beforeMs),
    }
  }

  get columns(): CandleColumns {
    return this.#columns
  }

  #windowsAt(beforeMs: number | null): readonly ConeWindow[] {
    const windows = this.#asked.at(beforeMs)
    if (!windows.some(({ receipt }) => receipt.reason?.why === 'few samples')) return windows
    this.#closes ??= this.#by('close')
    const insteadOf = this.#estimator
    return this.#closes.at(beforeMs).map((one) => ({ ...one, receipt: { ...one.receipt, insteadOf } }))
  }

  #by(estimator: Estimator): Cone {
    const asked = {
      estimator,
      mean: 'sample',
      barsPerYear: barsPerYear('1d'),
      minCoverage: MIN_COVERAGE,
    } as const
    return new Cone(this.#columns, asked, this.#windows)
  }
}
