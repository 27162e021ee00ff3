/**
 * What one market's screen shows, asked of the worker anew when the range, the choice of σ or the stored candles change.
 * The view kept from the last visit stands until the first answer.
 */
import { untrack } from 'svelte'
import type { MarketId } from '$core/market.ts'
import { DAY_MS, HOUR_MS, INTERVAL_MS, STORED_UNDER, type Interval } from '$core/time/interval.ts'
import { isRealised } from '$core/volatility/request.ts'
import type { Estimator } from '$core/volatility/types.ts'
import { ChartState } from '$lib/chart/chart.svelte.ts'
import type { DrawnBand } from '$lib/chart/sigma-band.ts'
import { sigmaData, type SigmaData } from '$lib/chart/sigma-painter.ts'
import { app } from '$lib/state/app.svelte.ts'
import { compute } from '$lib/state/compute.ts'
import { preferences } from '$lib/ui/preferences.svelte.ts'
import { Latest } from '$lib/state/latest.ts'
import type { PriceView, Range, SeriesEvent, SigmaRequest, SigmaView } from '$worker/api.ts'
import { report } from '$lib/store/report.ts'
import { panels } from './panels/panels.svelte.ts'
import { SigmaHere } from './sigma-here.ts'

/** Bars of σ that suit a range, where nobody chose others. */
const SIGMA_INTERVAL: Readonly<Record<Range, Interval>> = {
  '24h': '5m',
  '7d': '1h',
  '1M': '1d',
  '3M': '1d',
  '1Y': '1d',
  All: '1d',
}

/** How far back σ is asked for where the device does not know its own history yet. */
const DEPTH_MS = { '1m': 31 * DAY_MS, '1h': 731 * DAY_MS, '1d': 16 * 366 * DAY_MS } as const

const MIN_COLUMNS = 20

/** A window that is not dragged on within this time rests. */
const REST_MS = 250
/** Places that have a band: all of a year of days, and about as many as there are pixels. */
const MOST_BANDS = 500
/** Words follow a window that is dragged in steps: a frame has no time for laying out text. */
const TOLD_MS = 150

