import fc from 'fast-check'
import { expect, test } from 'vitest'
import { missingColumns, State, type CandleColumns } from '../candle/columns.ts'
import type { MarketId } from '../market.ts'
import { INTERVAL_MS } from '../time/interval.ts'
import { ChunkError } from './chunk.ts'
import { paintChunk } from './decode.ts'
import { encodeChunk } from './encode.ts'
import { partsFromRows, type RowsSpan } from './rows.ts'
import { spans } from './testing/arbitrary.ts'

/** The plain twin: place by place, each double read from its decimal. */
function plainPaint(span: RowsSpan, grid: CandleColumns): void {
  const step = INTERVAL_MS[span.interval]
  const rows = new Map(span.rows.map((row) => [row.startMs, row]))
  span.states.forEach((state, at) => {
    const ms = span.startMs + at * step
    const place = (ms - grid.startMs) / step
    if (state === State.unchanged || place < 0 || place >= grid.length) return
    const row = rows.get(ms)
    grid.states[place] = state
    grid.open[place] = Number(row?.open ?? NaN)
    grid.high[place] = Number(row?.high ?? NaN)
    grid.low[place] = Number(row?.low ?? NaN)
    grid.close[place] = Number(row?.close ?? NaN)
    grid.volume![place] = Number(row?.volume ?? NaN)
    grid.samples![place] = row?.samples ?? 0
  })
}

/** A grid in which every place says something already. */
function filledGrid(span: RowsSpan, shift: number, length: number): CandleColumns {
  const startMs = span.startMs + shift * INTERVAL_MS[span.interval]
  const grid = missingColumns(span.market, span.interval, startMs, length, true)
  grid.states.fill(State.present)
  for (const column of [grid.open, grid.high, grid.low, grid.close, grid.volume!]) column.fill(42)
  grid.samples = new Uint32Array(length).fill(42)
  return grid
}

test('the fast way paints exactly the doubles nearest to the decimals, where chunk and grid overlap', () => {
  fc.assert(
    fc.property(
      spans(),
      fc.integer({ min: -30, max: 30 }),
      fc.integer({ min: 1, max: 60 }),
      (span, shift, length) => {
        const { price, volume } = partsFromRows(span)
        const grid = filledGrid(span, shift, length)
        const expected = filledGrid(span, shift, length)
        paintChunk(encodeChunk(price), grid)
        paintChunk(encodeChunk(volume), grid)
        plainPaint(span, expected)
        expect(grid).toEqual(expected)
      },
    ),
    { numRuns: 500 },
  )
})

test('a chunk of another market or interval, or without a column to go to, leaves the grid as it is', () => {
  const [span] = fc.sample(spans({ market: 'csv:a' as MarketId, interval: '1h', minPlaces: 5 }), {
    seed: 1,
    numRuns: 1,
  })
  const { price, volume } = partsFromRows(span!)
  const others = [
    { ...filledGrid(span!, 0, 5), market: 'csv:b' as MarketId },
    { ...filledGrid(span!, 0, 5), interval: '1d' as const },
    { ...filledGrid(span!, 0, 5), startMs: span!.startMs + 1 },
  ]
  for (const grid of others) {
    expect(() => paintChunk(encodeChunk(price), grid)).toThrow(ChunkError)
    expect(grid.open).toEqual(new Float64Array(5).fill(42))
  }
  expect(() => paintChunk(encodeChunk(volume), { ...filledGrid(span!, 0, 5), volume: null })).toThrow(
    'volume',
  )
})
