/** Bitstamp's WebSocket, as far as trades go. The product is named by the channel. */
import type { FeedDialect } from './feed.ts'
import { fieldsOf, readFrame, refused, tickerFrame, words, type Fields, type Frame } from './frames.ts'

export const bitstampFeed: FeedDialect = {
  productId: (base, quote) => `${base}${quote}`.toLowerCase(),
  subscribe: (product) => message('bts:subscribe', product),
  unsubscribe: (product) => message('bts:unsubscribe', product),
  read: (text) => readFrame(text, readMessage),
  talkMs: 50,
  // Nothing at all may be traded for a while; prices are polled meanwhile.
  idleMs: 300_000,
}

const CHANNEL = 'live_trades_'
/** Microseconds since 1970, as text. */
const MICROSECONDS = /^\d{16}$/

function message(event: string, product: string): string {
  return JSON.stringify({ event, data: { channel: CHANNEL + product } })
}

function readMessage(fields: Fields): Frame {
  const data = fieldsOf(fields.get('data'))
  if (fields.get('event') === 'bts:error')
    return { kind: 'error', message: words(data ?? new Map(), 'message') }
  if (fields.get('event') !== 'trade') return { kind: 'other' }
  const channel = fields.get('channel')
  if (!data || typeof channel !== 'string' || !channel.startsWith(CHANNEL))
    return refused('a trade without product', null)
  const time = data.get('microtimestamp')
  const atMs = typeof time === 'string' && MICROSECONDS.test(time) ? Math.floor(Number(time) / 1000) : null
  return tickerFrame(
    channel.slice(CHANNEL.length),
    data.get('price_str'),
    atMs,
    time,
    data.get('id') ?? undefined,
  )
}
