/**
 * Candles made of sampled prices, for sources that have no candles of their own: first, highest, lowest and last price of
 * the samples in a bucket, and how many there were. Pure; exact decimal text.
 */
import { compareDecimals } from '../decimal/text.ts'
import { INTERVAL_MS, type Interval } from '../time/interval.ts'
import type { CandleRow } from './row.ts'

/** A price and the instant it was the price at. */
export interface PricePoint {
  readonly atMs: number
  /** Shortest plain decimal, above 0. */
  readonly price: string
}

/**
 * Start of the bucket to which a sample belongs. One that is stamped exactly where two meet closes the earlier: the price
 * at midnight is the last one of the day that ends, and sources stamp a day's only price so.
 */
export function bucketOf(interval: Interval, atMs: number): number {
  const step = INTERVAL_MS[interval]
  return Math.ceil(atMs / step) * step - step
}

/**
 * One candle for each bucket that holds a sample; a bucket without one gives none.
 *
 * @param points in any order; of one instant the later in the list is the later sample
 * @returns ascending, volume unknown
 */
export function candlesOfSamples(points: readonly PricePoint[], interval: Interval): CandleRow[] {
  const rows: CandleRow[] = []
  // The sort keeps the order of equals.
  for (const { atMs, price } of points.toSorted((a, b) => a.atMs - b.atMs)) {
    const startMs = bucketOf(interval, atMs)
    const row = rows.at(-1)
    if (row?.startMs !== startMs) {
      rows.push({ startMs, open: price, high: price, low: price, close: price, volume: null, samples: 1 })
      continue
    }
    rows[rows.length - 1] = {
      ...row,
      high: compareDecimals(price, row.high) > 0 ? price : row.high,
      low: compareDecimals(price, row.low) < 0 ? price : row.low,
      close: price,
      samples: row.samples! + 1,
    }
  }
  return rows
}
