/** Which day a cone is of: that of the chart's cursor, else one that was chosen at the cone itself, else the newest. */
import { DAY_MS } from '$core/time/interval.ts'
import type { ChartState } from '$lib/chart/chart.svelte.ts'

/** Days on screen, as traders count them. */
export const CONE_WINDOWS = [7, 14, 30, 90, 180, 365] as const
/** Fewer windows without overlap than this say little of how σ is spread. */
export const FEWEST_INDEPENDENT = 3

export class ConeDay {
  readonly #chart: () => ChartState
  #chosenMs = $state<number | null>(null)

  constructor(chart: () => ChartState) {
    this.#chart = chart
  }

  /** End of the last whole UTC day that is known at the day looked at; null: the newest. */
  get beforeMs(): number | null {
    const { cursor } = this.#chart()
    return cursor ? Math.floor(cursor.bar.toMs / DAY_MS) * DAY_MS : this.#chosenMs
  }

  /** Takes the day from here on, whatever the chart's cursor says. */
  choose(beforeMs: number | null): void {
    this.#chart().cursorMs = null
    this.#chosenMs = beforeMs
  }
}
