/**
 * Every rule of the layout, broken alone in bytes that are right otherwise, checksum included.
 */
import { expect, test } from 'vitest'
import { missingColumns } from '../candle/columns.ts'
import type { MarketId } from '../market.ts'
import { ChunkError } from './chunk.ts'
import { crc32c } from './crc.ts'
import { decodeChunk, paintChunk } from './decode.ts'

/** The fields of a chunk, put together without any check. */
interface Raw {
  format: number
  part: number
  interval: number
  bits: number
  start: number
  places: number
  rows: number
  scale: number
  market: string
  widths: number[]
  reserved: number
  textBytes: number
  states: number[]
  lengths: number[]
  /** Bitmap, columns and text. */
  body: number[]
}

/** Two prices of 1.5, flat. */
const PRICE: Raw = {
  format: 1,
  part: 1,
  interval: 1,
  bits: 0,
  start: 60,
  places: 2,
  rows: 2,
  scale: 1,
  market: 'csv:a',
  widths: [1, 0, 0, 0, 0, 0],
  reserved: 0,
  textBytes: 0,
  states: [1],
  lengths: [2],
  body: [30, 0],
}

/** Two volumes, the second unknown. */
const VOLUME: Raw = { ...PRICE, part: 2, bits: 32, body: [0b01, 15, 0] }

const text = (content: string) => ({
  bits: 16,
  scale: 0,
  widths: [0, 0, 0, 0, 0, 0],
  textBytes: content.length,
  body: Array.from(content, (character) => character.charCodeAt(0)),
})

const HUGE = '9'.repeat(20)
const flat = (price: string) => [price, price, price, price].map((one) => `${one}\n1`).join('\n')

function assemble(raw: Raw): Uint8Array {
  const u16 = (value: number) => [value & 255, (value >> 8) & 255]
  const u32 = (value: number) => [...u16(value & 0xffff), ...u16(value >>> 16)]
  const bytes = [
    0x43,
    0x54,
    0x43,
    0x48,
    raw.format,
    raw.part,
    raw.interval,
    raw.bits,
    ...u32(raw.start),
    ...u32(raw.places),
    ...u32(raw.rows),
    ...u16(raw.states.length),
    raw.scale,
    raw.market.length,
    ...raw.widths,
    ...u16(raw.reserved),
    ...u32(raw.textBytes),
    ...Array.from(raw.market, (character) => character.charCodeAt(0)),
    ...raw.states,
    ...raw.lengths.flatMap(u16),
    ...raw.body,
  ]
  return Uint8Array.from([...bytes, ...u32(crc32c(Uint8Array.from(bytes)))])
}

test.each<[string, Raw]>([
  ['prices', PRICE],
  ['volumes', VOLUME],
  ['prices as text', { ...PRICE, ...text(flat(HUGE)) }],
  ['volumes as text', { ...VOLUME, ...text(`${HUGE}\n2`) }],
  [
    'nothing but missing places',
    { ...PRICE, rows: 0, scale: 0, widths: [0, 0, 0, 0, 0, 0], states: [0], body: [] },
  ],
])('%s without a fault are taken', (_, raw) => {
  expect(() => decodeChunk(assemble(raw))).not.toThrow()
})

