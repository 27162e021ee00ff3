import { expect, test } from 'vitest'
import { bytesOf } from './bytes.ts'
import { barsName, marketName, sourceName, windowText } from './names.ts'

test('a market that its source names by the pair alone carries the name of its coin', () => {
  expect(marketName({ name: 'BTC/USD', base: 'BTC', quote: 'USD' })).toBe('Bitcoin')
  expect(marketName({ name: 'BTC-EUR', base: 'BTC', quote: 'EUR' })).toBe('Bitcoin')
  expect(marketName({ name: '', base: 'ZZZ', quote: 'USD' })).toBe('ZZZ')
  expect(marketName({ name: 'Wrapped Bitcoin', base: 'wrapped-bitcoin', quote: 'usd' })).toBe(
    'Wrapped Bitcoin',
  )
})

test('so does one whose source has not answered yet; an imported series keeps its own name', () => {
  expect(marketName({ name: 'BTC', base: 'BTC', quote: 'USD' })).toBe('Bitcoin')
  expect(marketName({ name: 'BTC', base: 'BTC', quote: '' })).toBe('BTC')
})

test('windows and bars are said in the unit of their interval', () => {
  expect([windowText(30, '1d'), windowText(30, '1h'), windowText(30, '5m')]).toEqual([
    '30 d',
    '30 h',
    '30 × 5m',
  ])
  expect([barsName('1d'), barsName('15m')]).toEqual(['days', 'bars of 15m'])
  expect([sourceName('coinbase'), sourceName('newone')]).toEqual(['Coinbase', 'Newone'])
})

test('the unit of a progress is said once where it is the same', () => {
  expect(bytesOf(1_200_000, 1_900_000)).toBe('1.2 of 1.9 MB')
  expect(bytesOf(900_000, 1_900_000)).toBe('900 KB of 1.9 MB')
  expect(bytesOf(2_000_000, 1_900_000)).toBe('1.9 of 1.9 MB')
})
