/**
 * A candle as a source prints it: decimal text, exact. The form at the borders (providers, database, CSV, API);
 * computation uses columns.
 */

export interface CandleRow {
  /** Start of the candle, on the grid of its interval. */
  readonly startMs: number
  /** Shortest plain decimals, never an exponent. */
  readonly open: string
  readonly high: string
  readonly low: string
  readonly close: string
  /** null: unknown. */
  readonly volume: string | null
  /** How many samples a sampled source's candle was made of; absent for a source's own candles. */
  readonly samples?: number
  /** Bits of `Flag`; absent = 0. */
  readonly flags?: number
}
