/**
 * Reads one frame of Coinbase Exchange's WebSocket. Pure: every text has a typed result, whatever it holds. Whether the
 * product is followed and the price is likely is judged by who reads.
 */
import {
  isCount,
  isoTime,
  isWord,
  readFrame,
  refused,
  shown,
  tickerFrame,
  words,
  type Fields,
  type Frame,
} from './frames.ts'

/** Never throws. */
export function readTickerFrame(text: string): Frame {
  return readFrame(text, (fields) => {
    switch (fields.get('type')) {
      case 'ticker': {
        const time = fields.get('time')
        const [product, price, trade] = ['product_id', 'price', 'trade_id'].map((name) => fields.get(name))
        // A trade without a number: no heartbeat could be held against it.
        return tickerFrame(product, price, isoTime(time), time, trade ?? undefined)
      }
      case 'heartbeat':
        return readHeartbeat(fields)
      case 'error':
        return { kind: 'error', message: words(fields, 'message', 'reason') }
      case 'subscriptions':
        return { kind: 'other' }
      default:
        return typeof fields.get('type') === 'string' ? { kind: 'other' } : refused('no type', null)
    }
  })
}

function readHeartbeat(fields: Fields): Frame {
  const product = fields.get('product_id')
  if (!isWord(product)) return refused('a heartbeat without product', null)
  const lastTradeId = fields.get('last_trade_id')
  if (!isCount(lastTradeId)) return refused(`trade ${shown(lastTradeId)} is no number of a trade`, product)
  return { kind: 'heartbeat', product, lastTradeId }
}
