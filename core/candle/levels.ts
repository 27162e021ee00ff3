/**
 * The min/max pyramid: a series at ever coarser steps, so that any stretch of it can be drawn with a few
 * columns a pixel. Built once when a series is decoded, asked at every frame.
 */

/** One level: `factor` places in each column. Level 0 has factor 1. NaN where no place of the column is present. */
export interface Level {
  readonly factor: number
  readonly open: Float64Array
  readonly high: Float64Array
  readonly low: Float64Array
  readonly close: Float64Array
}
