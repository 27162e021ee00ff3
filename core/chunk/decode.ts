/**
 * Bytes → chunk, and the short way from bytes to a grid of doubles. Both are safe against hostile bytes; only
 * `decodeChunk` refuses bytes that say something in another than their one canonical way, as their name would not hold.
 */
import { State, type CandleColumns } from '../candle/columns.ts'
import {
  BIG_LIMIT,
  columnsFromTexts,
  DOUBLE_LIMIT,
  doublesFrom,
  EXACT_POWER,
  hasSpareDecimal,
} from '../decimal/columns.ts'
import type { DecimalColumn, IntegerColumn } from '../decimal/decimal.ts'
import { isPlainDecimal } from '../decimal/text.ts'
import { INTERVAL_MS } from '../time/interval.ts'
import { isOrdered } from './canonical.ts'
import type { Chunk, PricePart, VolumePart } from './chunk.ts'
import { Bit, fail, readHeader, readStates, type Header } from './layout.ts'
import { DOUBLE_WIDTH, isWidthNeeded, readBigPlanes, readPlanes } from './planes.ts'
import { pricesFromBigs, pricesFromDoubles } from './residuals.ts'

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
  const [open, high, low, close] =
    header.bits & Bit.text ? readTextPrices(bytes, header) : readIntegerPrices(bytes, header)
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
  const volume =
    header.bits & Bit.text ? readTextVolume(bytes, header, known) : readIntegerVolume(bytes, header)
  if (known && volume.kind === 'integer')
    known.forEach((value, row) => {
      if (!value && Number(volume.values[row]) !== 0) fail(`row ${row}: an unknown volume that is not 0`)
    })
  return { part: 'volume', ...spanOf(bytes, header), volume, known }
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

function columnAt(header: Header, column: number): number {
  let at = header.columnsAt
  for (let before = 0; before < column; before++) at += header.widths[before]! * header.rows
  return at
}

function checkWidthsNeeded(bytes: Uint8Array, header: Header): void {
  header.widths.forEach((width, column) => {
    if (!isWidthNeeded(bytes, columnAt(header, column), width, header.rows))
      fail(`column ${column + 1} is wider than its values need`)
  })
}

function readDoubles(bytes: Uint8Array, header: Header, column: number, values: Float64Array): void {
  readPlanes(bytes, columnAt(header, column), header.widths[column]!, header.rows, values)
}

function readBigs(bytes: Uint8Array, header: Header, column: number): BigUint64Array<ArrayBuffer> {
  return readBigPlanes(bytes, columnAt(header, column), header.widths[column]!, header.rows)
}

function readCounts(bytes: Uint8Array, header: Header, column: number): Uint32Array {
  const values = new Float64Array(header.rows)
  readDoubles(bytes, header, column, values)
  return Uint32Array.from(values)
}

/** Open, high, low, close. */
function readIntegerPrices(bytes: Uint8Array, header: Header): IntegerColumn[] {
  const scratch = [0, 1, 2, 3].map(() => new Float64Array(header.rows))
  if (readDoublePrices(bytes, header, scratch)) {
    const [open, close, high, low] = scratch
    return integers(header.scale, [open!, high!, low!, close!])
  }
  const prices = pricesFromBigs(
    readBigs(bytes, header, 0),
    readBigs(bytes, header, 1),
    readBigs(bytes, header, 2),
    readBigs(bytes, header, 3),
  )
  return integers(header.scale, narrow([prices.open, prices.high, prices.low, prices.close]))
}

/** Reads open, close, high, low, in this order, in units of the scale; false where doubles do not hold them. */
function readDoublePrices(bytes: Uint8Array, header: Header, into: readonly Float64Array[]): boolean {
  for (let column = 0; column < 4; column++) {
    if (header.widths[column]! > DOUBLE_WIDTH) return false
    readDoubles(bytes, header, column, into[column]!)
  }
  return pricesFromDoubles(into[0]!, into[1]!, into[2]!, into[3]!, header.rows)
}

function readIntegerVolume(bytes: Uint8Array, header: Header): IntegerColumn {
  if (header.widths[0]! <= DOUBLE_WIDTH) {
    const values = new Float64Array(header.rows)
    readDoubles(bytes, header, 0, values)
    if (values.every((value) => value < DOUBLE_LIMIT)) return integers(header.scale, [values])[0]!
  }
  const bigs = readBigs(bytes, header, 0)
  if (bigs.some((value) => value > BIG_LIMIT)) fail('a volume is beyond 63 bits')
  return integers(header.scale, narrow([new BigInt64Array(bigs.buffer)]))[0]!
}

/** Doubles where they hold every value. */
function narrow(columns: readonly BigInt64Array[]): readonly (Float64Array | BigInt64Array)[] {
  if (columns.some((values) => values.some((value) => value >= DOUBLE_LIMIT))) return columns
  return columns.map((values) => Float64Array.from(values, Number))
}

function integers(scale: number, columns: readonly (Float64Array | BigInt64Array)[]): IntegerColumn[] {
  const made = columns.map((values): IntegerColumn => ({ kind: 'integer', scale, values }))
  if (hasSpareDecimal(made)) fail(`scale ${scale} is larger than the values need`)
  return made
}

function readKnown(bytes: Uint8Array, header: Header): Uint8Array | null {
  if ((header.bits & Bit.known) === 0) return null
  const known = new Uint8Array(header.rows)
  for (let row = 0; row < known.length; row++)
    known[row] = (bytes[header.knownAt + (row >> 3)]! >> (row & 7)) & 1
  if (!known.includes(0)) fail('the bitmap "volume known" says that all are known')
  const used = header.rows & 7
  if (used !== 0 && bytes[header.columnsAt - 1]! >> used !== 0) fail('the padding of "volume known" is not 0')
  return known
}

/** Open, high, low, close. */
function readTextPrices(bytes: Uint8Array, header: Header): DecimalColumn[] {
  const lines = readLines(bytes, header, 4 * header.rows)
  const column = (index: number) => lines.slice(index * header.rows, (index + 1) * header.rows)
  const [open, close, high, low] = [column(0), column(1), column(2), column(3)]
  for (let row = 0; row < header.rows; row++) {
    if (!isOrdered(open[row]!, high[row]!, low[row]!, close[row]!))
      fail(`row ${row}: open and close do not lie between low and high`)
  }
  return textColumns([open, high, low, close])
}

function readTextVolume(bytes: Uint8Array, header: Header, known: Uint8Array | null): DecimalColumn {
  return textColumns([readLines(bytes, header, header.rows, known)])[0]!
}

function readLines(
  bytes: Uint8Array,
  header: Header,
  count: number,
  known: Uint8Array | null = null,
): string[] {
  const text = new TextDecoder().decode(bytes.subarray(header.textAt, header.textAt + header.textBytes))
  const lines = text.split('\n', count + 1)
  if (lines.length !== count) fail(`the text has another number of lines than ${count}`)
  lines.forEach((line, at) => {
    if (known?.[at] === 0 ? line !== '' : !isPlainDecimal(line) || line.startsWith('-'))
      fail(`"${line.slice(0, 40)}" in line ${at + 1} of the text is no shortest plain decimal from 0`)
  })
  return lines
}

function textColumns(columns: readonly string[][]): DecimalColumn[] {
  const made = columnsFromTexts(columns)
  if (made.some((column) => column.kind !== 'text')) fail('decimals as text that integers hold')
  return made
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
  const { open: o, high: h, low: l, close: c } = columns
  eachRun(bytes, header, columns, (state, from, to, row) => {
    columns.states.fill(state, from, to)
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
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
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
