import { parse } from 'lossless-json'
import { describe, expect, it } from 'vitest'
import { coinbase } from './coinbase.ts'
import { readRows, type Asked } from './rows.ts'

const T = Date.parse('2024-03-01T00:00:00Z') / 1000
const asked: Asked = {
  interval: '1m',
  fromMs: T * 1000,
  toMs: (T + 18_000) * 1000,
  readAtMs: (T + 100_000) * 1000,
}

/** @param text the rows as Coinbase prints them */
const read = (text: string, change: Partial<Asked> = {}) =>
  readRows(parse(text) as unknown[], coinbase.rowShape, { ...asked, ...change })

const good = (start: number | string) => `[${start},1.0,3,1.5,2,7]`

describe('rows of a source', () => {
  it('keep their numbers as text, in shortest plain form', () => {
    const { rows, refused } = read(`[[${T},0.00001234500,1.3e-5,1.25e-5,0.0000129,123456789012345678.90]]`)
    expect(refused).toEqual([])
    expect(rows).toEqual([
      {
        startMs: T * 1000,
        open: '0.0000125',
        high: '0.000013',
        low: '0.000012345',
        close: '0.0000129',
        volume: '123456789012345678.9',
      },
    ])
  })

  it('come in any order and leave ascending', () => {
    const { rows } = read(`[${good(T + 120)},${good(T)},${good(T + 60)}]`)
    expect(rows.map((row) => row.startMs / 1000 - T)).toEqual([0, 60, 120])
  })

  it('outside of what was asked are dropped', () => {
    const { rows, refused } = read(`[${good(T - 60)},${good(T)},${good(T + 18_000)}]`)
    expect([rows.length, refused]).toEqual([1, []])
  })

  it('far outside of what was asked mean that the answer may be another question’s', () => {
    expect(read(`[${good(T - 60)},${good(T)},${good(T + 18_000)}]`).isAstray).toBe(false)
    expect(read(`[${good(T - 120)},${good(T)}]`).isAstray).toBe(true)
    expect(read(`[${good(T + 18_060)}]`).isAstray).toBe(true)
    // Coinbase may fill up its 300 rows with some that precede the start.
    expect(read(`[${good(T + 17_900 - (17_900 % 60))},${good(T)},${good(T - 120)}]`).isAstray).toBe(false)
  })

  it('of another year in the future are refused, though nobody asked for them', () => {
    const { rows, refused } = read(`[${good(T + 31_536_000)},${good(T)}]`)
    expect(rows).toHaveLength(1)
    expect(refused).toMatchObject([{ reason: expect.stringContaining('lies in the future') }])
  })

  it('that are still forming are dropped', () => {
    const { rows, refused } = read(`[${good(T + 60)},${good(T)}]`, { readAtMs: (T + 119) * 1000 })
    expect([rows.length, refused]).toEqual([1, []])
  })

  it('of the same start are stored once when equal, and refused when they differ', () => {
    expect(read(`[${good(T)},[${T},1,3.0,1.50,2.0,7]]`).rows).toHaveLength(1)
    const { rows, refused } = read(`[${good(T)},[${T},1,3,1.5,2.5,7],${good(T + 60)}]`)
    expect(rows.map((row) => row.startMs)).toEqual([(T + 60) * 1000])
    expect(refused.map((row) => row.reason)).toEqual([
      'two different candles of the same start',
      'two different candles of the same start',
    ])
  })

  it.each([
    ['milliseconds', T * 1000],
    ['microseconds', T * 1_000_000],
  ])('stamped in %s are recognised', (_, start) => {
    expect(read(`[${good(start)}]`).rows[0]?.startMs).toBe(T * 1000)
  })

  it.each([
    ['null', `[${T},null,3,1.5,2,7]`],
    ['a number as text', `[${T},"1",3,1.5,2,7]`],
    ['a price of zero', `[${T},0,3,1.5,2,7]`],
    ['a negative price', `[${T},-1,3,1.5,2,7]`],
    ['high below low', `[${T},3,1,1.5,2,7]`],
    ['a negative volume', `[${T},1,3,1.5,2,-7]`],
    ['no volume', `[${T},1,3,1.5,2]`],
    ['a start off the grid', good(T + 30)],
    ['a start in the future', good(T + 17_940)],
    ['an infinite price', `[${T},1,1e999,1.5,2,7]`],
    ['an object', `{"start":${T}}`],
    ['a start as text', `["${T}",1,3,1.5,2,7]`],
    ['a start with a fraction', good(`${T}.5`)],
  ])('with %s are refused one by one, with reason and raw text', (_, row) => {
    const { rows, refused } = read(`[${row},${good(T + 60)}]`, { readAtMs: (T + 1000) * 1000 })
    expect(rows.map((one) => one.startMs)).toEqual([(T + 60) * 1000])
    expect(refused).toHaveLength(1)
    expect(refused[0]!.reason).not.toBe('')
    expect(refused[0]!.raw.replaceAll('\\"', '"')).toContain(String(row).slice(1, 8))
  })
})