export class MarketView {
  readonly id: MarketId
  readonly chart = new ChartState()
  price = $state.raw<PriceView | null>(null)
  /** What is marked on the price's time axis. */
  events = $state.raw<readonly SeriesEvent[]>([])
  sigma = $state.raw<SigmaData | null>(null)
  /** σ as words and receipts tell of it: a few times a second while its window is dragged. */
  told = $state.raw<SigmaData | null>(null)
  /** σ by the estimators beside the first one, in the order chosen. */
  others = $state.raw<readonly SigmaData[]>([])
  /** What stands round the first line, once it rests. */
  band = $state.raw<DrawnBand | null>(null)
  /** What kept the worker from answering, in its words; null when it answered. */
  failure = $state<string | null>(null)
  /** The range of `price`. */
  #range: Range | null = null
  /** A slider asks many times a second: each answer is drawn as soon as it is there, and the last question is asked in any case. */
  readonly #sigmaAsked = new Latest<SigmaRequest, SigmaView>({
    ask: (request) => compute().sigma(request),
    take: (view) => {
      // The line was drawn further here than the worker knew when it was asked.
      const isLate = this.#sigmaHere.isReady && view.receipt.window !== preferences.current.window
      if (!isLate) this.#takeSigma(sigmaData(view))
    },
    fail: (error) => (this.failure = error instanceof Error ? error.message : String(error)),
  })
  /** Answers at once while a window is dragged; the worker's answer follows when it rests. */
  readonly #sigmaHere = new SigmaHere((...asked) => compute().columns(...asked))
  #asked: { readonly estimator: Estimator; readonly interval: Interval; readonly changes: number } | null =
    null
  #atRest: ReturnType<typeof setTimeout> | undefined
  #toldAtMs = -Infinity
  /** What was kept last. */
  #kept: { readonly price: PriceView | null; readonly sigma: SigmaData | null } = { price: null, sigma: null }

  /** Call while a component is being set up: it follows the state with effects. */
  constructor(id: MarketId) {
    this.id = id
    const kept = untrack(() => app.keptView(id))
    if (kept && kept.range === untrack(() => preferences.current.range)) {
      this.#take(kept.price, kept.range)
      if (kept.sigma) this.#takeSigma(sigmaData(kept.sigma))
    }
    $effect(() => this.#askPrice())
    $effect(() => this.#askSigma())
    $effect(() => this.#askEvents())
    $effect(() => this.#askOthers())
    $effect(() => this.#askBand())
  }

  get market() {
    return app.markets.find((market) => market.id === this.id) ?? null
  }

  get sigmaInterval(): Interval {
    const { estimator, interval, range } = preferences.current
    if (isRealised(estimator)) return '1d'
    if (interval) return interval
    const suited = SIGMA_INTERVAL[range]
    const hasMinutes = app.storage.series.some(
      (series) => series.market === this.id && series.interval === '1m',
    )
    return STORED_UNDER[suited] === '1m' && !hasMinutes ? '1h' : suited
  }

  /** Prices of a whole history span orders of magnitude. */
  get wholeHistory(): boolean {
    return this.price !== null && this.#range === 'All'
  }

  /** After a full paint: what the next cold start shows first. */
  keep(): void {
    const { price, told: sigma } = this
    // Called with every frame, also while a finger moves the view over the same data.
    if (!price || !this.#range || (price === this.#kept.price && sigma === this.#kept.sigma)) return
    this.#kept = { price, sigma }
    app.keepView({ range: this.#range, price, sigma: sigma?.view ?? null })
  }

  #askPrice(): () => void {
    const { range } = preferences.current
    app.changes(this.id)
    let wanted = true
    compute()
      .price(
        this.id,
        range,
        untrack(() => app.nowMs),
      )
      .then(
        (view) => {
          if (!wanted) return
          this.failure = null
          this.#take(view, range)
        },
        (error: unknown) => {
          if (wanted) this.failure = error instanceof Error ? error.message : String(error)
        },
      )
    return () => (wanted = false)
  }

  /** After what the first screen needs. */
  #askEvents(): (() => void) | undefined {
    const { price } = this
    if (!price) return
    let wanted = true
    const { interval, startMs, length } = price
    const timer = setTimeout(() => {
      compute()
        .events(this.id, interval, startMs, startMs + length * INTERVAL_MS[interval])
        .then(
          (events) => {
            if (wanted) this.events = events
          },
          (error: unknown) => {
            if (wanted) this.failure = error instanceof Error ? error.message : String(error)
          },
        )
    }, 300)
    return () => {
      wanted = false
      clearTimeout(timer)
    }
  }

  #take(view: PriceView, range: Range): void {
    const step = INTERVAL_MS[view.interval]
    const whole = { fromMs: view.startMs, toMs: view.startMs + Math.max(1, view.length) * step }
    if (range !== this.#range) {
      this.chart.moved = false
      this.chart.cursorMs = null
    }
    this.#range = range
    this.price = view
    this.chart.settle(view.home, { ...whole, minSpanMs: MIN_COLUMNS * step })
  }

  /** Somebody takes hold of the window: what σ of other windows needs is fetched meanwhile. */
  prepareWindows(): void {
    const { estimator, window } = preferences.current
    // The worker has measured the days; another window of them takes it no time.
    if (isRealised(estimator)) return
    this.#sigmaHere
      .prepare(this.#sigmaRequest(estimator, window, this.sigmaInterval))
      .catch((error: unknown) => report('windows of σ cannot be drawn at once', error))
  }

  #askSigma(): void {
    const { estimator, window } = preferences.current
    const interval = this.sigmaInterval
    const changes = app.changes(this.id)
    const before = this.#asked
    this.#asked = { estimator, interval, changes }
    const request = this.#sigmaRequest(estimator, window, interval)
    const isWindowOnly =
      before?.estimator === estimator && before.interval === interval && before.changes === changes
    if (!isWindowOnly) this.#sigmaHere.forget()
    const view = isWindowOnly ? this.#sigmaHere.answer(request) : null
    clearTimeout(this.#atRest)
    if (!view) {
      if (isWindowOnly) this.prepareWindows()
      return this.#sigmaAsked.ask(request)
    }
    const data = sigmaData(view)
    if (performance.now() - this.#toldAtMs < TOLD_MS) this.sigma = data
    else this.#takeSigma(data)
    this.#atRest = setTimeout(() => this.#sigmaAsked.ask(request), REST_MS)
  }

  #takeSigma(data: SigmaData): void {
    this.sigma = data
    this.told = data
    this.#toldAtMs = performance.now()
  }

  /** After the first line, which must not wait for them while the window is dragged. */
  #askOthers(): (() => void) | undefined {
    const { estimator, window } = preferences.current
    const interval = this.sigmaInterval
    const asked = panels.current.others.filter((other) => other !== estimator)
    app.changes(this.id)
    if (asked.length === 0) {
      this.others = []
      return
    }
    let wanted = true
    const timer = setTimeout(() => {
      Promise.all(asked.map((other) => compute().sigma(this.#sigmaRequest(other, window, interval)))).then(
        (views) => {
          if (wanted) this.others = views.map(sigmaData)
        },
        (error: unknown) => {
          if (wanted) this.failure = error instanceof Error ? error.message : String(error)
        },
      )
    }, 120)
    return () => {
      wanted = false
      clearTimeout(timer)
    }
  }

  /** After the window and the view have come to rest: it costs many times what the line costs. */
  #askBand(): (() => void) | undefined {
    const { told } = this
    const { band: kind } = preferences.current
    const { fromMs, toMs } = this.chart.resting
    if (kind === 'off') this.band = null
    if (kind === 'off' || !told) return
    let wanted = true
    const { estimator, window, interval } = told.view.receipt
    // Beside the view, too, for who moves it a little.
    const besideMs = (toMs - fromMs) / 8
    const asked = {
      ...this.#sigmaRequest(estimator, window, interval),
      kind,
      atFromMs: fromMs - besideMs,
      atToMs: toMs + besideMs,
      most: MOST_BANDS,
    }
    const timer = setTimeout(() => {
      Promise.all([compute().bands(asked), import('$lib/chart/sigma-band.ts')]).then(
        ([view, { DrawnBand }]) => {
          if (wanted) this.band = new DrawnBand(view)
        },
        (error: unknown) => {
          if (wanted) this.failure = error instanceof Error ? error.message : String(error)
        },
      )
    }, REST_MS)
    return () => {
      wanted = false
      clearTimeout(timer)
    }
  }

  #sigmaRequest(estimator: Estimator, window: number, interval: Interval): SigmaRequest {
    const toMs = untrack(() => app.nowMs)
    const mean = INTERVAL_MS[interval] < HOUR_MS ? 'zero' : 'sample'
    return {
      market: this.id,
      interval,
      estimator,
      window,
      mean,
      fromMs: this.#sigmaFromMs(interval, toMs),
      toMs,
    }
  }

  /** What σ on screen was asked by; read it where a change is to be followed. */
  get asked(): SigmaRequest {
    const { estimator, window } = preferences.current
    return this.#sigmaRequest(estimator, window, this.sigmaInterval)
  }

  /** σ goes back as far as its bars are known here, and at least as far as one may move the price. */
  #sigmaFromMs(interval: Interval, nowMs: number): number {
    const stored = STORED_UNDER[interval]
    const { price, series } = untrack(() => ({ price: this.price, series: app.storage.series }))
    const own = series.find((candidate) => candidate.market === this.id && candidate.interval === stored)
    return Math.min(own?.fromMs ?? nowMs - DEPTH_MS[stored], price?.startMs ?? Infinity)
  }
}
