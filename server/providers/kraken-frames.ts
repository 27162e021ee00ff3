/**
 * Kraken's WebSocket (version 2), as far as trades go. Prices are bare numbers there and are kept as their text. Its
 * heartbeat tells that the connection lives, not which trade of a product is the newest, so it is no news of a price.
 */
import { isLosslessNumber, parse } from 'lossless-json'
import type { FeedDialect } from './feed.ts'
import {
  fieldsOf,
  isoTime,
  readFrame,
  refused,
  tickerFrame,
  words,
  type Fields,
  type Frame,
} from './frames.ts'

export const krakenFeed: FeedDialect = {
  productId: (base, quote) => `${base}/${quote}`,
  subscribe: (product) => message('subscribe', product),
  unsubscribe: (product) => message('unsubscribe', product),
  read: (text) => readFrame(text, readMessage, parse),
  talkMs: 50,
  // Its heartbeat comes each second.
  idleMs: 10_000,
}

function message(method: 'subscribe' | 'unsubscribe', product: string): string {
  return JSON.stringify({ method, params: { channel: 'trade', symbol: [product] } })
}

function readMessage(fields: Fields): Frame {
  if (fields.get('success') === false) return { kind: 'error', message: words(fields, 'error') }
  if (fields.get('channel') !== 'trade') return { kind: 'other' }
  const data = fields.get('data')
  // The trades of one product, the newest last; right after the subscription the last fifty.
  const trade = fieldsOf(Array.isArray(data) ? data.at(-1) : null)
  if (!trade) return refused('trades without a trade', null)
  const [time, price, id] = ['timestamp', 'price', 'trade_id'].map((name) => trade.get(name))
  return tickerFrame(trade.get('symbol'), textOf(price), isoTime(time), time, countOf(id))
}

function textOf(value: unknown): unknown {
  return isLosslessNumber(value) ? value.value : value
}

function countOf(value: unknown): unknown {
  return isLosslessNumber(value) ? Number(value.value) : undefined
}
