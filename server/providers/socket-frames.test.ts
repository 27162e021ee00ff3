/** Frames of the sockets of Kraken, Binance and Bitstamp, as their documentation prints them. */
import { describe, expect, it } from 'vitest'
import { binanceFeed } from './binance-frames.ts'
import { bitstampFeed } from './bitstamp-frames.ts'
import type { FeedDialect } from './feed.ts'
import type { Frame } from './frames.ts'
import { krakenFeed } from './kraken-frames.ts'

interface Source {
  readonly name: string
  readonly feed: FeedDialect
  readonly product: string
  readonly asks: object
  /** A good frame, the price in it as raw JSON. */
  readonly ticker: (price: string, time?: string) => string
  readonly time: string
  readonly price: string
  readonly tradeId: number | null
  readonly error: readonly [string, string]
  readonly others: readonly string[]
}

const AT_MS = Date.parse('2024-03-01T11:59:59.500Z')

const SOURCES: readonly Source[] = [
  {
    name: 'Kraken',
    feed: krakenFeed,
    product: 'BTC/USD',
    asks: { method: 'subscribe', params: { channel: 'trade', symbol: ['BTC/USD'] } },
    ticker: (price, time = '"2024-03-01T11:59:59.500000Z"') =>
      `{"channel":"trade","type":"snapshot","data":[{"symbol":"BTC/USD","side":"buy","price":1,"qty":0.1,"ord_type":"limit","trade_id":6,"timestamp":"2024-03-01T11:59:58.1Z"},{"symbol":"BTC/USD","side":"sell","price":${price},"qty":0.10,"ord_type":"market","trade_id":7,"timestamp":${time}}]}`,
    time: '1709294399500',
    price: '61168.100000000000001',
    tradeId: 7,
    error: [
      '{"error":"Currency pair not supported NO/USD","method":"subscribe","success":false,"symbol":"NO/USD"}',
      'Currency pair not supported NO/USD',
    ],
    others: [
      '{"channel":"heartbeat"}',
      '{"channel":"status","type":"update","data":[{"system":"online","api_version":"v2"}]}',
      '{"method":"subscribe","result":{"channel":"trade","snapshot":true,"symbol":"BTC/USD"},"success":true}',
    ],
  },
  {
    name: 'Binance',
    feed: binanceFeed,
    product: 'BTCUSD',
    asks: { method: 'SUBSCRIBE', params: ['btcusd@miniTicker'], id: 1 },
    ticker: (price, time = '1709294399500') =>
      `{"e":"24hrMiniTicker","E":${time},"s":"BTCUSD","c":${price},"o":"0.0010","h":"0.0025","l":"0.0010","v":"10000","q":"18"}`,
    time: '"2024-03-01T11:59:59.500Z"',
    price: '"61168.100000000000001"',
    tradeId: null,
    error: ['{"error":{"code":2,"msg":"Invalid request"},"id":1}', 'Invalid request'],
    others: ['{"result":null,"id":1}', '{"e":"serverShutdown","E":1709294399500}'],
  },
  {
    name: 'Bitstamp',
    feed: bitstampFeed,
    product: 'btcusd',
    asks: { event: 'bts:subscribe', data: { channel: 'live_trades_btcusd' } },
    ticker: (price, time = '"1709294399500000"') =>
      `{"event":"trade","channel":"live_trades_btcusd","data":{"id":7,"timestamp":"1709294399","amount":0.1,"amount_str":"0.10000000","price":61168.1,"price_str":${price},"type":0,"microtimestamp":${time},"buy_order_id":1,"sell_order_id":2}}`,
    time: '1709294399500000',
    price: '"61168.100000000000001"',
    tradeId: 7,
    error: [
      '{"event":"bts:error","channel":"","data":{"code":null,"message":"Bad subscription string."}}',
      'Bad subscription string.',
    ],
    others: [
      '{"event":"bts:subscription_succeeded","channel":"live_trades_btcusd","data":{}}',
      '{"event":"bts:request_reconnect","channel":"","data":""}',
    ],
  },
]

describe.each(SOURCES)(
  'the socket of $name',
  ({ feed, product, asks, ticker, time, price, tradeId, error, others }) => {
    it('is asked for one product a message, by its own name', () => {
      expect(feed.productId('BTC', 'USD')).toBe(product)
      expect(JSON.parse(feed.subscribe(product))).toEqual(asks)
      expect(JSON.parse(feed.unsubscribe(product))).not.toEqual(asks)
    })

    it('tells a price with every digit that was printed', () => {
      expect(feed.read(ticker(price))).toEqual<Frame>({
        kind: 'ticker',
        product,
        price: '61168.100000000000001',
        atMs: AT_MS,
        tradeId,
      })
    })

    it.each(['null', '"-1"', '0', '{}', 'true', '"NaN"'])('is refused a price of %s', (given) => {
      expect(feed.read(ticker(given))).toMatchObject({
        kind: 'refused',
        product,
        reason: expect.stringContaining('is no price'),
      })
    })

    it('is refused a time of another form', () => {
      expect(feed.read(ticker(price, time))).toMatchObject({
        kind: 'refused',
        product,
        reason: expect.stringContaining('is no time'),
      })
    })

    it('is heard when it refuses, and when it says something else', () => {
      expect(feed.read(error[0])).toEqual({ kind: 'error', message: error[1] })
      for (const text of others) expect(feed.read(text)).toEqual({ kind: 'other' })
    })

    it.each(['', '[]', 'null', '{"channel":"trade","data":', '{"channel":"trade"}', '{"event":"trade"}'])(
      'gives no price from %s',
      (text) => {
        expect(['refused', 'other']).toContain(feed.read(text).kind)
      },
    )
  },
)
