import { describe, expect, it } from 'vitest'
import { readTickerFrame } from './coinbase-frames.ts'
import { LARGEST_FRAME } from './frames.ts'

const ticker = {
  type: 'ticker',
  sequence: 37475248783,
  product_id: 'ETH-USD',
  price: '1285.2200',
  open_24h: '1310.79',
  best_bid: '1285.04',
  side: 'buy',
  time: '2022-10-19T23:28:22.061769Z',
  trade_id: 370843401,
  last_size: '11.4396987',
}
const read = (change: object) => readTickerFrame(JSON.stringify({ ...ticker, ...change }))

describe('a frame of Coinbase’s socket', () => {
  it('gives price, time and trade of a ticker, the price as its text', () => {
    expect(read({})).toEqual({
      kind: 'ticker',
      product: 'ETH-USD',
      price: '1285.22',
      atMs: Date.parse('2022-10-19T23:28:22.061Z'),
      tradeId: 370843401,
    })
    expect(read({ price: '0.000012345678901234567' })).toMatchObject({ price: '0.000012345678901234567' })
  })

  it('gives the newest trade of a heartbeat', () => {
    const text =
      '{"type":"heartbeat","sequence":90,"last_trade_id":20,"product_id":"BTC-USD","time":"2014-11-07T08:19:28.464459Z"}'
    expect(readTickerFrame(text)).toEqual({ kind: 'heartbeat', product: 'BTC-USD', lastTradeId: 20 })
  })

  it('tells an error in the source’s words', () => {
    const text = '{"type":"error","message":"Failed to subscribe","reason":"NO-USD is not a valid product"}'
    expect(readTickerFrame(text)).toEqual({
      kind: 'error',
      message: 'Failed to subscribe: NO-USD is not a valid product',
    })
  })

  it('passes over what is no news of a price', () => {
    expect(readTickerFrame('{"type":"subscriptions","channels":[]}')).toEqual({ kind: 'other' })
    expect(readTickerFrame('{"type":"status","products":[]}')).toEqual({ kind: 'other' })
  })

  it.each([
    ['null', { price: null }],
    ['NaN', { price: 'NaN' }],
    ['negative', { price: '-1285.22' }],
    ['zero', { price: '0.00' }],
    ['a bare number', { price: 1285.22 }],
    ['infinite', { price: '1e999' }],
    ['missing', { price: undefined }],
    ['a list', { price: ['1285.22'] }],
  ])('is refused when its price is %s, and says of which product', (_, change) => {
    expect(read(change)).toMatchObject({ kind: 'refused', product: 'ETH-USD' })
  })

  it.each([
    ['no time', { time: 'yesterday' }],
    ['a time in seconds', { time: 1666222102 }],
    ['a time of no calendar', { time: '2022-13-45T99:00:00Z' }],
    ['no trade', { trade_id: null }],
    ['no product', { product_id: '' }],
    ['an endless product', { product_id: 'x'.repeat(1000) }],
    ['no type', { type: 7 }],
  ])('is refused when it has %s', (_, change) => {
    expect(read(change)).toMatchObject({ kind: 'refused' })
  })

  it.each(['', '{"type":"ticker"', '[]', 'null', '7', '"ticker"', '\ufffd\ufffd\u0000', '['.repeat(60_000)])(
    'is refused when it is no object: %j',
    (text) => {
      expect(readTickerFrame(text)).toMatchObject({ kind: 'refused', product: null })
    },
  )

  it('is refused unread when it is too large', () => {
    expect(read({ padding: 'x'.repeat(LARGEST_FRAME) })).toMatchObject({ kind: 'refused' })
  })

  it('has no fields but its own', () => {
    const inherited = `{"__proto__":${JSON.stringify(ticker)}}`
    expect(readTickerFrame(inherited)).toEqual({ kind: 'refused', reason: 'no type', product: null })
  })
})
