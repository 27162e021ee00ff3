import { expect, test } from 'vitest'
import { leadWithQuote } from './leading-quote.ts'

const pairs = (text: string) =>
  text.split(' ').map((pair) => {
    const [base = '', quote = ''] = pair.split('-')
    return { base, quote }
  })
const led = (text: string, quote: string | null) =>
  leadWithQuote(pairs(text), quote)
    .map(({ base, quote: currency }) => `${base}-${currency}`)
    .join(' ')

test('the preferred currency leads its coin, and nothing else moves', () => {
  const list = 'BTC-USD ETH-USD SOL-USD BTC-JPY BTC-EUR ETH-EUR'
  expect(led(list, 'EUR')).toBe('BTC-EUR BTC-USD ETH-EUR ETH-USD SOL-USD BTC-JPY')
  expect(led(list, 'USD')).toBe(list)
  expect(led(list, null)).toBe(list)
  expect(led(list, 'GBP')).toBe(list)
})

test('several markets of a coin in the preferred currency keep their order', () => {
  expect(led('BTC-USD BTC-EUR ETH-USD BTC-EUR', 'EUR')).toBe('BTC-EUR BTC-USD ETH-USD BTC-EUR')
  expect(led('BTC-usd BTC-eur', 'EUR')).toBe('BTC-eur BTC-usd')
})
