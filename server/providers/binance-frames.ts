/**
 * Binance's WebSocket, as far as the small ticker goes: once a second where something was traded, however much it was.
 * Single trades would be hundreds a second of its large markets.
 */
import type { FeedDialect } from './feed.ts'
import { isCount, readFrame, tickerFrame, words, fieldsOf, type Fields, type Frame } from './frames.ts'

export const binanceFeed: FeedDialect = {
  productId: (base, quote) => `${base}${quote}`,
  subscribe: (product) => message('SUBSCRIBE', product),
  unsubscribe: (product) => message('UNSUBSCRIBE', product),
  read: (text) => readFrame(text, readMessage),
  // Five messages a second are allowed, its own pings' answers among them.
  talkMs: 250,
  // Nothing at all may be traded for a while; prices are polled meanwhile.
  idleMs: 300_000,
}

function message(method: 'SUBSCRIBE' | 'UNSUBSCRIBE', product: string): string {
  return JSON.stringify({ method, params: [`${product.toLowerCase()}@miniTicker`], id: 1 })
}

function readMessage(fields: Fields): Frame {
  const error = fieldsOf(fields.get('error'))
  if (error) return { kind: 'error', message: words(error, 'msg') }
  if (fields.get('e') !== '24hrMiniTicker') return { kind: 'other' }
  const time = fields.get('E')
  return tickerFrame(fields.get('s'), fields.get('c'), isCount(time) ? time : null, time, null)
}
