/**
 * The values of a chunk out of its columns or its text, in the one form that each has: what the header implies is checked
 * before, what only the values show is checked here.
 */
import { BIG_LIMIT, columnsFromTexts, DOUBLE_LIMIT, hasSpareDecimal } from '../decimal/columns.ts'
import type { DecimalColumn, IntegerColumn } from '../decimal/decimal.ts'
import { isPlainDecimal } from '../decimal/text.ts'
import { isOrdered } from './canonical.ts'
import { Bit, fail, type Header } from './layout.ts'
import { DOUBLE_WIDTH, isWidthNeeded, readBigPlanes, readPlanes } from './planes.ts'
import { pricesFromBigs, pricesFromDoubles } from './residuals.ts'

/**
 * Open, high, low, close.
 *
 * @throws ChunkError when they are not in canonical form
 */
export function readPrices(bytes: Uint8Array, header: Header): DecimalColumn[] {
  return header.bits & Bit.text ? readTextPrices(bytes, header) : readIntegerPrices(bytes, header)
}

/**
 * The volumes, 0 or no text where `known` says 0.
 *
 * @throws ChunkError when they are not in canonical form
 */
export function readVolume(bytes: Uint8Array, header: Header, known: Uint8Array | null): DecimalColumn {
  if (header.bits & Bit.text) return readTextVolume(bytes, header, known)
  const volume = readIntegerVolume(bytes, header)
  known?.forEach((value, row) => {
    if (!value && Number(volume.values[row]) !== 0) fail(`row ${row}: an unknown volume that is not 0`)
  })
  return volume
}

function columnAt(header: Header, column: number): number {
  let at = header.columnsAt
  for (let before = 0; before < column; before++) at += header.widths[before]! * header.rows
  return at
}

/** @throws ChunkError when a column is wider than its values need */
export function checkWidthsNeeded(bytes: Uint8Array, header: Header): void {
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

/** Samples (column 4) or flags (column 5). */
export function readCounts(bytes: Uint8Array, header: Header, column: number): Uint32Array {
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
export function readDoublePrices(bytes: Uint8Array, header: Header, into: readonly Float64Array[]): boolean {
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

/** 1 for each row of known volume; null when all are known. */
export function readKnown(bytes: Uint8Array, header: Header): Uint8Array | null {
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
