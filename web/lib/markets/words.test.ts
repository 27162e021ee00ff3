import { expect, it } from 'vitest'
import { parseMarketId } from '../../../core/market.ts'
import type { StoredInterval } from '../../../core/time/interval.ts'
import { historyOf, historyText } from './words.ts'

const { id: market } = parseMarketId('coinbase:BTC-USD')
const read = (interval: StoredInterval, done: number, wanted: number) => ({ market, interval, wanted, done })

it('says how much of the minutes is read, in the unit that suits, and never that all is while something is left', () => {
  const days = read('1d', 14, 14)
  expect(historyText([read('1d', 3, 14), read('1m', 0, 1752)])).toBe('reading history: the days first')
  expect(historyText([days, read('1h', 2, 9), read('1m', 438, 1752)])).toBe('reading history: 3 of 12 months')
  expect(historyText([days, read('1m', 1751, 1752)])).toBe('reading history: 11 of 12 months')
  expect(historyText([days, read('1m', 17, 34)])).toBe('reading history: 3 of 7 days')
  expect(historyText([days, read('1m', 1752, 1752)])).toBeNull()
  expect(historyText([])).toBe('reading history')
})

it('says of a source what it has: bars, what they are made of, and how far back', () => {
  const source = {
    source: 'x',
    intervals: ['1m', '1h', '1d'] as const,
    sampled: false,
    sinceMs: Date.UTC(2015, 0),
  }
  expect(historyOf({ ...source, reachBars: null, reachDays: null })).toBe(
    'minutes, hours, days; traded prices and volume; from 2015 on where it was listed',
  )
  expect(historyOf({ ...source, reachBars: 720, reachDays: null })).toBe(
    'traded prices and volume; reaches back 12 h in minutes, 30 d in hours, 720 d in days',
  )
  expect(
    historyOf({ ...source, intervals: ['1h', '1d'], sampled: true, reachBars: null, reachDays: 365 }),
  ).toBe('hours and days; sampled prices, no volume; the last 365 days')
})
