/** Which answers of a live slice are kept: one in ten minutes, and every one that says something else. */
import { expect, test } from 'vitest'
import type { CandleRow } from '../../core/candle/row.ts'
import { MINUTE_MS } from '../../core/time/interval.ts'
import { parseMarketId } from '../../core/market.ts'
import type { RawAnswer } from '../archive/types.ts'
import { RawFilter } from './raw-filter.ts'

const FROM = Date.UTC(2024, 2, 1)
const row = (i: number, close = '2'): CandleRow => {
  return { startMs: FROM + i * MINUTE_MS, open: '1', high: '3', low: '1', close, volume: '1' }
}

test('a live answer is kept each ten minutes, and whenever it says something else of a candle than the kept one', () => {
  const kept: number[] = []
  const filter = new RawFilter(({ atMs }: RawAnswer) => void kept.push((atMs - FROM) / MINUTE_MS))
  const read = (minute: number, rows: readonly CandleRow[], priority: 'live' | 'settling' = 'live') => {
    const atMs = FROM + minute * MINUTE_MS
    const asked = { market: parseMarketId('coinbase:BTC-USD').id, interval: '1m', fromMs: FROM } as const
    const question = { ...asked, toMs: FROM + 300 * MINUTE_MS, readAtMs: atMs, product: 'BTC-USD' }
    const answer = { source: 'coinbase', url: '', atMs, status: 200, body: '', question }
    filter.candles(answer, priority, { rows, refused: [], isAstray: false })
  }
  read(1, [row(0)])
  read(2, [row(0), row(1)])
  read(3, [row(0), row(1, '2.5'), row(2)])
  read(4, [row(0, '2.5'), row(1, '2.5'), row(2)])
  read(5, [row(0, '2.5'), row(1, '2.5'), row(2), row(3)])
  read(6, [row(0, '2.5'), row(2), row(3)])
  read(7, [row(0, '2.5'), row(2), row(3)], 'settling')
  read(16, [row(0, '2.5'), row(2), row(3)])
  expect(kept).toEqual([1, 4, 6, 7, 16])
})
