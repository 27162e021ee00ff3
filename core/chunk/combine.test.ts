import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { State } from '../candle/columns.ts'
import type { CandleRow } from '../candle/row.ts'
import type { MarketId } from '../market.ts'
import { DAY_MS, MINUTE_MS } from '../time/interval.ts'
import { ChunkError, type Chunk } from './chunk.ts'
import { applyFrame, combineChunks, cutChunk, endMs, missingChunk } from './combine.ts'
import { encodeChunk } from './encode.ts'
import { partsFromRows, rowsFromParts, type RowsSpan } from './rows.ts'
import { spans } from './testing/arbitrary.ts'

const MARKET = 'coinbase:BTC-USD' as MarketId
const common = { market: MARKET, interval: '1m' as const }
const start = fc.integer({ min: 1000, max: 1030 })
const chunks = spans({ ...common, start, frame: false })
const frames = spans({ ...common, start, frame: true })
const bases = spans({ ...common, start })

const both = (span: RowsSpan): Chunk[] => Object.values(partsFromRows(span))

/** Equal in bytes, hence in name. */
function expectSame(a: Chunk, b: Chunk): void {
  expect(encodeChunk(a)).toEqual(encodeChunk(b))
}

describe('combineChunks', () => {
  test('pieces cut anywhere give the whole again, in any order, with its bytes', () => {
    fc.assert(
      fc.property(bases, fc.array(fc.nat(40)), (span, places) => {
        for (const whole of both(span)) {
          const cuts = [
            ...new Set(places.map((place) => span.startMs + (place % span.states.length) * MINUTE_MS)),
          ]
          const ends = [span.startMs, ...cuts.toSorted((a, b) => a - b), endMs(whole)]
          const pieces = ends
            .slice(1)
            .flatMap((to, index) => (ends[index]! < to ? [cutChunk(whole, ends[index]!, to)] : []))
          expectSame(combineChunks(pieces), whole)
          expectSame(combineChunks(pieces.toReversed()), whole)
        }
      }),
    )
  })

  test('chunks of different scales and kinds give what their rows give, and a cut gives them back', () => {
    fc.assert(
      fc.property(chunks, chunks, (first, other) => {
        const shift = first.startMs + first.states.length * MINUTE_MS - other.startMs
        const second = {
          ...other,
          derived: first.derived,
          startMs: other.startMs + shift,
          rows: shiftRows(other.rows, shift),
        }
        const whole = both({
          ...first,
          states: Uint8Array.from([...first.states, ...second.states]),
          rows: [...first.rows, ...second.rows],
        })
        both(first).forEach((left, index) => {
          const right = both(second)[index]!
          const joined = combineChunks([left, right])
          expectSame(joined, whole[index]!)
          expectSame(cutChunk(joined, left.startMs, endMs(left)), left)
          expectSame(cutChunk(joined, right.startMs, endMs(right)), right)
        })
      }),
      { numRuns: 200 },
    )
  })

  test('is associative', () => {
    fc.assert(
      fc.property(chunks, fc.nat(40), fc.nat(40), (span, a, b) => {
        const [from, to] = [a, b].toSorted((x, y) => x - y).map((at) => span.startMs + at * MINUTE_MS)
        for (const whole of both(span)) {
          if (!(whole.startMs < from! && from! < to! && to! < endMs(whole))) continue
          const [x, y, z] = [
            cutChunk(whole, 0, from!),
            cutChunk(whole, from!, to!),
            cutChunk(whole, to!, endMs(whole)),
          ]
          expectSame(combineChunks([combineChunks([x, y]), z]), combineChunks([x, combineChunks([y, z])]))
        }
      }),
    )
  })

  test('the whole is derived where one of its pieces is', () => {
    const [price] = both(fourMinutes())
    const [first, last] = [cutChunk(price!, 0, MINUTE_MS), cutChunk(price!, MINUTE_MS, 4 * MINUTE_MS)]
    expect(combineChunks([first, last]).derived).toBe(false)
    expect(combineChunks([first, { ...last, derived: true }]).derived).toBe(true)
    expect(applyFrame({ ...first, derived: true }, { ...last, frame: true }).derived).toBe(true)
  })

  test('a hole, an overlap, two parts or two markets do not combine', () => {
    const [price, volume] = both(fourMinutes())
    const [first, last] = [cutChunk(price!, 0, MINUTE_MS), cutChunk(price!, 2 * MINUTE_MS, 4 * MINUTE_MS)]
    expect(() => combineChunks([first, last])).toThrow('does not follow')
    expect(() => combineChunks([price!, price!])).toThrow('does not follow')
    expect(() => combineChunks([first, cutChunk(volume!, MINUTE_MS, 4 * MINUTE_MS)])).toThrow(ChunkError)
    const foreign = { ...cutChunk(price!, MINUTE_MS, 4 * MINUTE_MS), market: 'csv:other' as MarketId }
    expect(() => combineChunks([first, foreign])).toThrow('does not go together')
    expect(() => combineChunks([])).toThrow(ChunkError)
  })
})

