import { expect, it } from 'vitest'
import { parseMarketId } from '../../core/market.ts'
import { nearestMarkets } from './nearest.ts'

const listed = ['BTC-USD', 'BTC-EUR', 'ETH-USD', 'LTC-USD', 'BTC-USDT', 'SHIB-USD', 'MATIC-USD'].map(
  (name) => parseMarketId(`coinbase:${name}`).id,
)
const near = (name: string) =>
  nearestMarkets(parseMarketId(`coinbase:${name}`).id, listed, 3).map((id) => id.slice(9))

it('the nearest names come first: swapped, missing and wrong letters, and other cases', () => {
  expect(near('BCT-USD')[0]).toBe('BTC-USD')
  expect(near('SHB-USD')[0]).toBe('SHIB-USD')
  expect(near('btc-usd')[0]).toBe('BTC-USD')
  expect(near('BTC-USC').slice(0, 1)).toEqual(['BTC-USD'])
})

it('nothing is proposed where nothing is near', () => {
  expect(near('WORMHOLE-GBP')).toEqual([])
})
