/**
 * What the charts of one market share: the visible span and the cursor. Gestures write it, plots follow it.
 */
import { canPan, clamp, pan, pinch, spanMs, zoom, type Limits, type Span } from './viewport.ts'

const REST_MS = 200

export class ChartState {
  view = $state.raw<Span>({ fromMs: 0, toMs: 1 })
  /** The view as it last stood still: for words and tables, which need not follow a finger. */
  resting = $state.raw<Span>({ fromMs: 0, toMs: 1 })
  limits = $state.raw<Limits>({ fromMs: 0, toMs: 1, minSpanMs: 1 })
  cursorMs = $state<number | null>(null)
  /** Whether somebody moved the view away from its range. */
  moved = $state(false)
  /** Length of one drawn column; the step of the keyboard's cursor. Set by the plot that draws the price. */
  columnMs = $state(1)
  /** Brings an instant to the nearest drawn one; set with the data. */
  snap = $state.raw<(ms: number) => number>((ms) => ms)
  /** Where the cursor's line stands in every chart. */
  readonly lineMs = $derived(this.cursorMs === null ? null : this.snap(this.cursorMs))
  #rest: ReturnType<typeof setTimeout> | undefined
  #home: Span = { fromMs: 0, toMs: 1 }

  /** Takes the extent of newly arrived data. A view that was moved by hand stays where it is. */
  settle(home: Span, limits: Limits): void {
    this.#home = home
    this.limits = limits
    this.view = clamp(this.moved ? this.view : home, limits)
    this.resting = this.view
  }

  get canPan(): boolean {
    return canPan(this.view, this.limits)
  }

  panBy(deltaMs: number): void {
    this.#show(pan(this.view, deltaMs, this.limits))
  }

  zoomBy(factor: number, anchorMs: number): void {
    this.#show(zoom(this.view, factor, anchorMs, this.limits))
  }

  pinchTo(before: readonly [number, number], after: readonly [number, number]): void {
    this.#show(pinch(this.view, before, after, this.limits))
  }

  reset(): void {
    this.view = clamp(this.#home, this.limits)
    this.resting = this.view
    this.moved = false
  }

  /** Puts the cursor on an instant and moves the view where that instant would lie outside. */
  pointAt(ms: number): void {
    const at = Math.min(this.limits.toMs - 1, Math.max(this.limits.fromMs, ms))
    this.cursorMs = at
    if (at < this.view.fromMs) this.panBy(at - this.view.fromMs - spanMs(this.view) / 10)
    else if (at > this.view.toMs) this.panBy(at - this.view.toMs + spanMs(this.view) / 10)
  }

  #show(view: Span): void {
    if (view.fromMs === this.view.fromMs && view.toMs === this.view.toMs) return
    this.view = view
    this.moved = true
    clearTimeout(this.#rest)
    this.#rest = setTimeout(() => (this.resting = this.view), REST_MS)
  }
}
