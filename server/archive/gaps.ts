/** Stretches of missing places and why each is missing, put together place by place. */
import { isMissing, State } from '../../core/candle/columns.ts'
import type { MarketId } from '../../core/market.ts'
import { INTERVAL_MS, type StoredInterval } from '../../core/time/interval.ts'
import { isoSeconds } from '../../core/time/iso.ts'
import type { Gap } from './types.ts'

const WHY: Readonly<Record<number, Gap['why']>> = {
  [State.outage]: 'outage of the source',
  [State.refused]: 'refused: see quarantine',
  [State.beyond]: 'before the listing, or beyond what the source gives',
  [State.missing]: 'the source gave nothing, and that is not confirmed',
}

/** Collects the gaps of one series; its chunks come in the order of time. */
export class GapCollector {
  readonly #market: MarketId
  readonly #interval: StoredInterval
  readonly #gaps: Gap[]
  #open: { readonly why: Gap['why']; readonly fromMs: number; toMs: number } | null = null

  constructor(market: MarketId, interval: StoredInterval, gaps: Gap[]) {
    this.#market = market
    this.#interval = interval
    this.#gaps = gaps
  }

  /** @param states of places that follow one another from `startMs` on */
  take(startMs: number, states: Uint8Array): void {
    const step = INTERVAL_MS[this.#interval]
    states.forEach((state, i) => {
      const fromMs = startMs + i * step
      const why = isMissing(state) ? (WHY[state] ?? WHY[State.missing]!) : null
      if (this.#open && (this.#open.why !== why || this.#open.toMs !== fromMs)) this.end()
      if (why === null) return
      if (this.#open) this.#open.toMs = fromMs + step
      else this.#open = { why, fromMs, toMs: fromMs + step }
    })
  }

  /** Nothing more comes. */
  end(): void {
    if (!this.#open) return
    const { why, fromMs, toMs } = this.#open
    this.#gaps.push({
      market: this.#market,
      interval: this.#interval,
      from: isoSeconds(fromMs),
      to: isoSeconds(toMs),
      places: (toMs - fromMs) / INTERVAL_MS[this.#interval],
      why,
    })
    this.#open = null
  }
}
