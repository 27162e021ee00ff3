/**
 * Chunk → bytes. The same chunk always gives the same bytes, whatever it was made from.
 */
import { columnLength, decimalsFrom } from '../decimal/columns.ts'
import type { DecimalColumn } from '../decimal/decimal.ts'
import { canonicalChunk } from './canonical.ts'
import type { Chunk, PricePart, VolumePart } from './chunk.ts'
import { crc32c } from './crc.ts'
import * as layout from './layout.ts'
import { Bit, fail } from './layout.ts'
import { widthOf, writePlanes } from './planes.ts'
import { bigResiduals, doubleResiduals } from './residuals.ts'

/** A column as it goes to the wire. */
type Column = Float64Array | BigUint64Array

interface Body {
  /** In the order of the header's widths. */
  readonly columns: readonly Column[]
  readonly text: Uint8Array
  readonly scale: number
  readonly known: Uint8Array | null
  readonly bits: number
}

/**
 * Encodes a chunk (`docs/decisions/0001-wire-format.md`).
 *
 * @throws ChunkError when the chunk breaks a rule of the layout
 */
export function encodeChunk(chunk: Chunk): Uint8Array<ArrayBuffer> {
  const canonical = canonicalChunk(chunk)
  const rows = columnLength(canonical.part === 'price' ? canonical.open : canonical.volume)
  const body = canonical.part === 'price' ? priceBody(canonical) : volumeBody(canonical)
  const runs = runsOf(canonical.states)
  const widths = body.columns.map(widthOf)
  const known = body.known ? packBits(body.known) : new Uint8Array(0)
  const fixed = layout.HEADER_BYTES + canonical.market.length + 3 * runs.states.length + known.length
  const columnsBytes = rows * widths.reduce((sum, width) => sum + width, 0)
  const length = fixed + columnsBytes + body.text.length + layout.CRC_BYTES
  if (length > layout.MAX_CHUNK_BYTES) fail(`a chunk of ${length} bytes is larger than a chunk may be`)

  const bytes = new Uint8Array(length)
  const view = layout.viewOf(bytes)
  view.setUint32(0, layout.MAGIC, true)
  bytes[4] = layout.FORMAT
  bytes[5] = layout.PART_CODE[canonical.part]
  bytes[6] = layout.INTERVAL_CODE[canonical.interval]
  bytes[7] = body.bits | (canonical.frame ? Bit.frame : 0) | (canonical.derived ? Bit.derived : 0)
  view.setUint32(8, canonical.startMs / 1000, true)
  view.setUint32(12, canonical.states.length, true)
  view.setUint32(16, rows, true)
  view.setUint16(20, runs.states.length, true)
  bytes[22] = body.scale
  bytes[23] = canonical.market.length
  bytes.set(widths, 24)
  view.setUint32(32, body.text.length, true)

  let at = layout.HEADER_BYTES
  for (const character of canonical.market) bytes[at++] = character.charCodeAt(0)
  for (const state of runs.states) bytes[at++] = state
  for (const run of runs.lengths) {
    view.setUint16(at, run, true)
    at += 2
  }
  bytes.set(known, at)
  at += known.length
  body.columns.forEach((column, index) => {
    writePlanes(bytes, at, widths[index]!, column)
    at += widths[index]! * rows
  })
  bytes.set(body.text, at)
  at += body.text.length
  view.setUint32(at, crc32c(bytes, at), true)
  return bytes
}

function priceBody(chunk: PricePart): Body {
  const { open, high, low, close, samples, flags } = chunk
  const prices = [open, close, high, low]
  const text = open.kind === 'text'
  return {
    columns: [
      ...(text ? prices.map(() => new Float64Array(0)) : residualsOf(chunk)),
      samples ? Float64Array.from(samples) : new Float64Array(0),
      flags ? Float64Array.from(flags) : new Float64Array(0),
    ],
    text: text ? textOf(prices) : new Uint8Array(0),
    scale: open.kind === 'text' ? 0 : open.scale,
    known: null,
    bits: (text ? Bit.text : 0) | (samples ? Bit.samples : 0) | (flags ? Bit.flags : 0),
  }
}

function residualsOf({ open, high, low, close }: PricePart): readonly Column[] {
  const [o, h, l, c] = [open.values, high.values, low.values, close.values]
  if (
    o instanceof Float64Array &&
    h instanceof Float64Array &&
    l instanceof Float64Array &&
    c instanceof Float64Array
  )
    return doubleResiduals(o, h, l, c)
  return bigResiduals(bigs(open), bigs(high), bigs(low), bigs(close))
}

function bigs(column: DecimalColumn): BigInt64Array {
  return column.values instanceof BigInt64Array ? column.values : fail('price columns of several kinds')
}

function volumeBody({ volume, known }: VolumePart): Body {
  const bits = known ? Bit.known : 0
  if (volume.kind === 'text')
    return { columns: [new Float64Array(0)], text: textOf([volume]), scale: 0, known, bits: bits | Bit.text }
  const values = volume.values
  const column =
    values instanceof Float64Array
      ? values
      : new BigUint64Array(values.buffer, values.byteOffset, values.length)
  return { columns: [column], text: new Uint8Array(0), scale: volume.scale, known, bits }
}

function textOf(columns: readonly DecimalColumn[]): Uint8Array {
  return new TextEncoder().encode(columns.map((column) => decimalsFrom(column).join('\n')).join('\n'))
}

function runsOf(states: Uint8Array): { states: number[]; lengths: number[] } {
  const runs = { states: [] as number[], lengths: [] as number[] }
  let from = 0
  for (let place = 1; place <= states.length; place++) {
    if (states[place] === states[from]) continue
    runs.states.push(states[from]!)
    runs.lengths.push(place - from)
    from = place
  }
  return runs
}

/** One bit a value, the lowest first. */
function packBits(values: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(values.length / 8))
  values.forEach((value, index) => {
    if (value) bytes[index >> 3]! |= 1 << (index & 7)
  })
  return bytes
}
