/**
 * Decoded series of the worker: pieces of the store painted into one grid, kept for a few series at a time.
 * What leaves here is shared with the cache; whoever hands it to the page copies it first.
 */
import { report } from '../lib/store/report.ts'
import { missingColumns, type CandleColumns } from '../../core/candle/columns.ts'
import { cutColumns } from '../../core/candle/cut.ts'
import { rollUp } from '../../core/candle/rollup.ts'
import { ChunkError, ChunkFormatError } from '../../core/chunk/chunk.ts'
import { paintChunk } from '../../core/chunk/decode.ts'
import type { MarketId } from '../../core/market.ts'
import {
  DAY_MS,
  floorTo,
  INTERVAL_MS,
  STORED_UNDER,
  type Interval,
  type StoredInterval,
} from '../../core/time/interval.ts'
import type { Store } from '../lib/store/database.ts'
import { wishOf } from '../lib/store/packs.ts'
import { dropDamaged, piecesOf } from '../lib/store/series.ts'

/** Places that the cache keeps: three years of minutes, about 50 MB. */
const MOST_PLACES = 1_600_000
/** Places decoded ahead of what is asked: the longest window of σ, so that σ of what a chart shows needs no second decoding. */
const LEAD = 512

/** A series that is decoded, or about to be. */
interface Kept {
  readonly from: number
  readonly to: number
  readonly places: number
  readonly columns: Promise<CandleColumns>
  /** What was cut out of it last: asked again, it is the same object. */
  cut: CandleColumns | null
}

interface Asked {
  readonly from: number
  readonly to: number
  readonly leadMs: number
}

export class SeriesCache {
  readonly #store: Store
  /** By market and interval, the least recently used first. */
  readonly #series = new Map<string, Kept>()

  constructor(store: Store) {
    this.#store = store
  }

  /** A series over [fromMs, toMs), rounded inwards to whole places of the interval; absent places are missing. */
  async read(market: MarketId, interval: Interval, fromMs: number, toMs: number): Promise<CandleColumns> {
    const stored = STORED_UNDER[interval]
    const step = INTERVAL_MS[interval]
    const from = Math.ceil(fromMs / step) * step
    const to = Math.max(from, floorTo(interval, toMs))
    const kept = this.#keep(market, stored, { from, to, leadMs: LEAD * step })
    const columns = await kept.columns
    const { cut } = kept
    if (cut?.startMs !== from || endOf(cut) !== to) kept.cut = cutColumns(columns, from, to)
    return rollUp(kept.cut!, interval)
  }

  /**
   * A stretch of a stored interval that is read once and not kept.
   *
   * @returns its columns, and how many pieces of bytes they were made of
   */
  async readOnce(
    market: MarketId,
    interval: StoredInterval,
    fromMs: number,
    toMs: number,
  ): Promise<{ readonly columns: CandleColumns; readonly pieces: number }> {
    return this.#decode(market, interval, fromMs, toMs, false)
  }

  forget(market: MarketId | null): void {
    for (const key of this.#series.keys())
      if (market === null || key.startsWith(`${market} `)) this.#series.delete(key)
  }

  /** Whoever asks while a series is being decoded waits for the same. */
  #keep(market: MarketId, interval: StoredInterval, asked: Asked): Kept {
    const key = `${market} ${interval}`
    const known = this.#series.get(key)
    const kept =
      known && known.from <= asked.from && asked.to <= known.to ? known : this.#begin(market, interval, asked)
    this.#series.delete(key)
    this.#series.set(key, kept)
    let places = [...this.#series.values()].reduce((sum, series) => sum + series.places, 0)
    for (const [oldest, series] of this.#series) {
      if (places <= MOST_PLACES || oldest === key) break
      places -= series.places
      this.#series.delete(oldest)
    }
    return kept
  }

  #begin(market: MarketId, interval: StoredInterval, asked: Asked): Kept {
    const step = INTERVAL_MS[interval]
    const from = asked.from - Math.ceil(asked.leadMs / step) * step
    // To the end of its day, so that the next minute is in it, too; the change that brings it makes this one forgotten.
    const to = Math.ceil(asked.to / DAY_MS) * DAY_MS
    const columns = this.#decodeKept(market, interval, from, to)
    const kept: Kept = { from, to, places: (to - from) / step, columns, cut: null }
    columns.catch(() => {
      // Whoever waits is told by the same promise; the next one tries anew.
      const key = `${market} ${interval}`
      if (this.#series.get(key) === kept) this.#series.delete(key)
    })
    return kept
  }

  async #decodeKept(
    market: MarketId,
    interval: StoredInterval,
    from: number,
    to: number,
  ): Promise<CandleColumns> {
    const { volume } = wishOf(await this.#store.packs.get(market))
    return (await this.#decode(market, interval, from, to, volume)).columns
  }

  async #decode(
    market: MarketId,
    interval: StoredInterval,
    from: number,
    to: number,
    volume: boolean,
  ): Promise<{ readonly columns: CandleColumns; readonly pieces: number }> {
    const span = { fromMs: from, toMs: to }
    let painted = 0
    const columns = missingColumns(market, interval, from, (to - from) / INTERVAL_MS[interval], volume)
    const pieces = await piecesOf(this.#store, market, interval, 'price', span)
    if (volume) pieces.push(...(await piecesOf(this.#store, market, interval, 'volume', span)))
    for (const piece of pieces) {
      try {
        paintChunk(piece.bytes, columns)
        painted++
      } catch (error) {
        // Bytes were right when they arrived; what the disk has spoilt reads as missing until it is fetched again.
        if (!(error instanceof ChunkError) || error instanceof ChunkFormatError) throw error
        report(`${market} ${interval}: stored bytes are damaged and will be fetched again`, error)
        await dropDamaged(this.#store, market, interval, piece)
      }
    }
    return { columns, pieces: painted }
  }
}

const endOf = (columns: CandleColumns): number =>
  columns.startMs + columns.length * INTERVAL_MS[columns.interval]
