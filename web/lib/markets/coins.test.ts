import { expect, it } from 'vitest'
import type { FoundMarket } from '../../../core/wire/found.ts'
import { parseMarketId } from '../../../core/market.ts'
import { coinsOf } from './coins.ts'

function found(text: string, more: Partial<FoundMarket> = {}): FoundMarket {
  const { id, source, base, quote } = parseMarketId(text)
  const own = { id, source, base, quote, coin: null, symbol: base, rank: null, logo: null, active: true }
  return { ...own, ...more }
}
const gecko = (id: string, coin: string, symbol: string, rank: number | null, quote = 'usd') =>
  found(`coingecko:${id}-${quote}`, { coin, symbol, rank, logo: `/api/v1/logos/${id}` })

it('an exchange’s market joins the coin of the same name and ticker', () => {
  const coins = coinsOf(
    [found('coinbase:BTC-USD', { coin: 'Bitcoin' }), gecko('bitcoin', 'Bitcoin', 'BTC', 1)],
    'btc',
  )
  expect(coins).toMatchObject([
    { name: 'Bitcoin', symbol: 'BTC', rank: 1, logo: '/api/v1/logos/bitcoin', isTickerShared: false },
  ])
  expect(coins[0]!.markets.map(({ id }) => id)).toEqual(['coinbase:BTC-USD', 'coingecko:bitcoin-usd'])
})

it('a coin of the same ticker and another name stands apart, by its rank, and both say that the ticker is shared', () => {
  const coins = coinsOf(
    [gecko('bitcoin-copy', 'Batcat', 'BTC', 2900), gecko('bitcoin', 'Bitcoin', 'BTC', 1)],
    'BTC',
  )
  expect(coins.map(({ name, rank, isTickerShared }) => [name, rank, isTickerShared])).toEqual([
    ['Bitcoin', 1, true],
    ['Batcat', 2900, true],
  ])
})

it('where two coins have one name and one ticker, an exchange’s market is given to neither', () => {
  const coins = coinsOf(
    [
      gecko('pepe', 'Pepe', 'PEPE', 40),
      gecko('pepe-2', 'Pepe', 'PEPE', null),
      found('coinbase:PEPE-USD', { coin: 'Pepe' }),
    ],
    'pepe',
  )
  expect(coins.map(({ markets }) => markets.map(({ id }) => id))).toEqual([
    ['coingecko:pepe-usd'],
    ['coinbase:PEPE-USD'],
    ['coingecko:pepe-2-usd'],
  ])
})

it('a ticker without a name is not guessed at, unless it is beyond doubt', () => {
  const markets = [found('kraken:ABC-USD'), gecko('alphabet', 'Alphabet', 'ABC', 7)]
  expect(coinsOf(markets, 'abc').map(({ name }) => name)).toEqual(['Alphabet', null])
  expect(coinsOf(markets, 'abc', { ABC: 'Alphabet' }).map(({ name }) => name)).toEqual(['Alphabet'])
})

it('the very name comes first, then what begins with it, then the rest by rank', () => {
  const coins = coinsOf(
    [
      gecko('wrapped-bitcoin', 'Wrapped Bitcoin', 'WBTC', 15),
      gecko('bitcoin-cash', 'Bitcoin Cash', 'BCH', 20),
      gecko('bitcoin', 'Bitcoin', 'BTC', 1),
    ],
    'bitcoin',
  )
  expect(coins.map(({ symbol }) => symbol)).toEqual(['BTC', 'BCH', 'WBTC'])
})

it('of a coin the common currencies come first, and what is no longer traded comes last', () => {
  const [coin] = coinsOf(
    [
      found('binance:XRP-TRY'),
      found('binance:XRP-USD', { active: false }),
      found('kraken:XRP-EUR'),
      found('kraken:XRP-USD'),
    ],
    'xrp',
  )
  expect(coin!.markets.map(({ id }) => id)).toEqual([
    'kraken:XRP-USD',
    'kraken:XRP-EUR',
    'binance:XRP-TRY',
    'binance:XRP-USD',
  ])
})

it('of a coin the reader’s currency comes first', () => {
  const [coin] = coinsOf(
    [found('kraken:XRP-USD'), found('binance:XRP-TRY'), found('kraken:XRP-EUR')],
    'xrp',
    {},
    'TRY',
  )
  expect(coin!.markets[0]!.id).toBe('binance:XRP-TRY')
})
