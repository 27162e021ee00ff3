/** Stretches of missing places, each of one class, put together place by place. */
import type { MarketId } from '../../core/market.ts'
import { INTERVAL_MS, type StoredInterval } from '../../core/time/interval.ts'
import { isoSeconds } from '../../core/time/iso.ts'
import { SLICE_PLACES } from './grid.ts'
import type { GapClass } from '../../core/wire/owner.ts'
import type { Gap } from './types.ts'

/** Each class in words, of many gaps at once. */
export const GAP_REASONS: Readonly<Record<GapClass, string>> = {
  outage: 'outage of the source',
  'rate-limited': 'not yet fetched: the source takes no more requests for now',
  unread: 'not yet fetched',
  unwanted: 'not asked for: before the first minute that is wanted',
  'not-listed': 'before the listing',
  limit: 'beyond what the source gives',
  refused: 'refused: see quarantine',
  unsampled: 'no price was sampled there',
  unconfirmed: 'the source gave nothing, and that is not confirmed',
  'not-imported': 'not among the imported candles',
  dropped: 'dropped by retention',
}

/** Collects the gaps of one series; its places come in the order of time. */
export class GapCollector {
  readonly #market: MarketId
  readonly #interval: StoredInterval
  readonly #limitedUntilMs: number | null
  readonly #gaps: Gap[] = []
  #open: { readonly kind: GapClass; readonly fromMs: number; toMs: number } | null = null

  /** @param limitedUntilMs the source is not to be asked before */
  constructor(market: MarketId, interval: StoredInterval, limitedUntilMs: number | null) {
    this.#market = market
    this.#interval = interval
    this.#limitedUntilMs = limitedUntilMs
  }

  /** @param kinds of places that follow one another from `startMs` on; null for what is not missing */
  take(startMs: number, kinds: Iterable<GapClass | null>): void {
    const step = INTERVAL_MS[this.#interval]
    let fromMs = startMs
    for (const kind of kinds) {
      if (this.#open && (this.#open.kind !== kind || this.#open.toMs !== fromMs)) this.#end()
      if (kind !== null) {
        if (this.#open) this.#open.toMs = fromMs + step
        else this.#open = { kind, fromMs, toMs: fromMs + step }
      }
      fromMs += step
    }
  }

  /** Nothing more comes. */
  end(): Gap[] {
    this.#end()
    return this.#gaps
  }

  #end(): void {
    if (!this.#open) return
    const { kind, fromMs, toMs } = this.#open
    const places = (toMs - fromMs) / INTERVAL_MS[this.#interval]
    this.#gaps.push({
      market: this.#market,
      interval: this.#interval,
      from: isoSeconds(fromMs),
      to: isoSeconds(toMs),
      places,
      class: kind,
      why: this.#why(kind, isoSeconds(toMs), places),
    })
    this.#open = null
  }

  #why(kind: GapClass, to: string, places: number): string {
    const requests = Math.ceil(places / SLICE_PLACES)
    const left = `not yet fetched (${requests} ${requests === 1 ? 'request' : 'requests'} to go)`
    if (kind === 'not-listed') return `before ${to}: not listed yet`
    if (kind === 'limit') return `from ${to}: limit of the source`
    if (kind === 'unwanted') return `from ${to}: minutes that are wanted`
    if (kind === 'unread') return left
    if (kind === 'rate-limited')
      return `${left}: the source takes no more requests before ${isoSeconds(this.#limitedUntilMs!)}`
    return GAP_REASONS[kind]
  }
}

/** Missing places by class. */
export function placesByClass(gaps: readonly Gap[]): Partial<Record<GapClass, number>> {
  const places: Partial<Record<GapClass, number>> = {}
  for (const gap of gaps) places[gap.class] = (places[gap.class] ?? 0) + gap.places
  return places
}
