import { describe, expect, test } from 'vitest'
import { Flag } from '../../core/candle/columns.ts'
import type { CandleRow } from '../../core/candle/row.ts'
import type { MarketId } from '../../core/market.ts'
import { MINUTE_MS } from '../../core/time/interval.ts'
import { judge, SILENCES, type Judgement, type KnownSlice } from './judge.ts'
import type { AbsentPlace } from './place.ts'
import type { Reading, RefusedRow } from './types.ts'

const FROM = 300 * MINUTE_MS * 95_000
const TO = FROM + 300 * MINUTE_MS
const SETTLING = 10 * MINUTE_MS
/** Everything of the slice has settled. */
const LATE = TO + SETTLING
const NOTHING: KnownSlice = {
  candles: new Map(),
  places: new Map(),
  slice: { readToMs: FROM, settledToMs: FROM, readings: 0, silences: 0, lastReadMs: 0 },
}

function row(place: number, values: Partial<CandleRow> = {}): CandleRow {
  const startMs = FROM + place * MINUTE_MS
  return { startMs, open: '10', high: '12', low: '9.5', close: '11', volume: '3', ...values }
}

function rowsBut(...absent: number[]): CandleRow[] {
  return Array.from({ length: 300 }, (_, place) => row(place)).filter((_, place) => !absent.includes(place))
}

function reading(rows: readonly CandleRow[], readAtMs: number, refused: readonly RefusedRow[] = []): Reading {
  const readToMs = Math.min(TO, Math.floor(readAtMs / MINUTE_MS) * MINUTE_MS)
  return {
    market: 'coinbase:BTC-USD' as MarketId,
    interval: '1m',
    fromMs: FROM,
    toMs: TO,
    readToMs,
    readAtMs,
    rows: rows.filter((one) => one.startMs < readToMs),
    refused,
  }
}

/** What is known once a judgement is stored. */
function known(before: KnownSlice, { added, revised, places, slice }: Judgement): KnownSlice {
  const candles = new Map(before.candles)
  const absent = new Map([...before.places, ...places])
  for (const one of [...added, ...revised]) {
    candles.set(one.startMs, one)
    absent.delete(one.startMs)
  }
  return { candles, places: absent, slice }
}

/** Judges one reading after the other. */
function judgeAll(readings: readonly Reading[], before = NOTHING): { last: Judgement; known: KnownSlice } {
  let state = before
  let last: Judgement | undefined
  for (const one of readings) {
    last = judge(one, state, SETTLING)
    state = known(state, last)
  }
  return { last: last!, known: state }
}

function placeAt(state: KnownSlice, place: number): AbsentPlace | undefined {
  return state.places.get(FROM + place * MINUTE_MS)
}

describe('candles', () => {
  test('a complete answer adds every row and leaves nothing open', () => {
    const { last } = judgeAll([reading(rowsBut(), LATE)])
    expect(last.added).toHaveLength(300)
    expect(last.open).toBe(0)
    expect(last.slice).toMatchObject({ readToMs: TO, settledToMs: TO, readings: 1 })
  })

  test('the same numbers again are no revision', () => {
    const { last } = judgeAll([reading(rowsBut(), LATE), reading(rowsBut(), LATE + MINUTE_MS)])
    expect([last.added, last.revised]).toEqual([[], []])
  })

  test('a changed value replaces the candle and marks it revised', () => {
    const { last } = judgeAll([
      reading(rowsBut(), LATE),
      reading([row(0, { close: '11.01' }), ...rowsBut(0)], LATE + MINUTE_MS),
    ])
    expect(last.revised).toEqual([{ ...row(0), close: '11.01', flags: Flag.revised }])
  })

  test('a candle that vanishes at the source stays', () => {
    const { last, known: after } = judgeAll([
      reading(rowsBut(), LATE),
      reading(rowsBut(7), LATE + MINUTE_MS),
      reading(rowsBut(7), LATE + 2 * MINUTE_MS),
    ])
    expect(after.candles.size).toBe(300)
    expect(last.places.size).toBe(0)
  })

  test('a volume once known is not forgotten', () => {
    const { last } = judgeAll([
      reading(rowsBut(), LATE),
      reading([row(0, { volume: null }), ...rowsBut(0)], LATE + MINUTE_MS),
    ])
    expect(last.revised).toEqual([])
  })

  test("the source's own candle takes the place of an imported one, equal or not", () => {
    const imported: KnownSlice = {
      ...NOTHING,
      candles: new Map([0, 1].map((place) => [row(place).startMs, row(place, { flags: Flag.imported })])),
    }
    const { last } = judgeAll([reading([row(0), row(1, { low: '9' }), row(2)], LATE)], imported)
    expect(last.revised.map(({ flags }) => flags)).toEqual([0, Flag.revised])
  })
})

