/** Which answers of a slice are kept: those that say something new, each in the place of what it says as well. */
import { expect, test } from 'vitest'
import type { CandleRow } from '../../core/candle/row.ts'
import { MINUTE_MS } from '../../core/time/interval.ts'
import { parseMarketId } from '../../core/market.ts'
import type { RawAnswer, RefusedRow } from '../archive/types.ts'
import { RawFilter } from './raw-filter.ts'
import type { Priority } from './types.ts'

const FROM = Date.UTC(2024, 2, 1)
const row = (i: number, close = '2'): CandleRow => {
  return { startMs: FROM + i * MINUTE_MS, open: '1', high: '3', low: '1', close, volume: '1' }
}
const minute = (ms: number) => (ms - FROM) / MINUTE_MS

/** Reads a slice at minutes, and tells which answers were kept, each with the one whose place it took. */
function reader() {
  const kept: (number | [number, number])[] = []
  const filter = new RawFilter(({ atMs, supersedes }: RawAnswer) => {
    kept.push(supersedes === undefined ? minute(atMs) : [minute(atMs), minute(supersedes)])
  })
  const read = (
    at: number,
    rows: readonly CandleRow[],
    priority: Priority = 'live',
    refused: readonly RefusedRow[] = [],
  ) => {
    const atMs = FROM + at * MINUTE_MS
    const asked = { market: parseMarketId('coinbase:BTC-USD').id, interval: '1m', fromMs: FROM } as const
    const question = { ...asked, toMs: FROM + 300 * MINUTE_MS, readAtMs: atMs, product: 'BTC-USD' }
    const answer = { source: 'coinbase', url: '', atMs, status: 200, body: '', question }
    filter.candles(answer, priority, { rows, refused, isAstray: false })
  }
  return { kept, read }
}

test('a live answer is kept each ten minutes, and whenever it says something else of a candle than the kept one', () => {
  const { kept, read } = reader()
  read(1, [row(0)])
  read(2, [row(0), row(1)])
  read(3, [row(0), row(1, '2.5'), row(2)])
  read(4, [row(0, '2.5'), row(1, '2.5'), row(2)])
  read(5, [row(0, '2.5'), row(1, '2.5'), row(2), row(3)])
  read(6, [row(0, '2.5'), row(2), row(3)])
  expect(kept).toEqual([1, 4, 6])
})

test('an answer that says all that the last one said takes its place, a settled one as well', () => {
  const { kept, read } = reader()
  read(1, [row(0)])
  read(12, [row(0), row(1)])
  read(13, [row(0), row(1), row(2)], 'settling')
  read(14, [row(0, '2.5'), row(1)], 'settling')
  read(15, [row(0, '2.5'), row(1)], 'backfill')
  expect(kept).toEqual([1, [12, 1], [13, 12], 14, [15, 14]])
})

test('two answers within seconds, one with something refused in it, and one with nothing take no place', () => {
  const { kept, read } = reader()
  read(0, [row(0)], 'backfill')
  read(0.1, [row(0)], 'backfill')
  const refused = [{ startMs: FROM, reason: 'high < low', raw: '[]' }]
  read(2, [row(0)], 'live', refused)
  read(3, [], 'settling')
  read(4, [], 'live')
  read(5, [row(0)], 'settling')
  expect(kept).toEqual([0, 0.1, [2, 0.1], 3, 5])
})
