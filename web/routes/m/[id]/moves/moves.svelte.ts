/** The moves that end with a market's newest price: where they begin is asked of the worker, the price itself moves on by itself. */
import { moveBegins, moveSince, type Move, type MoveSpan } from '$core/volatility/move.ts'
import { INTERVAL_MS, MINUTE_MS } from '$core/time/interval.ts'
import type { Receipt } from '$core/volatility/types.ts'
import { t } from '$lib/i18n/t.ts'
import { app } from '$lib/state/app.svelte.ts'
import { compute } from '$lib/state/compute.ts'
import { Followed } from '$lib/state/followed.svelte.ts'
import type { MarketState } from '$lib/state/types.ts'
import { preferences } from '$lib/ui/preferences.svelte.ts'
import { instantOf } from '$lib/ui/when.ts'

export interface NamedMove {
  readonly span: MoveSpan
  /** `today`, `24 h`; a day that has gone by its date. */
  readonly name: string
  /** null where there is no close to begin with. */
  readonly move: Move | null
  readonly receipt: Receipt
}

export class Moves {
  readonly #market: () => MarketState
  readonly #starts

  /** Call while a component is being set up. */
  constructor(market: () => MarketState) {
    this.#market = market
    const toMs = $derived.by(() => {
      const { priceAsOfMs } = market()
      // The same for a minute: bars are no finer.
      return priceAsOfMs === null ? null : Math.floor(priceAsOfMs / MINUTE_MS) * MINUTE_MS
    })
    const id = $derived(market().id)
    this.#starts = new Followed(() => {
      const { estimator, window } = preferences.current
      app.changes(id)
      return toMs === null ? null : compute().moveStarts(id, toMs, estimator, window)
    })
  }

  /** Empty until the worker has answered, and without a price. */
  get all(): readonly NamedMove[] {
    const { price, priceAsOfMs } = this.#market()
    const starts = this.#starts.answer
    if (!starts || price === null || priceAsOfMs === null) return []
    const to = { price: Number(price), atMs: priceAsOfMs }
    return (['day', '24h'] as const).map((span) => ({
      span,
      name: nameOf(span, priceAsOfMs),
      move: moveSince(starts[span], to),
      receipt: starts[span].receipt,
    }))
  }
}

function nameOf(span: MoveSpan, asOfMs: number): string {
  if (span === '24h') return t('24 h')
  const beginMs = moveBegins('day', asOfMs)
  return beginMs === moveBegins('day', app.nowMs) ? t('today') : instantOf(beginMs, INTERVAL_MS['1d'], 'utc')
}