describe('absences', () => {
  test('one reading leaves an absent place open, however late it is', () => {
    const { last, known: after } = judgeAll([reading(rowsBut(7), LATE)])
    expect(last.open).toBe(1)
    expect(placeAt(after, 7)).toMatchObject({ reason: null, readings: 1 })
  })

  test('a second reading a minute later, after settling, makes it empty', () => {
    const { last, known: after } = judgeAll([
      reading(rowsBut(7), LATE),
      reading(rowsBut(7), LATE + MINUTE_MS),
    ])
    expect(placeAt(after, 7)?.reason).toBe('empty')
    expect(last.open).toBe(0)
  })

  test('two readings less than a minute apart are one', () => {
    const { known: after } = judgeAll([reading(rowsBut(7), LATE), reading(rowsBut(7), LATE + MINUTE_MS - 1)])
    expect(placeAt(after, 7)).toMatchObject({ reason: null, readings: 1 })
  })

  test('readings before settling confirm nothing, the first one after it does', () => {
    const closed = FROM + 8 * MINUTE_MS
    const early = [1, 2, 3].map((minute) => reading(rowsBut(7), closed + minute * MINUTE_MS))
    const before = judgeAll(early)
    expect(placeAt(before.known, 7)).toMatchObject({ reason: null, readings: 3 })
    const after = judgeAll([reading(rowsBut(7), closed + SETTLING)], before.known)
    expect(placeAt(after.known, 7)?.reason).toBe('empty')
  })

  test('a candle that comes late takes the place of an empty one', () => {
    const { last, known: after } = judgeAll([
      reading(rowsBut(7), LATE),
      reading(rowsBut(7), LATE + MINUTE_MS),
      reading(rowsBut(), LATE + 2 * MINUTE_MS),
    ])
    expect(last.added).toEqual([row(7)])
    expect(after.places.size).toBe(0)
  })

  test('a slice that is still forming is judged up to its last closed place', () => {
    const { last } = judgeAll([reading(rowsBut(7), FROM + 20 * MINUTE_MS)])
    expect(last.added).toHaveLength(19)
    expect(last.slice).toMatchObject({
      readToMs: FROM + 20 * MINUTE_MS,
      settledToMs: FROM + 10 * MINUTE_MS,
    })
    expect(last.open).toBe(1)
  })

  test('what lies beyond the source stays so', () => {
    const beyond: KnownSlice = {
      ...NOTHING,
      places: new Map([[FROM, { reason: 'beyond', readings: 0, lastReadMs: 0 }]]),
    }
    const { last } = judgeAll([reading(rowsBut(0), LATE), reading(rowsBut(0), LATE + MINUTE_MS)], beyond)
    expect(last.places.size).toBe(0)
    expect(last.open).toBe(0)
  })
})

describe('silence', () => {
  const silences = (count: number) =>
    Array.from({ length: count }, (_, i) => reading([], LATE + i * MINUTE_MS))

  test('an answer that is empty as a whole is no reading', () => {
    const { last } = judgeAll(silences(SILENCES - 1))
    expect(last.slice).toMatchObject({ readings: 0, silences: SILENCES - 1, readToMs: FROM })
    expect(last.places.size).toBe(0)
  })

  test('silence again and again is missing, never empty', () => {
    const { last, known: after } = judgeAll(silences(SILENCES))
    expect(last.slice).toMatchObject({ readToMs: TO, settledToMs: TO })
    expect(last.open).toBe(0)
    expect(new Set([...after.places.values()].map(({ reason }) => reason))).toEqual(new Set(['silent']))
  })

  test('silence says nothing where candles are known', () => {
    const { last } = judgeAll([reading(rowsBut(7), LATE - MINUTE_MS), ...silences(2 * SILENCES)])
    expect(last.places.size).toBe(0)
    expect(last.open).toBe(1)
  })

  test('an honest reading after silence counts from the beginning', () => {
    const { known: after, last } = judgeAll([
      ...silences(SILENCES),
      reading(rowsBut(7), LATE + SILENCES * MINUTE_MS),
    ])
    expect(placeAt(after, 7)).toMatchObject({ reason: null, readings: 1 })
    expect(last.added).toHaveLength(299)
  })
})