describe('cutChunk', () => {
  test('gives the rows of the span', () => {
    const [price] = both(fourMinutes())
    const cut = cutChunk(price!, MINUTE_MS, 3 * MINUTE_MS)
    expect(cut.part === 'price' && rowsFromParts(cut, null).map((row) => row.open)).toEqual(['1.25', '3'])
    expect(() => cutChunk(price!, 4 * MINUTE_MS, 5 * MINUTE_MS)).toThrow('no place')
    expect(() => cutChunk(price!, 1, MINUTE_MS)).toThrow('not on the grid')
  })
})

describe('applyFrame', () => {
  test('the last word on each place stands', () => {
    fc.assert(
      fc.property(bases, frames, (base, frame) => {
        const said = new Map<number, { state: number; row: CandleRow | undefined }>()
        for (const span of [base, frame]) {
          const rows = new Map(span.rows.map((row) => [row.startMs, row]))
          span.states.forEach((state, at) => {
            const ms = span.startMs + at * MINUTE_MS
            if (state !== State.unchanged) said.set(ms, { state, row: rows.get(ms) })
          })
        }
        const [price, volume] = both(base).map((part, index) => applyFrame(part, both(frame)[index]!))
        if (price?.part !== 'price' || volume?.part !== 'volume') throw new Error('parts are swapped')
        const nothing = base.frame ? State.unchanged : State.missing
        price.states.forEach((state, at) => {
          expect(state).toBe(said.get(price.startMs + at * MINUTE_MS)?.state ?? nothing)
        })
        const rows = [...said.entries()].toSorted(([a], [b]) => a - b).flatMap(([, { row }]) => row ?? [])
        expect(rowsFromParts(price, volume)).toEqual(rows)
      }),
      { numRuns: 300 },
    )
  })

  test('is associative, and applying twice changes nothing', () => {
    fc.assert(
      fc.property(bases, frames, frames, (base, first, second) => {
        both(base).forEach((b, index) => {
          const [f, g] = [both(first)[index]!, both(second)[index]!]
          const stepwise = applyFrame(applyFrame(b, f), g)
          expectSame(stepwise, applyFrame(b, applyFrame(f, g)))
          expectSame(applyFrame(stepwise, g), stepwise)
        })
      }),
      { numRuns: 200 },
    )
  })

  test('on nothing a frame stays as it is', () => {
    const [price] = both({ ...fourMinutes(), frame: true })
    expectSame(applyFrame(null, price!), price!)
  })

  test('what is no frame cannot be applied, nor one too far away', () => {
    const [price] = both(fourMinutes())
    expect(() => applyFrame(price!, price!)).toThrow('no frame')
    const far = { ...price!, frame: true, startMs: 44_640 * MINUTE_MS }
    expect(() => applyFrame(price!, far)).toThrow('44644 places together')
  })

  test('a day made from frames has the bytes of the day made from rows', () => {
    const day = fc.sample(
      spans({ ...common, start: fc.constant(1440), frame: false, minPlaces: 1440, maxPlaces: 1440 }),
      { seed: 7, numRuns: 1 },
    )[0]!
    for (const [index, whole] of both(day).entries()) {
      let made: Chunk = missingChunk(whole, DAY_MS, 2 * DAY_MS)
      for (const [from, to] of [
        [0, 900],
        [700, 1440],
        [300, 301],
      ] as const) {
        const span = {
          ...day,
          frame: true,
          startMs: DAY_MS + from * MINUTE_MS,
          states: day.states.slice(from, to),
          rows: day.rows.filter(
            (row) => row.startMs >= DAY_MS + from * MINUTE_MS && row.startMs < DAY_MS + to * MINUTE_MS,
          ),
        }
        made = applyFrame(made, both(span)[index]!)
      }
      expectSame(made, whole)
    }
  })
})

function fourMinutes(): RowsSpan {
  const rows = ['1', '1.25', '3', '0.0001'].map((price, index) => ({
    startMs: index * MINUTE_MS,
    open: price,
    high: price,
    low: price,
    close: price,
    volume: index === 2 ? null : '5',
  }))
  return { ...common, startMs: 0, frame: false, derived: false, states: new Uint8Array(4).fill(1), rows }
}

function shiftRows(rows: readonly CandleRow[], byMs: number): CandleRow[] {
  return rows.map((row) => ({ ...row, startMs: row.startMs + byMs }))
}
