import { describe, expect, test } from 'vitest'
import { crc32c } from '../chunk/crc.ts'
import { encodeChunk } from '../chunk/encode.ts'
import { partsFromRows } from '../chunk/rows.ts'
import type { MarketId } from '../market.ts'
import { WireError, WireFormatError } from './error.ts'
import { decodeTail, encodeTail, type Tail } from './tail.ts'

const MARKET = 'csv:a' as MarketId

function frameOf(market: MarketId, frame = true): { price: Uint8Array; volume: Uint8Array } {
  const { price, volume } = partsFromRows({
    market,
    interval: '1m',
    startMs: 60_000,
    states: Uint8Array.of(1),
    rows: [{ startMs: 60_000, open: '1', high: '2', low: '1', close: '2', volume: '3' }],
    derived: false,
    frame,
  })
  return { price: encodeChunk(price), volume: encodeChunk(volume) }
}

const TAIL: Tail = {
  archive: '5f0c3b1e-0102-4304-8506-0708090a0b0c',
  revision: 812,
  series: [
    { market: MARKET, interval: '1m', firstUncoveredMs: 120_000, ...frameOf(MARKET) },
    { market: MARKET, interval: '1h', firstUncoveredMs: 3_600_000, price: null, volume: null },
  ],
}

test('a tail comes out as it went in', () => {
  expect(decodeTail(encodeTail(TAIL))).toEqual(TAIL)
  const nothing = { ...TAIL, series: [] }
  expect(decodeTail(encodeTail(nothing))).toEqual(nothing)
})

test('the bytes of a tail without frames', () => {
  const bytes = encodeTail({ ...TAIL, series: [TAIL.series[1]!] })
  expect(Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')).toBe(
    [
      '4354544c 01 000000', // CTTL, format 1
      '5f0c3b1e0102430485060708090a0b0c', // archive
      '2c03000000000000', // revision 812
      '01000000', // one series
      '05 02 0000', // 5 characters of market, 1h
      '100e0000', // first place without a chunk: 3600 s
      '00000000 00000000', // no frames
      '6373763a61', // csv:a
      '02212173', // CRC-32C
    ]
      .join('')
      .replaceAll(' ', ''),
  )
})

test('a tail may lie inside a larger buffer', () => {
  const bytes = encodeTail(TAIL)
  const around = new Uint8Array(bytes.length + 20)
  around.set(bytes, 7)
  expect(decodeTail(around.subarray(7, 7 + bytes.length))).toEqual(TAIL)
})

describe('what is no tail is refused, with the name of what is wrong', () => {
  const broken = (change: (bytes: Uint8Array) => void) => {
    const bytes = encodeTail(TAIL)
    change(bytes)
    new DataView(bytes.buffer).setUint32(bytes.length - 4, crc32c(bytes, bytes.length - 4), true)
    return () => decodeTail(bytes)
  }

  test('another magic, a reserved byte, a market that is none, more series than bytes', () => {
    expect(broken((bytes) => (bytes[0] = 0))).toThrow('magic')
    expect(broken((bytes) => (bytes[6] = 1))).toThrow('reserved')
    expect(broken((bytes) => (bytes[52] = 0x20))).toThrow('series[0].market')
    expect(broken((bytes) => bytes.fill(255, 32, 36))).toThrow('4294967295 series do not fit')
    expect(broken((bytes) => (bytes[37] = 9))).toThrow('series[0].interval')
    expect(broken((bytes) => (bytes[40] = 1))).toThrow('not on the grid')
    expect(broken((bytes) => bytes[44]!++)).toThrow('bytes of frames announced')
    expect(broken((bytes) => bytes.fill(255, 24, 32))).toThrow('revision')
  })

  test('series that reach beyond the end', () => {
    const long = { ...TAIL.series[1]!, market: `csv:${'a'.repeat(60)}` as MarketId }
    const bytes = encodeTail({ ...TAIL, series: [long] })
    bytes[32] = 2
    new DataView(bytes.buffer).setUint32(bytes.length - 4, crc32c(bytes, bytes.length - 4), true)
    expect(() => decodeTail(bytes)).toThrow('series[1]: cut short')
    bytes[32] = 1
    bytes[36] = 65
    new DataView(bytes.buffer).setUint32(bytes.length - 4, crc32c(bytes, bytes.length - 4), true)
    expect(() => decodeTail(bytes)).toThrow('series[0]: cut short')
  })

  test('damage and truncation', () => {
    const bytes = encodeTail(TAIL)
    for (let length = 0; length < bytes.length; length++)
      expect(() => decodeTail(bytes.subarray(0, length))).toThrow(WireError)
    bytes[30]! ^= 1
    expect(() => decodeTail(bytes)).toThrow('checksum')
  })

  test('a later format, of the tail or of a frame in it, asks for an update', () => {
    expect(broken((bytes) => (bytes[4] = 2))).toThrow(WireFormatError)
    const price = frameOf(MARKET).price
    price[4] = 2
    const tail = encodeTail({ ...TAIL, series: [{ ...TAIL.series[0]!, price }] })
    expect(() => decodeTail(tail)).toThrow(WireFormatError)
  })

  test('a frame of another series, part or kind', () => {
    const series = TAIL.series[0]!
    const withPrice = (price: Uint8Array) => () =>
      decodeTail(encodeTail({ ...TAIL, series: [{ ...series, price }] }))
    expect(withPrice(frameOf('csv:b' as MarketId).price)).toThrow(
      'series[0].price: a frame of csv:b 1m price',
    )
    expect(withPrice(frameOf(MARKET).volume)).toThrow('series[0].price: a frame of csv:a 1m volume')
    expect(withPrice(frameOf(MARKET, false).price)).toThrow('series[0].price: no frame')
  })

  test('a series that comes twice', () => {
    expect(() => decodeTail(encodeTail({ ...TAIL, series: [TAIL.series[1]!, TAIL.series[1]!] }))).toThrow(
      'twice',
    )
  })

  test('what does not fit is not encoded', () => {
    const series = TAIL.series[1]!
    expect(() => encodeTail({ ...TAIL, archive: 'mine' })).toThrow('archive')
    expect(() => encodeTail({ ...TAIL, revision: -1 })).toThrow('revision')
    expect(() => encodeTail({ ...TAIL, series: [{ ...series, firstUncoveredMs: 1 }] })).toThrow(WireError)
    expect(() => encodeTail({ ...TAIL, series: [{ ...series, market: 'x' as MarketId }] })).toThrow(WireError)
  })
})
