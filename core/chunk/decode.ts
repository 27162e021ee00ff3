/**
 * Bytes → chunk, and the short way from bytes to a grid of doubles. Both are safe against hostile bytes; only
 * `decodeChunk` refuses bytes that say something in another than their one canonical way, as their name would not hold.
 */
import { State, type CandleColumns } from '../candle/columns.ts'
import { doublesFrom, EXACT_POWER } from '../decimal/columns.ts'
import { INTERVAL_MS } from '../time/interval.ts'
import type { Chunk, PricePart, VolumePart } from './chunk.ts'
import { Bit, fail, readHeader, readStates, viewOf, type Header } from './layout.ts'
import {
  checkWidthsNeeded,
  readCounts,
  readDoublePrices,
  readKnown,
  readPrices,
  readVolume,
} from './values.ts'

/**
 * Decodes a chunk. What it gives encodes to the same bytes again.
 *
 * @throws ChunkError when the bytes are no chunk of format 1 in canonical form
 * @throws ChunkFormatError when they are of a later format
 */
export function decodeChunk(bytes: Uint8Array): Chunk {
  const header = readHeader(bytes)
  checkWidthsNeeded(bytes, header)
  return header.part === 'price' ? decodePrice(bytes, header) : decodeVolume(bytes, header)
}

function decodePrice(bytes: Uint8Array, header: Header): PricePart {
  const [open, high, low, close] = readPrices(bytes, header)
  return {
    part: 'price',
    ...spanOf(bytes, header),
    open: open!,
    high: high!,
    low: low!,
    close: close!,
    samples: header.bits & Bit.samples ? readCounts(bytes, header, 4) : null,
    flags: header.bits & Bit.flags ? readCounts(bytes, header, 5) : null,
  }
}

function decodeVolume(bytes: Uint8Array, header: Header): VolumePart {
  const known = readKnown(bytes, header)
  return { part: 'volume', ...spanOf(bytes, header), volume: readVolume(bytes, header, known), known }
}

function spanOf(bytes: Uint8Array, header: Header) {
  return {
    market: header.market,
    interval: header.interval,
    startMs: header.startMs,
    states: readStates(bytes, header),
    frame: (header.bits & Bit.frame) !== 0,
    derived: (header.bits & Bit.derived) !== 0,
  }
}

/** Reused from chunk to chunk: open, close, high, low of the longest chunk so far. */
let scratch: Float64Array[] = []

/**
 * Writes what a chunk says into a grid of the same market and interval, where they overlap: states and prices, or
 * volumes. Places that a frame calls `unchanged` keep what they have. When it throws, the grid is as before.
 *
 * @throws ChunkError when the bytes are no chunk, or not of this market and interval
 */
export function paintChunk(bytes: Uint8Array, columns: CandleColumns): void {
  const header = readHeader(bytes)
  if (header.market !== columns.market || header.interval !== columns.interval)
    fail(
      `a chunk of ${header.market} ${header.interval} does not belong to ${columns.market} ${columns.interval}`,
    )
  if (header.part === 'price') paintPrice(bytes, header, columns)
  else paintVolume(bytes, header, columns)
}

function paintPrice(bytes: Uint8Array, header: Header, columns: CandleColumns): void {
  if (scratch.length === 0 || scratch[0]!.length < header.rows)
    scratch = [0, 1, 2, 3].map(() => new Float64Array(header.rows))
  let [open, close, high, low] = scratch
  let unit = 10 ** header.scale
  if (header.bits & Bit.text || header.scale > EXACT_POWER || !readDoublePrices(bytes, header, scratch)) {
    const chunk = decodePrice(bytes, header)
    open = doublesFrom(chunk.open)
    close = doublesFrom(chunk.close)
    high = doublesFrom(chunk.high)
    low = doublesFrom(chunk.low)
    unit = 1
  }
  const counts = header.bits & Bit.samples ? readCounts(bytes, header, 4) : null
  if (counts) columns.samples ??= new Uint32Array(columns.length)
  const { open: o, high: h, low: l, close: c, samples } = columns
  eachRun(bytes, header, columns, (state, from, to, row) => {
    columns.states.fill(state, from, to)
    if (counts && state === State.present) samples!.set(counts.subarray(row, row + to - from), from)
    else samples?.fill(0, from, to)
    if (state !== State.present) {
      for (const column of [o, h, l, c]) column.fill(NaN, from, to)
      return
    }
    paintRun(open!, row, unit, o, from, to)
    paintRun(high!, row, unit, h, from, to)
    paintRun(low!, row, unit, l, from, to)
    paintRun(close!, row, unit, c, from, to)
  })
}

function paintVolume(bytes: Uint8Array, header: Header, columns: CandleColumns): void {
  const volume = columns.volume ?? fail('the grid has no column for volume')
  const chunk = decodeVolume(bytes, header)
  const values = doublesFrom(chunk.volume)
  chunk.known?.forEach((value, row) => value || (values[row] = NaN))
  eachRun(bytes, header, columns, (state, from, to, row) => {
    if (state === State.present) volume.set(values.subarray(row, row + to - from), from)
    else volume.fill(NaN, from, to)
  })
}

function paintRun(
  values: Float64Array,
  row: number,
  unit: number,
  into: Float64Array,
  from: number,
  to: number,
): void {
  const shift = row - from
  for (let place = from; place < to; place++) into[place] = values[place + shift]! / unit
}

/** Calls for each run but the unchanged ones: its places [from, to) in the grid, and the row of the first. */
function eachRun(
  bytes: Uint8Array,
  header: Header,
  columns: CandleColumns,
  paint: (state: number, from: number, to: number, row: number) => void,
): void {
  const view = viewOf(bytes)
  let place = (header.startMs - columns.startMs) / INTERVAL_MS[header.interval]
  if (!Number.isInteger(place))
    fail(`the grid's start ${columns.startMs} ms is not on the grid of ${columns.interval}`)
  let row = 0
  for (let run = 0; run < header.runStates.length; run++) {
    const state = header.runStates[run]!
    const length = view.getUint16(header.runLengthsAt + 2 * run, true)
    const from = Math.max(place, 0)
    const to = Math.min(place + length, columns.length)
    if (from < to && state !== State.unchanged) paint(state, from, to, row + from - place)
    if (state === State.present) row += length
    place += length
  }
}
