/** Frames of a source's socket under attack: each text has a result, and a price that comes through is one. */
import { isPlainDecimal } from '../../core/decimal/text.ts'
import { binanceFeed } from '../../server/providers/binance-frames.ts'
import { bitstampFeed } from '../../server/providers/bitstamp-frames.ts'
import { readTickerFrame } from '../../server/providers/coinbase-frames.ts'
import { krakenFeed } from '../../server/providers/kraken-frames.ts'
import { pick, type Border } from './attack.ts'
import { damageBytes, damageJson, damageText } from './damage.ts'

const FRAMES = [
  {
    type: 'ticker',
    sequence: 37475248783,
    product_id: 'ETH-USD',
    price: '1285.22',
    best_bid: '1285.04',
    side: 'buy',
    time: '2022-10-19T23:28:22.061769Z',
    trade_id: 370843401,
    last_size: '11.4396987',
  },
  {
    type: 'heartbeat',
    sequence: 90,
    last_trade_id: 20,
    product_id: 'BTC-USD',
    time: '2014-11-07T08:19:28.464459Z',
  },
  { type: 'subscriptions', channels: [{ name: 'ticker', product_ids: ['BTC-USD'] }] },
  { type: 'error', message: 'Failed to subscribe', reason: 'NO-USD is not a valid product' },
  {
    channel: 'trade',
    type: 'update',
    data: [{ symbol: 'BTC/USD', price: 61168.1, trade_id: 7, timestamp: '2024-03-01T11:59:59.500000Z' }],
  },
  { e: '24hrMiniTicker', E: 1709294399500, s: 'BTCUSDT', c: '61168.13000000' },
  {
    event: 'trade',
    channel: 'live_trades_btcusd',
    data: { id: 7, price_str: '61168.13', microtimestamp: '1709294399500000' },
  },
]
const READERS = [readTickerFrame, krakenFeed.read, binanceFeed.read, bitstampFeed.read]

export function frameBorder(): Border {
  const texts = FRAMES.map((frame) => JSON.stringify(frame))
  const bytes = texts.map((text) => Buffer.from(text))
  return {
    name: 'frame',
    attempt(random) {
      const text = pick(random, [
        () => damageText(pick(random, texts), random),
        () => JSON.stringify(damageJson(pick(random, FRAMES), random)) ?? '',
        () => Buffer.from(damageBytes(bytes, random)).toString(),
      ])()
      const frame = pick(random, READERS)(text)
      if (frame.kind === 'refused') return 'refused'
      const isPrice = (price: string) =>
        isPlainDecimal(price) && Number(price) > 0 && Number(price) < Infinity
      if (frame.kind === 'ticker' && !(isPrice(frame.price) && Number.isFinite(frame.atMs)))
        throw new Error(`a price came through: ${JSON.stringify(frame)}, given ${text}`)
      return 'taken'
    },
  }
}
