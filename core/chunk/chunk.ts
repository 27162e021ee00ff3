/**
 * What a chunk says, apart from its bytes (`docs/decisions/0001-wire-format.md`): one part of one market, stored
 * interval and span of the grid, exact. Columns hold the present places only, in grid order.
 */
import type { DecimalColumn } from '../decimal/decimal.ts'
import type { MarketId } from '../market.ts'
import type { StoredInterval } from '../time/interval.ts'

export type Part = 'price' | 'volume'

/** Lower-case hexadecimal SHA-256 of a chunk's decoded bytes. */
export type ChunkHash = string & { readonly __brand: 'ChunkHash' }

interface Span {
  readonly market: MarketId
  readonly interval: StoredInterval
  /** On the grid. */
  readonly startMs: number
  /** One `State` code a place. */
  readonly states: Uint8Array
  /** A frame changes places of a tail; it may say `unchanged`. */
  readonly frame: boolean
  /** Rolled up by us from a shorter interval, since the source has none. */
  readonly derived: boolean
}

/** All four price columns share one kind and scale. */
export interface PricePart extends Span {
  readonly part: 'price'
  readonly open: DecimalColumn
  readonly high: DecimalColumn
  readonly low: DecimalColumn
  readonly close: DecimalColumn
  readonly samples: Uint32Array | null
  readonly flags: Uint32Array | null
}

export interface VolumePart extends Span {
  readonly part: 'volume'
  readonly volume: DecimalColumn
  /** 1 where known; null when all are. */
  readonly known: Uint8Array | null
}

export type Chunk = PricePart | VolumePart

/** Bytes that are no chunk of this format; the message says what is wrong with them. */
export class ChunkError extends Error {
  override readonly name = 'ChunkError'
}

/** A chunk of a later format: the program must be updated, the bytes are not at fault. */
export class ChunkFormatError extends ChunkError {
  readonly format: number

  constructor(format: number) {
    super(`chunk of format ${format}, this program reads format 1: update Crypto Tracker`)
    this.format = format
  }
}
