/**
 * The chunk's bytes as `docs/decisions/0001-wire-format.md` lays them out: codes, limits, and the header, which is
 * checked in full (exact length and CRC included) before anything is allocated for what follows it.
 */
import { State } from '../candle/columns.ts'
import { MAX_SCALE } from '../decimal/columns.ts'
import { isMarketId, type MarketId } from '../market.ts'
import { INTERVAL_MS, type StoredInterval } from '../time/interval.ts'
import { ChunkError, ChunkFormatError, type Part } from './chunk.ts'
import { crc32c } from './crc.ts'

export const MAGIC = 0x48435443 // `CTCH`, read as a little-endian number
export const FORMAT = 1
export const HEADER_BYTES = 36
export const CRC_BYTES = 4
export const MAX_MARKET_BYTES = 128
/** Largest chunk; only text columns come near it. */
export const MAX_CHUNK_BYTES = 2 ** 26
export const MAX_SECONDS = 2 ** 32 - 1

export const Bit = { frame: 1, derived: 2, samples: 4, flags: 8, text: 16, known: 32 } as const

export const PART_CODE: Readonly<Record<Part, number>> = { price: 1, volume: 2 }
export const INTERVAL_CODE: Readonly<Record<StoredInterval, number>> = { '1m': 1, '1h': 2, '1d': 3 }
const PARTS: readonly (Part | undefined)[] = [undefined, 'price', 'volume']
const INTERVALS: readonly (StoredInterval | undefined)[] = [undefined, '1m', '1h', '1d']

const PLACES_LIMIT: Readonly<Record<StoredInterval, number>> = { '1m': 44_640, '1h': 8_784, '1d': 366 }

/** Most places of a chunk: its longest period; a frame has the room of a month of minutes whatever its interval. */
export function placesLimit(interval: StoredInterval, frame: boolean): number {
  return PLACES_LIMIT[frame ? '1m' : interval]
}

/** What the header says, and where what follows it begins. All of it is checked. */
export interface Header {
  readonly part: Part
  readonly interval: StoredInterval
  readonly bits: number
  readonly startMs: number
  readonly places: number
  readonly rows: number
  readonly scale: number
  readonly market: MarketId
  /** Price part: open, close, upper, lower, samples, flags; volume part: volume and five zeros. */
  readonly widths: readonly number[]
  readonly textBytes: number
  readonly runStates: Uint8Array
  /** Offset of the two-byte lengths of the runs. */
  readonly runLengthsAt: number
  readonly knownAt: number
  readonly columnsAt: number
  readonly textAt: number
}

/** The interval of a code on the wire; undefined for a code that is none. */
export function intervalOf(code: number): StoredInterval | undefined {
  return INTERVALS[code]
}

/** A view of exactly these bytes. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/**
 * Reads and checks the header and the runs.
 *
 * @throws ChunkError when the bytes are no chunk of format 1
 * @throws ChunkFormatError when they are of a later format
 */
export function readHeader(bytes: Uint8Array): Header {
  if (bytes.length < HEADER_BYTES + CRC_BYTES) fail(`${bytes.length} bytes are too short for a chunk`)
  if (bytes.length > MAX_CHUNK_BYTES) fail(`${bytes.length} bytes are more than a chunk may have`)
  const view = viewOf(bytes)
  if (view.getUint32(0, true) !== MAGIC) fail('no chunk: the magic CTCH is not there')
  const format = bytes[4]!
  if (format > FORMAT) throw new ChunkFormatError(format)
  if (format !== FORMAT) fail(`format ${format} does not exist`)
  const part = PARTS[bytes[5]!] ?? fail(`part code ${bytes[5]} does not exist`)
  const interval = INTERVALS[bytes[6]!] ?? fail(`interval code ${bytes[6]} does not exist`)
  const bits = bytes[7]!
  const places = view.getUint32(12, true)
  const rows = view.getUint32(16, true)
  const runs = view.getUint16(20, true)
  const scale = bytes[22]!
  const marketBytes = bytes[23]!
  const widths = Array.from(bytes.subarray(24, 30))
  const textBytes = view.getUint32(32, true)

  checkBits(part, bits, rows)
  const limit = placesLimit(interval, (bits & Bit.frame) !== 0)
  if (places < 1 || places > limit) fail(`${places} places, a chunk of ${interval} has 1 to ${limit}`)
  if (rows > places) fail(`${rows} rows in ${places} places`)
  if (runs < 1 || runs > places) fail(`${runs} runs of states in ${places} places`)
  if (scale > MAX_SCALE) fail(`scale ${scale} is above ${MAX_SCALE}`)
  if (marketBytes < 1 || marketBytes > MAX_MARKET_BYTES) fail(`a market identifier of ${marketBytes} bytes`)
  if (bytes[30] !== 0 || bytes[31] !== 0) fail('the reserved bytes are not zero')
  checkWidths(part, bits, widths, rows, scale, textBytes)

  const runStatesAt = HEADER_BYTES + marketBytes
  const runLengthsAt = runStatesAt + runs
  const knownAt = runLengthsAt + 2 * runs
  const columnsAt = knownAt + (bits & Bit.known ? Math.ceil(rows / 8) : 0)
  const textAt = columnsAt + rows * widths.reduce((sum, width) => sum + width, 0)
  const length = textAt + textBytes + CRC_BYTES
  if (bytes.length !== length) fail(`${bytes.length} bytes where the header implies ${length}`)
  if (crc32c(bytes, length - CRC_BYTES) !== view.getUint32(length - CRC_BYTES, true))
    fail('the checksum does not match: the bytes are damaged')

  const market = readMarket(bytes.subarray(HEADER_BYTES, runStatesAt))
  const startMs = view.getUint32(8, true) * 1000
  if (startMs % INTERVAL_MS[interval] !== 0)
    fail(`start ${startMs / 1000} s is not on the grid of ${interval}`)
  const runStates = bytes.subarray(runStatesAt, runLengthsAt)
  checkRuns(view, runStates, runLengthsAt, places, rows, (bits & Bit.frame) !== 0)
  return {
    part,
    interval,
    bits,
    startMs,
    places,
    rows,
    scale,
    market,
    widths,
    textBytes,
    runStates,
    runLengthsAt,
    knownAt,
    columnsAt,
    textAt,
  }
}