describe('refused rows', () => {
  const refused: RefusedRow[] = [{ startMs: FROM + 7 * MINUTE_MS, reason: 'low above open', raw: '[…]' }]

  test('the place is missing for this reason, and asked for once more', () => {
    const first = judgeAll([reading(rowsBut(7), LATE, refused)])
    expect(placeAt(first.known, 7)?.reason).toBe('refused')
    expect(first.last.open).toBe(1)
    const second = judgeAll([reading(rowsBut(7), LATE + MINUTE_MS, refused)], first.known)
    expect(second.last.open).toBe(0)
  })

  test('a good row later takes its place', () => {
    const { known: after } = judgeAll([
      reading(rowsBut(7), LATE, refused),
      reading(rowsBut(), LATE + MINUTE_MS),
    ])
    expect(after.candles.size).toBe(300)
    expect(after.places.size).toBe(0)
  })

  test('a refused row never replaces a candle', () => {
    const { last } = judgeAll([reading(rowsBut(), LATE), reading(rowsBut(7), LATE + MINUTE_MS, refused)])
    expect(last.places.size).toBe(0)
  })

  test('absent twice after it was refused once, the place is empty', () => {
    const { known: after } = judgeAll([
      reading(rowsBut(7), LATE, refused),
      reading(rowsBut(7), LATE + MINUTE_MS),
      reading(rowsBut(7), LATE + 2 * MINUTE_MS),
    ])
    expect(placeAt(after, 7)?.reason).toBe('empty')
  })

  test('a refused row off the grid is that of its place', () => {
    const offGrid = [{ ...refused[0]!, startMs: FROM + 7 * MINUTE_MS + 13_000 }]
    const { known: after } = judgeAll([reading(rowsBut(7), LATE, offGrid)])
    expect(placeAt(after, 7)?.reason).toBe('refused')
  })

  test('a refused row that does not tell its place may be any absent one: none of them is empty', () => {
    const unreadable = [{ ...refused[0]!, startMs: null }]
    const { known: after } = judgeAll([
      reading(rowsBut(7, 9), LATE, unreadable),
      reading(rowsBut(7, 9), LATE + MINUTE_MS, unreadable),
    ])
    expect([placeAt(after, 7)?.reason, placeAt(after, 9)?.reason]).toEqual(['refused', 'refused'])
  })
})

test('of a doubtful answer the good rows are taken, and nothing is learned from what it lacks', () => {
  const doubtful = { ...reading(rowsBut(7), LATE), isDoubtful: true }
  const { last, known: after } = judgeAll([doubtful, { ...doubtful, readAtMs: LATE + MINUTE_MS }])
  expect(after.candles.size).toBe(299)
  expect(after.places.size).toBe(0)
  expect(last.slice).toEqual(NOTHING.slice)
})

describe('a source that reaches back only so far', () => {
  const reachMs = FROM + 100 * MINUTE_MS
  const late = (rows: readonly CandleRow[], readAtMs = LATE): Reading => ({
    ...reading(rows, readAtMs),
    reachMs,
  })

  test('what lies before its reach is beyond it after one reading; what lies behind is told as ever', () => {
    const rows = rowsBut(...Array.from({ length: 100 }, (_, place) => place), 150)
    const first = judge(late(rows), NOTHING, SETTLING)
    expect(first.added).toHaveLength(199)
    expect([0, 99].map((place) => first.places.get(FROM + place * MINUTE_MS)?.reason)).toEqual([
      'beyond',
      'beyond',
    ])
    expect(first.places.get(FROM + 150 * MINUTE_MS)).toMatchObject({ reason: null, readings: 1 })
    expect(first.open).toBe(1)
    const second = judge(late(rows, LATE + MINUTE_MS), known(NOTHING, first), SETTLING)
    expect(second.places).toEqual(
      new Map([[FROM + 150 * MINUTE_MS, { reason: 'empty', readings: 2, lastReadMs: LATE + MINUTE_MS }]]),
    )
    expect(second.open).toBe(0)
  })

  test('what was confirmed or refused before stays so', () => {
    const places = new Map<number, AbsentPlace>([
      [FROM, { reason: 'empty', readings: 2, lastReadMs: FROM }],
      [FROM + MINUTE_MS, { reason: 'refused', readings: 1, lastReadMs: FROM }],
    ])
    const { places: after } = judge(late(rowsBut(0, 1, 2)), { ...NOTHING, places }, SETTLING)
    expect([...after].map(([startMs, { reason }]) => [(startMs - FROM) / MINUTE_MS, reason])).toEqual([
      [1, 'refused'],
      [2, 'beyond'],
    ])
  })

  test('a candle that it gives all the same is taken', () => {
    expect(judge(late(rowsBut()), NOTHING, SETTLING)).toMatchObject({ open: 0, places: new Map() })
  })
})
