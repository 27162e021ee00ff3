/**
 * The bytes of format 1, for good. The small ones can be followed by hand along the wire format's page; all of them were
 * made by a second program written from that page alone.
 */
import { expect, test } from 'vitest'
import { State } from '../candle/columns.ts'
import type { CandleRow } from '../candle/row.ts'
import type { MarketId } from '../market.ts'
import { DAY_MS, MINUTE_MS } from '../time/interval.ts'
import { combineChunks, cutChunk } from './combine.ts'
import { decodeChunk } from './decode.ts'
import { encodeChunk } from './encode.ts'
import { hashChunk } from './hash.ts'
import { partsFromRows, type RowsSpan } from './rows.ts'

const START = Date.UTC(2024, 0, 1)
const MARKET = 'csv:a' as MarketId

/** Four days: a candle, a day without trades, a candle of unknown volume marked imported, an outage. */
const FOUR_DAYS: RowsSpan = {
  market: MARKET,
  interval: '1d',
  startMs: START,
  states: Uint8Array.of(State.present, State.empty, State.present, State.outage),
  rows: [
    { startMs: START, open: '1.5', high: '2', low: '1', close: '1.25', volume: '300' },
    {
      startMs: START + 2 * DAY_MS,
      open: '1.25',
      high: '1.25',
      low: '0.5',
      close: '0.75',
      volume: null,
      flags: 4,
    },
  ],
  derived: false,
  frame: false,
}

test('the price part of four days, byte by byte', () => {
  expect(hexOf(encodeChunk(partsFromRows(FOUR_DAYS).price))).toBe(
    [
      '43544348', // CTCH
      '01 01 03 08', // format 1, price, 1d, flags column
      '80009265', // 1704067200 s
      '04000000 02000000 0400', // 4 places, 2 rows, 4 runs
      '02 05', // 2 decimals, 5 characters of market
      '02 01 01 01 00 01', // widths of open, close, upper, lower, samples, flags
      '0000 00000000', // reserved, no text
      '63 73 76 3a 61', // csv:a
      '01 02 01 04', // present, empty, present, outage
      '0100 0100 0100 0100', // one place each
      '01 00 2c 00', // open − close before: 150 → 300 = 0x012c, 0; the high bytes first
      '31 63', // close − open: −25 → 49, −50 → 99
      '32 00', // high − max(open, close): 50, 0
      '19 19', // min(open, close) − low: 25, 25
      '00 04', // flags: none, imported
      'ef06ec92', // CRC-32C
    ]
      .join('')
      .replaceAll(' ', ''),
  )
})

test('the volume part of four days, byte by byte', () => {
  expect(hexOf(encodeChunk(partsFromRows(FOUR_DAYS).volume))).toBe(
    [
      '43544348',
      '01 02 03 20', // format 1, volume, 1d, bitmap "volume known"
      '80009265',
      '04000000 02000000 0400',
      '00 05', // no decimals
      '02 00 00 00 00 00',
      '0000 00000000',
      '63 73 76 3a 61',
      '01 02 01 04',
      '0100 0100 0100 0100',
      '01', // known: the first of two
      '01 00 2c 00', // 300, 0
      '6899b518',
    ]
      .join('')
      .replaceAll(' ', ''),
  )
})

test('columns of eight bytes, samples, and a derived hour', () => {
  const { price, volume } = partsFromRows({
    ...FOUR_DAYS,
    interval: '1h',
    derived: true,
    states: Uint8Array.of(State.present),
    rows: [
      {
        startMs: START,
        open: '4503599627.370496',
        high: '9223372036854.775807',
        low: '0',
        close: '0.000001',
        volume: '9223372036854775807',
        samples: 7,
      },
    ],
  })
  expect(hexOf(encodeChunk(price))).toBe(
    '4354434801010206800092650100000001000000010006050707080101000000000000006373763a61' +
      '01010020000000000000' +
      '1ffffffffffffd' +
      '7fefffffffffffff' +
      '01' +
      '07' +
      '55f49cf4',
  )
  expect(hexOf(encodeChunk(volume))).toBe(
    '4354434801020202800092650100000001000000010000050800000000000000000000006373763a61' +
      '010100' +
      '7fffffffffffffff' +
      '37eb3dae',
  )
})

test('a frame of decimals that 63 bits do not hold', () => {
  const { price, volume } = partsFromRows({
    ...FOUR_DAYS,
    interval: '1m',
    frame: true,
    states: Uint8Array.of(State.present, State.unchanged, State.present),
    rows: [
      {
        startMs: START,
        open: '1',
        high: '1000000000000',
        low: '0.000000000001',
        close: '2',
        volume: '123456789012345678.123',
      },
      { startMs: START + 2 * MINUTE_MS, open: '1', high: '1', low: '1', close: '1', volume: null },
    ],
  })
  expect(hexOf(encodeChunk(price))).toBe(
    '4354434801010111800092650300000002000000030000050000000000000000280000006373763a61' +
      '010301010001000100' +
      hexOf(new TextEncoder().encode('1\n1\n2\n1\n1000000000000\n1\n0.000000000001\n1')) +
      '1236b1c4',
  )
  expect(hexOf(encodeChunk(volume))).toBe(
    '4354434801020131800092650300000002000000030000050000000000000000170000006373763a61' +
      '010301010001000100' +
      '01' +
      hexOf(new TextEncoder().encode('123456789012345678.123\n')) +
      '0ae87bc1c5'.slice(2),
  )
})

test('a month of minutes has its name, made from rows and from its days', async () => {
  const month = makeMonth()
  const names = {
    price: 'ee03a4c406d392f1e3d6d6ec4fe237331681864dbbb7d38cfc088e827bbe5ebd',
    volume: 'e018360973dd894e2ad685ada4d92cc495a695fe6a4205f6b13021d2d09d65d9',
  }
  for (const part of Object.values(partsFromRows(month))) {
    expect(await hashChunk(encodeChunk(part))).toBe(names[part.part])
    const days = Array.from({ length: 31 }, (_, day) => {
      const whole = cutChunk(part, START + day * DAY_MS, START + (day + 1) * DAY_MS)
      return decodeChunk(encodeChunk(whole))
    })
    expect(await hashChunk(encodeChunk(combineChunks(days)))).toBe(names[part.part])
  }
})

/** January 2024 by the generator x → 48271 x mod (2^31 − 1) (Park & Miller 1988), from 1. */
function makeMonth(): RowsSpan {
  let x = 1
  const next = (limit: number) => (x = (x * 48271) % 2147483647) % limit
  const decimal = (value: number, scale: number) => String(value / 10 ** scale)
  const states = new Uint8Array(44_640)
  const rows: CandleRow[] = []
  let close = 2_500_000
  for (let place = 0; place < states.length; place++) {
    if (next(100) < 3) {
      states[place] = [State.missing, State.empty, State.empty, State.outage][next(4)]!
      continue
    }
    states[place] = State.present
    const open = close + next(201) - 100
    close = open + next(401) - 200
    const high = Math.max(open, close) + next(150)
    const low = Math.min(open, close) - next(150)
    const volume = decimal(next(1_000_000_007), 8)
    const known = next(50) !== 0
    const samples = next(3)
    rows.push({
      startMs: START + place * MINUTE_MS,
      open: decimal(open, 2),
      high: decimal(high, 2),
      low: decimal(low, 2),
      close: decimal(close, 2),
      volume: known ? volume : null,
      ...(samples ? { samples } : {}),
    })
  }
  return {
    market: 'coinbase:BTC-USD' as MarketId,
    interval: '1m',
    startMs: START,
    states,
    rows,
    derived: false,
    frame: false,
  }
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
