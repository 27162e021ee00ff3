/** The band round a line of σ: filled from its low to its high edge, broken where there is none. */
import type { Band, NoBand } from '../../../core/volatility/confidence/kinds.ts'
import type { BandView, SigmaView } from '../../worker/api.ts'
import { bandNote, bandSaid, bandText, bandValue } from '../ui/bands.ts'
import { INTERVAL_MS } from '../../../core/time/interval.ts'
import { t } from '../i18n/t.ts'
import type { Surface } from './plot.ts'
import type { SigmaBand } from './sigma-painter.ts'
import type { Span } from './viewport.ts'

export class DrawnBand implements SigmaBand {
  readonly view: BandView

  constructor(view: BandView) {
    this.view = view
  }

  isOf({ receipt }: SigmaView): boolean {
    const { market, interval, estimator, window } = this.view
    return (
      receipt.market === market &&
      receipt.interval === interval &&
      receipt.estimator === estimator &&
      receipt.window === window
    )
  }

  /** Round the σ of the bar that closes at an instant; null where none was computed. */
  at(closeMs: number): Band | null {
    const { atMs, low, high } = this.view
    const i = atMs.indexOf(closeMs)
    return i < 0 || Number.isNaN(low[i]!) ? null : { low: low[i]!, high: high[i]! }
  }

  /** In words, beside the number; null where σ says it all. */
  text(closeMs: number | null): string | null {
    const band = this.#told(closeMs)
    return band && bandText(this.view, band)
  }

  /** How that of the newest σ was made, for the sheet. */
  get fact(): { readonly name: string; readonly value: string; readonly note: string } {
    const { view } = this
    return { name: t('Band'), value: bandValue(view, view.newest), note: bandNote(view) }
  }

  /** As it is read aloud; empty without one. */
  said(closeMs: number | null): string {
    const band = this.#told(closeMs)
    return band ? bandSaid(this.view, band) : ''
  }

  /** At an instant where one was computed for it, or of the newest σ. */
  #told(closeMs: number | null): Band | NoBand | null {
    return closeMs === null ? this.view.newest : this.at(closeMs)
  }

  extremes({ fromMs, toMs }: Span): { low: number; high: number } | null {
    const { atMs, low, high } = this.view
    let [lowest, highest] = [Infinity, -Infinity]
    for (let i = 0; i < atMs.length; i++) {
      if (atMs[i]! < fromMs || atMs[i]! > toMs) continue
      if (low[i]! < lowest) lowest = low[i]!
      if (high[i]! > highest) highest = high[i]!
    }
    return lowest <= highest ? { low: lowest, high: highest } : null
  }

  draw(on: Surface): void {
    const { low } = this.view
    const { context, colours, ratio } = on
    context.fillStyle = colours.band
    context.strokeStyle = colours['band-edge']
    context.lineWidth = 0.8 * ratio
    for (let from = 0; from < low.length; from++) {
      if (Number.isNaN(low[from]!)) continue
      let to = from
      while (to < low.length && !Number.isNaN(low[to]!)) to++
      this.#drawRun(on, from, to)
      from = to
    }
  }

  /** The places from `from` until before `to`; a single one as wide as its bar. */
  #drawRun(on: Surface, from: number, to: number): void {
    const { atMs, low, high, interval } = this.view
    const { context } = on
    const beginMs = to - from === 1 ? atMs[from]! - INTERVAL_MS[interval] : atMs[from]!
    const upper = new Path2D()
    const lower = new Path2D()
    const area = new Path2D()
    for (const path of [upper, area]) {
      path.moveTo(on.x(beginMs), on.y(high[from]!))
      for (let i = from; i < to; i++) path.lineTo(on.x(atMs[i]!), on.y(high[i]!))
    }
    lower.moveTo(on.x(atMs[to - 1]!), on.y(low[to - 1]!))
    for (let i = to - 1; i >= from; i--) {
      for (const path of [lower, area]) path.lineTo(on.x(atMs[i]!), on.y(low[i]!))
    }
    for (const path of [lower, area]) path.lineTo(on.x(beginMs), on.y(low[from]!))
    area.closePath()
    context.fill(area)
    context.stroke(upper)
    context.stroke(lower)
  }
}
