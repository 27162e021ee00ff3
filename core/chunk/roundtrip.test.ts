import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { State } from '../candle/columns.ts'
import type { MarketId } from '../market.ts'
import { ChunkError, type Chunk } from './chunk.ts'
import { decodeChunk } from './decode.ts'
import { encodeChunk } from './encode.ts'
import { partsFromRows, rowsFromParts, type RowsSpan } from './rows.ts'
import { spans } from './testing/arbitrary.ts'

test('rows → parts → bytes → parts → rows are equal as decimals, states and marks included', () => {
  fc.assert(
    fc.property(spans(), (span) => {
      const { price, volume } = partsFromRows(span)
      const back = { price: decodeChunk(encodeChunk(price)), volume: decodeChunk(encodeChunk(volume)) }
      if (back.price.part !== 'price' || back.volume.part !== 'volume') throw new Error('parts are swapped')
      expect(back).toEqual({ price, volume })
      const { market, interval, startMs, frame, derived, states } = back.price
      const rows = rowsFromParts(back.price, back.volume)
      expect({ market, interval, startMs, frame, derived, states, rows }).toEqual(span)
    }),
    { numRuns: 500 },
  )
})

test('columns of every kind have been through it', () => {
  const kinds = fc.sample(spans(), { seed: 4, numRuns: 300 }).flatMap((span) => {
    const { price, volume } = partsFromRows(span)
    return [price.open, volume.volume].map((column) =>
      column.kind === 'text' ? 'text' : column.values.constructor.name,
    )
  })
  expect(new Set(kinds)).toEqual(new Set(['Float64Array', 'BigInt64Array', 'text']))
})

test('without the volume part volumes are unknown', () => {
  const { price, volume } = partsFromRows(one())
  expect(rowsFromParts(price, volume)[0]!.volume).toBe('7')
  expect(rowsFromParts(price, null)[0]!.volume).toBeNull()
})

test('numbers in any notation give the bytes of their plain form', () => {
  const plain = partsFromRows(one())
  const other = partsFromRows(one({ open: '1.500', high: '2e0', low: '+1', close: '15e-1', volume: '7.0' }))
  expect(encodeChunk(other.price)).toEqual(encodeChunk(plain.price))
  expect(encodeChunk(other.volume)).toEqual(encodeChunk(plain.volume))
})

test('prices next to the limits of 52 and 63 bits are exact', () => {
  for (const limit of [2n ** 47n, 2n ** 48n, 2n ** 52n, 2n ** 53n, 2n ** 63n]) {
    const values = [limit - 2n, limit - 1n, limit, limit + 1n].map(String)
    const rows = values.flatMap((high) => [
      { open: '0', high, low: '0', close: high, volume: high },
      { open: high, high, low: '0', close: '0', volume: '1' },
    ])
    const span: RowsSpan = {
      ...one(),
      states: new Uint8Array(rows.length).fill(State.present),
      rows: rows.map((row, index) => ({ ...row, startMs: 60_000 * index })),
    }
    const { price, volume } = partsFromRows(span)
    const [backPrice, backVolume] = [price, volume].map((part) => decodeChunk(encodeChunk(part)))
    expect(backPrice).toEqual(price)
    expect(backVolume).toEqual(volume)
    expect(rowsFromParts(price, volume)).toEqual(span.rows)
  }
})

describe('what breaks a rule has no bytes', () => {
  test.each([
    ['a high below the close', { high: '1.4' }, 'open and close must lie between low and high'],
    ['a low above the open', { low: '1.6' }, 'open and close must lie between low and high'],
    ['a negative price', { low: '-1' }, 'no whole number from 0'],
    ['a price of no number', { open: 'NaN' }, 'open "NaN" is no number'],
    ['a volume of no number', { volume: '' }, 'volume "" is no number'],
  ])('%s', (_, change, message) => {
    expect(() => partsFromRows(one(change))).toThrow(ChunkError)
    expect(() => partsFromRows(one(change))).toThrow(message)
  })

  test.each<[string, Partial<RowsSpan>, string]>([
    ['a start off the grid', { startMs: 1 }, 'where 1970-01-01T00:00:00.001Z is present'],
    ['a row without a place', { states: Uint8Array.of(State.empty) }, 'stands at no present place'],
    ['a place without a row', { rows: [] }, 'is present and has no row'],
    ['unchanged in a chunk', { states: Uint8Array.of(1, 3) }, 'state 3 does not exist in a chunk'],
    ['a state that is none', { states: Uint8Array.of(1, 7) }, 'state 7 does not exist'],
    ['no place', { states: new Uint8Array(0), rows: [] }, '0 places'],
    [
      'more places than a year has days',
      { interval: '1d', states: new Uint8Array(367), rows: [] },
      '367 places',
    ],
    ['a market that is none', { market: 'bitcoin' as MarketId }, 'no market identifier'],
  ])('%s', (_, change, message) => {
    expect(() => partsFromRows({ ...one(), ...change })).toThrow(ChunkError)
    expect(() => partsFromRows({ ...one(), ...change })).toThrow(message)
  })

  test('columns of another length than the states say', () => {
    const { price } = partsFromRows(one())
    expect(() => encodeChunk({ ...price, states: Uint8Array.of(1, 1) })).toThrow(ChunkError)
    expect(() => encodeChunk({ ...price, samples: Uint32Array.of(1, 1) })).toThrow(ChunkError)
  })
})

test('the bytes do not depend on the form in which a chunk is given', () => {
  const { price, volume } = partsFromRows({ ...one(), states: Uint8Array.of(1, 2) })
  const loose: Chunk[] = [
    {
      ...price,
      open: { kind: 'text', values: ['1.5'] },
      close: { kind: 'integer', scale: 4, values: Float64Array.of(15_000) },
      high: { kind: 'integer', scale: 0, values: BigInt64Array.of(2n) },
      samples: new Uint32Array(1),
      flags: new Uint32Array(1),
    },
    { ...volume, known: Uint8Array.of(1) },
  ]
  expect(loose.map(encodeChunk)).toEqual([price, volume].map(encodeChunk))
})

function one(change: Partial<RowsSpan['rows'][number]> = {}): RowsSpan {
  return {
    market: 'csv:one' as MarketId,
    interval: '1m',
    startMs: 0,
    states: Uint8Array.of(State.present),
    rows: [{ startMs: 0, open: '1.5', high: '2', low: '1', close: '1.5', volume: '7', ...change }],
    derived: false,
    frame: false,
  }
}
