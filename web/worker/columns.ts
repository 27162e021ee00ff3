/**
 * Decoded series of the worker: pieces of the store painted into one grid, kept for a few series at a time.
 * What leaves here is shared with the cache; whoever hands it to the page copies it first.
 */
import { report } from '../lib/store/report.ts'
import { missingColumns, type CandleColumns } from '../../core/candle/columns.ts'
import { rollUp } from '../../core/candle/rollup.ts'
import { ChunkError, ChunkFormatError } from '../../core/chunk/chunk.ts'
import { paintChunk } from '../../core/chunk/decode.ts'
import type { MarketId } from '../../core/market.ts'
import {
  floorTo,
  INTERVAL_MS,
  STORED_UNDER,
  type Interval,
  type StoredInterval,
} from '../../core/time/interval.ts'
import type { Store } from '../lib/store/database.ts'
import { dropDamaged, piecesOf } from '../lib/store/series.ts'

/** Places that the cache keeps: three years of minutes, about 50 MB. */
const MOST_PLACES = 1_600_000

export class SeriesCache {
  readonly #store: Store
  /** By market and interval, the least recently used first. */
  readonly #series = new Map<string, CandleColumns>()

  constructor(store: Store) {
    this.#store = store
  }

  /** A series over [fromMs, toMs), rounded inwards to whole places of the interval; absent places are missing. */
  async read(market: MarketId, interval: Interval, fromMs: number, toMs: number): Promise<CandleColumns> {
    const stored = STORED_UNDER[interval]
    const step = INTERVAL_MS[interval]
    const from = Math.ceil(fromMs / step) * step
    const to = Math.max(from, floorTo(interval, toMs))
    const columns = cutColumns(await this.#stored(market, stored, from, to), from, to)
    return rollUp(columns, interval)
  }

  forget(market: MarketId | null): void {
    for (const key of this.#series.keys())
      if (market === null || key.startsWith(`${market} `)) this.#series.delete(key)
  }

  async #stored(
    market: MarketId,
    interval: StoredInterval,
    from: number,
    to: number,
  ): Promise<CandleColumns> {
    const key = `${market} ${interval}`
    const kept = this.#series.get(key)
    this.#series.delete(key)
    const columns = kept && holds(kept, from, to) ? kept : await this.#decode(market, interval, from, to)
    this.#series.set(key, columns)
    let places = [...this.#series.values()].reduce((sum, series) => sum + series.length, 0)
    for (const [oldest, series] of this.#series) {
      if (places <= MOST_PLACES || oldest === key) break
      places -= series.length
      this.#series.delete(oldest)
    }
    return columns
  }

  async #decode(
    market: MarketId,
    interval: StoredInterval,
    from: number,
    to: number,
  ): Promise<CandleColumns> {
    const columns = missingColumns(market, interval, from, (to - from) / INTERVAL_MS[interval], false)
    const pieces = await piecesOf(this.#store, market, interval, 'price', { fromMs: from, toMs: to })
    for (const piece of pieces) {
      try {
        paintChunk(piece.bytes, columns)
      } catch (error) {
        // Bytes were right when they arrived; what the disk has spoilt reads as missing until it is fetched again.
        if (!(error instanceof ChunkError) || error instanceof ChunkFormatError) throw error
        report(`${market} ${interval}: stored bytes are damaged and will be fetched again`, error)
        await dropDamaged(this.#store, market, interval, piece)
      }
    }
    return columns
  }
}

const endOf = (columns: CandleColumns): number =>
  columns.startMs + columns.length * INTERVAL_MS[columns.interval]

const holds = (columns: CandleColumns, from: number, to: number): boolean =>
  columns.startMs <= from && to <= endOf(columns)

/** The places from `from` until before `to`, sharing the arrays. */
export function cutColumns(columns: CandleColumns, from: number, to: number): CandleColumns {
  const step = INTERVAL_MS[columns.interval]
  const first = Math.max(0, (from - columns.startMs) / step)
  const end = Math.max(first, Math.min(columns.length, (to - columns.startMs) / step))
  const { states, open, high, low, close, volume } = columns
  return {
    ...columns,
    startMs: columns.startMs + first * step,
    length: end - first,
    states: states.subarray(first, end),
    open: open.subarray(first, end),
    high: high.subarray(first, end),
    low: low.subarray(first, end),
    close: close.subarray(first, end),
    volume: volume && volume.subarray(first, end),
  }
}
