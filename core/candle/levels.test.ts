/** The pyramid hides no extreme and invents no bar. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MarketId } from '../market.ts'
import { missingColumns, State } from './columns.ts'
import { buildLevels } from './levels.ts'

function series(length: number, absent: (i: number) => boolean) {
  const columns = missingColumns('csv:test' as MarketId, '1m', 0, length, false)
  for (let i = 0; i < length; i++) {
    if (absent(i)) continue
    columns.states[i] = State.present
    columns.open[i] = 100 + Math.sin(i)
    columns.close[i] = 100 + Math.cos(i)
    columns.high[i] = 103 + Math.sin(i * i)
    columns.low[i] = 97 - Math.sin(i * i)
  }
  return columns
}

describe('the pyramid', () => {
  it('begins with the series itself and ends with a level short enough for any screen', () => {
    const columns = series(10_000, () => false)
    const levels = buildLevels(columns)
    expect(levels[0]!.close).toBe(columns.close)
    expect(levels.map(({ factor }) => factor)).toEqual([1, 4, 16, 64])
    expect(levels.map(({ close }) => close.length)).toEqual([10_000, 2500, 625, 157])
  })

  it('of a short series has one level', () => {
    expect(buildLevels(series(3, () => false))).toHaveLength(1)
    expect(buildLevels(series(0, () => false))).toHaveLength(1)
  })

  it('keeps first open, extremes and last close of each column, and NaN where all of it is absent', () => {
    fc.assert(
      fc.property(fc.integer({ min: 513, max: 6000 }), fc.integer({ min: 1, max: 40 }), (length, run) => {
        const columns = series(length, (i) => Math.floor(i / run) % 2 === 1)
        for (const { factor, open, high, low, close } of buildLevels(columns)) {
          for (let column = 0; column < close.length; column++) {
            const places = Array.from({ length: factor }, (_, j) => column * factor + j).filter(
              (i) => i < length && columns.states[i] === State.present,
            )
            const found = [open[column], high[column], low[column], close[column]]
            if (places.length === 0) expect(found).toEqual([NaN, NaN, NaN, NaN])
            else
              expect(found).toEqual([
                columns.open[places[0]!],
                Math.max(...places.map((i) => columns.high[i]!)),
                Math.min(...places.map((i) => columns.low[i]!)),
                columns.close[places.at(-1)!],
              ])
          }
        }
      }),
      { numRuns: 20 },
    )
  })
})
