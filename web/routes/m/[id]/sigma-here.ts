/**
 * σ made in the page itself while somebody drags its window: the worker's answer comes frames later, and the line is to follow
 * the finger. Only for series that are computed within a small part of a frame.
 */
import { INTERVAL_MS } from '$core/time/interval.ts'
import { isRealised } from '$core/volatility/request.ts'
import type { SigmaSeries } from '$worker/sigma.ts'
import type { ComputeApi, SigmaRequest, SigmaView } from '$worker/api.ts'

/** A series longer than this takes too long of a frame; a year of hours has 8,760 bars. */
const MOST_BARS = 20_000

export class SigmaHere {
  readonly #columns: ComputeApi['columns']
  #series: SigmaSeries | null = null
  #fromMs = Infinity
  /** What is being fetched or was fetched last; another question makes it void. */
  #wanted: symbol | null = null

  /** @param columns where bars come from */
  constructor(columns: ComputeApi['columns']) {
    this.#columns = columns
  }

  /**
   * Fetches the bars of a question, so that all windows of it can be answered here.
   *
   * @throws what the worker failed of; the next call tries again
   */
  async prepare({ market, interval, window, fromMs, toMs }: SigmaRequest): Promise<void> {
    const lengthMs = toMs - fromMs
    if (this.#wanted || lengthMs > MOST_BARS * INTERVAL_MS[interval]) return
    const wanted = (this.#wanted = Symbol(market))
    try {
      const { leadMs, SigmaSeries } = await import('$worker/sigma.ts')
      const columns = await this.#columns(market, interval, fromMs - leadMs(interval, window), toMs)
      if (this.#wanted !== wanted) return
      this.#series = new SigmaSeries(columns)
      this.#fromMs = fromMs
    } catch (error) {
      if (this.#wanted === wanted) this.#wanted = null
      throw error
    }
  }

  get isReady(): boolean {
    return this.#series !== null
  }

  /** The answer, where its bars are here. */
  answer(request: SigmaRequest): SigmaView | null {
    const series = this.#series
    if (isRealised(request.estimator)) return null
    if (!series || series.columns.market !== request.market || series.columns.interval !== request.interval)
      return null
    return series.view({ ...request, fromMs: this.#fromMs })
  }

  /** The bars have changed. */
  forget(): void {
    this.#series = null
    this.#wanted = null
  }
}