test.each<[string, Raw, string]>([
  ['format 0', { ...PRICE, format: 0 }, 'format 0 does not exist'],
  ['a third part', { ...PRICE, part: 3 }, 'part code 3'],
  ['a fourth interval', { ...PRICE, interval: 4 }, 'interval code 4'],
  ['an unknown bit', { ...PRICE, bits: 64 }, 'bits 64 are not allowed'],
  ['the bitmap of volumes in prices', { ...PRICE, bits: 32 }, 'bits 32 are not allowed'],
  ['samples in volumes', { ...VOLUME, bits: 4 }, 'bits 4 are not allowed'],
  ['no place', { ...PRICE, places: 0 }, '0 places'],
  ['too many minutes', { ...PRICE, places: 44_641 }, '44641 places'],
  ['too many days', { ...PRICE, interval: 3, start: 0, places: 367, lengths: [367] }, '367 places'],
  [
    'too many places in a frame',
    { ...PRICE, bits: 1, interval: 3, start: 0, places: 44_641 },
    '44641 places',
  ],
  ['more rows than places', { ...PRICE, rows: 3 }, '3 rows in 2 places'],
  ['no runs', { ...PRICE, states: [], lengths: [] }, '0 runs'],
  ['more runs than places', { ...PRICE, states: [1, 0, 1], lengths: [1, 0, 1] }, '3 runs'],
  ['a scale of 41', { ...PRICE, scale: 41 }, 'scale 41'],
  ['no market', { ...PRICE, market: '' }, 'a market identifier of 0 bytes'],
  ['a long market', { ...PRICE, market: `csv:${'a'.repeat(125)}` }, 'a market identifier of 129 bytes'],
  ['a market that is none', { ...PRICE, market: 'csv:.' }, 'the market identifier is none'],
  ['reserved bytes', { ...PRICE, reserved: 256 }, 'reserved'],
  ['a column of 9 bytes', { ...PRICE, widths: [9, 0, 0, 0, 0, 0] }, 'width 9 of column 1'],
  ['samples without their bit', { ...PRICE, widths: [1, 0, 0, 0, 1, 0] }, 'width 1 of column 5'],
  ['samples of no width', { ...PRICE, bits: 4 }, 'width 0 of column 5'],
  ['flags of 5 bytes', { ...PRICE, bits: 8, widths: [1, 0, 0, 0, 0, 5] }, 'width 5 of column 6'],
  ['a second volume', { ...VOLUME, widths: [1, 1, 0, 0, 0, 0] }, 'width 1 of column 2'],
  ['text without its bit', { ...PRICE, textBytes: 1, body: [30, 0, 49] }, 'disagree with the text bit'],
  ['the text bit without text', { ...PRICE, ...text('') }, 'disagree with the text bit'],
  ['text and integers', { ...PRICE, ...text(flat(HUGE)), widths: [1, 0, 0, 0, 0, 0] }, 'width 1 of column 1'],
  ['text with a scale', { ...PRICE, ...text(flat(HUGE)), scale: 1 }, 'scale 1 where there are no integers'],
  ['a bit that needs rows', { ...PRICE, rows: 0, bits: 16, states: [0] }, 'bits 16 without rows'],
  ['a width that needs rows', { ...PRICE, rows: 0, scale: 0, states: [0], body: [] }, 'width 1 of column 1'],
  ['a byte too few', { ...PRICE, body: [30] }, 'bytes where the header implies'],
  ['a byte too many', { ...PRICE, body: [30, 0, 0] }, 'bytes where the header implies'],
  ['a start off the grid', { ...PRICE, start: 61 }, 'not on the grid of 1m'],
  ['a state that is none', { ...PRICE, states: [7] }, 'state 7'],
  ['unchanged in no frame', { ...PRICE, places: 3, states: [1, 3], lengths: [2, 1] }, 'state 3'],
  ['neighbours of one state', { ...PRICE, states: [1, 1], lengths: [1, 1] }, 'two neighbouring runs'],
  ['a run of no place', { ...PRICE, states: [1, 0], lengths: [2, 0] }, 'a run of no place'],
  ['runs that are too short', { ...PRICE, places: 3 }, 'the runs hold 2 places'],
  ['runs with fewer rows', { ...PRICE, places: 3, states: [1, 2], lengths: [1, 2] }, 'the runs hold 1 rows'],
  ['a width not needed', { ...PRICE, widths: [2, 0, 0, 0, 0, 0], body: [0, 0, 30, 0] }, 'wider than'],
  [
    'samples not needed',
    { ...PRICE, bits: 4, widths: [1, 0, 0, 0, 1, 0], body: [30, 0, 0, 0] },
    'wider than',
  ],
  ['a decimal not needed', { ...PRICE, scale: 2, body: [20, 0] }, 'larger than'],
  ['a negative open', { ...PRICE, body: [29, 0] }, 'the low is negative'],
  ['a negative low', { ...PRICE, widths: [1, 0, 0, 1, 0, 0], body: [30, 0, 16, 0] }, 'the low is negative'],
  [
    'a high beyond 63 bits',
    {
      ...PRICE,
      places: 1,
      rows: 1,
      lengths: [1],
      widths: [1, 0, 8, 0, 0, 0],
      body: [2, 127, ...Array<number>(7).fill(255)],
    },
    'the high is beyond 63 bits',
  ],
  [
    'a volume beyond 63 bits',
    {
      ...VOLUME,
      bits: 0,
      places: 1,
      rows: 1,
      lengths: [1],
      widths: [8, 0, 0, 0, 0, 0],
      body: [128, 0, 0, 0, 0, 0, 0, 1],
    },
    'a volume is beyond 63 bits',
  ],
  ['a bitmap not needed', { ...VOLUME, body: [0b11, 15, 7] }, 'says that all are known'],
  ['padding in the bitmap', { ...VOLUME, body: [0b101, 15, 0] }, 'padding'],
  ['an unknown volume of 7', { ...VOLUME, body: [0b01, 15, 7] }, 'row 1: an unknown volume that is not 0'],
  ['text that integers hold', { ...PRICE, ...text(flat('2')) }, 'decimals as text that integers hold'],
  ['a line too few', { ...PRICE, ...text(flat(HUGE).slice(0, -2)) }, 'another number of lines than 8'],
  ['a line too many', { ...PRICE, ...text(`${flat(HUGE)}\n1`) }, 'another number of lines than 8'],
  ['a line of no number', { ...PRICE, ...text(flat('1e99')) }, '"1e99" in line 1'],
  ['a line that is not shortest', { ...PRICE, ...text(flat(`${HUGE}.50`)) }, 'in line 1 of the text'],
  ['a negative line', { ...PRICE, ...text(flat(`-${HUGE}`)) }, 'in line 1 of the text'],
  [
    'an empty line for a known volume',
    { ...VOLUME, ...text(`${HUGE}\n`), bits: 16 },
    'in line 2 of the text',
  ],
  [
    'a line for an unknown volume',
    { ...VOLUME, ...text(`${HUGE}\n5`), bits: 48, body: [1, ...text(`${HUGE}\n5`).body] },
    '"5" in line 2',
  ],
  [
    'text with the high below the open',
    { ...PRICE, places: 1, rows: 1, lengths: [1], ...text(`${HUGE}\n1\n1\n1`) },
    'do not lie between',
  ],
])('%s is refused', (_, raw, message) => {
  const bytes = assemble(raw)
  expect(() => decodeChunk(bytes)).toThrow(ChunkError)
  expect(() => decodeChunk(bytes)).toThrow(message)
})

test('a grid is left as it is by prices that turn out wrong half way', () => {
  const bytes = assemble({ ...PRICE, widths: [1, 0, 0, 1, 0, 0], body: [30, 0, 0, 16] })
  const grid = missingColumns('csv:a' as MarketId, '1m', 60_000, 2, false)
  expect(() => paintChunk(bytes, grid)).toThrow('row 1: the low is negative')
  expect(grid).toEqual(missingColumns('csv:a' as MarketId, '1m', 60_000, 2, false))
})
