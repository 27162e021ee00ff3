/**
 * What the charts of one market share: the visible span and the cursor. Gestures and keys write it; every chart of the market
 * follows it, whatever it draws and however long its own bars are.
 */
import { AXIS_PX } from './axes.ts'
import { canPan, clamp, pan, pinch, spanMs, zoom, type Limits, type Span } from './viewport.ts'

const REST_MS = 200
/** Words that follow a finger do it in steps: a frame has no time for laying out text. */
const READ_MS = 100

/** A bar of the price as it is drawn: the day, the hour, or the four hours that the screen has room for. */
interface DrawnBar extends Span {
  /** Where the cursor's line stands for it. */
  readonly lineMs: number
}

/** The bars that are drawn. Set by the chart that draws the price. */
export interface DrawnBars {
  /** Length of one; the step of the keyboard's cursor. */
  readonly stepMs: number
  /** The bar that an instant lies in. */
  at(ms: number): DrawnBar
}

/** Where somebody points: an instant, and the drawn bar of the price that it lies in. */
export interface Cursor {
  readonly ms: number
  readonly bar: DrawnBar
}

const NO_BARS: DrawnBars = { stepMs: 1, at: (ms) => ({ fromMs: ms, toMs: ms, lineMs: ms }) }

export class ChartState {
  view = $state.raw<Span>({ fromMs: 0, toMs: 1 })
  /** The view as it last stood still: for words and tables, which need not follow a finger. */
  resting = $state.raw<Span>({ fromMs: 0, toMs: 1 })
  /** The view as words beside the chart name it: a few times a second while it moves. */
  named = $state.raw<Span>({ fromMs: 0, toMs: 1 })
  limits = $state.raw<Limits>({ fromMs: 0, toMs: 1, minSpanMs: 1 })
  cursorMs = $state<number | null>(null)
  bars = $state.raw<DrawnBars>(NO_BARS)
  readonly cursor = $derived<Cursor | null>(
    this.cursorMs === null ? null : { ms: this.cursorMs, bar: this.bars.at(this.cursorMs) },
  )
  /** Where the cursor's line stands in every chart. */
  readonly lineMs = $derived(this.cursor?.bar.lineMs ?? null)
  /** Whether somebody moved the view away from its range. */
  moved = $state(false)
  /** Room for the names of values at the right of every chart, CSS pixels. It grows, so that nothing jumps while one zooms. */
  axisPx = $state(AXIS_PX)
  #rest: ReturnType<typeof setTimeout> | undefined
  #namedAtMs = -Infinity
  #home: Span = { fromMs: 0, toMs: 1 }

  /** Takes the extent of newly arrived data. A view that was moved by hand stays where it is. */
  settle(home: Span, limits: Limits): void {
    this.#home = home
    this.limits = limits
    this.view = clamp(this.moved ? this.view : home, limits)
    this.#stand()
  }

  get canPan(): boolean {
    return canPan(this.view, this.limits)
  }

  /** Makes room for the names of a chart's values. */
  needAxis(px: number): void {
    if (px > this.axisPx) this.axisPx = Math.ceil(px / 4) * 4
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

  /** Shows a span, as near to it as the limits allow. */
  moveTo(span: Span): void {
    this.#show(clamp(span, this.limits))
  }

  /** The view of the range, where one began. */
  get home(): Span {
    return clamp(this.#home, this.limits)
  }

  reset(): void {
    clearTimeout(this.#rest)
    this.view = this.home
    this.#stand()
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
    this.#rest = setTimeout(() => this.#stand(), REST_MS)
    const nowMs = performance.now()
    if (nowMs - this.#namedAtMs < READ_MS) return
    this.#namedAtMs = nowMs
    this.named = view
  }

  #stand(): void {
    this.resting = this.view
    this.named = this.view
  }
}