/** One state code a place. */
export function readStates(bytes: Uint8Array, header: Header): Uint8Array<ArrayBuffer> {
  const view = viewOf(bytes)
  const states = new Uint8Array(header.places)
  let at = 0
  for (let run = 0; run < header.runStates.length; run++) {
    const length = view.getUint16(header.runLengthsAt + 2 * run, true)
    states.fill(header.runStates[run]!, at, at + length)
    at += length
  }
  return states
}

function checkBits(part: Part, bits: number, rows: number): void {
  const allowed =
    Bit.frame | Bit.derived | Bit.text | (part === 'price' ? Bit.samples | Bit.flags : Bit.known)
  if ((bits & ~allowed) !== 0) fail(`bits ${bits} are not allowed in a ${part} part`)
  if (rows === 0 && (bits & ~(Bit.frame | Bit.derived)) !== 0) fail(`bits ${bits} without rows`)
}

function checkWidths(
  part: Part,
  bits: number,
  widths: readonly number[],
  rows: number,
  scale: number,
  textBytes: number,
): void {
  const values = part === 'price' ? 4 : 1
  const optional = [0, 0, 0, 0, bits & Bit.samples, bits & Bit.flags]
  const text = (bits & Bit.text) !== 0
  for (let column = 0; column < 6; column++) {
    const width = widths[column]!
    const isValue = column < values
    const least = !isValue && optional[column] ? 1 : 0
    const most = isValue ? (text || rows === 0 ? 0 : 8) : optional[column] ? 4 : 0
    if (width < least || width > most) fail(`width ${width} of column ${column + 1} is out of range`)
  }
  if (text !== textBytes > 0) fail(`${textBytes} bytes of text disagree with the text bit`)
  if (scale !== 0 && (text || rows === 0)) fail(`scale ${scale} where there are no integers`)
}

function readMarket(bytes: Uint8Array): MarketId {
  const market = String.fromCharCode(...bytes)
  return isMarketId(market) ? market : fail('the market identifier is none')
}

function checkRuns(
  view: DataView,
  states: Uint8Array,
  lengthsAt: number,
  places: number,
  rows: number,
  frame: boolean,
): void {
  let sum = 0
  let present = 0
  for (let run = 0; run < states.length; run++) {
    const state = states[run]!
    const length = view.getUint16(lengthsAt + 2 * run, true)
    if (!isStateCode(state, frame)) fail(`state ${state} does not exist here`)
    if (run > 0 && state === states[run - 1]) fail('two neighbouring runs have one state')
    if (length === 0) fail('a run of no place')
    sum += length
    if (state === State.present) present += length
  }
  if (sum !== places) fail(`the runs hold ${sum} places, the header says ${places}`)
  if (present !== rows) fail(`the runs hold ${present} rows, the header says ${rows}`)
}

/** Whether the code is a state; `unchanged` is one in frames only. */
export function isStateCode(code: number, frame: boolean): boolean {
  return code <= State.beyond && (frame || code !== State.unchanged)
}

/** @throws ChunkError always; an expression, so that a check can stand where its value is needed. */
export function fail(message: string): never {
  throw new ChunkError(message)
}
