/**
 * Reads one frame of Coinbase Exchange's WebSocket. Pure: every text has a typed result, whatever it holds; numbers of
 * prices stay text. Whether the product is followed and the price is likely is judged by who reads.
 */
import { plainDecimal } from '../../core/decimal/text.ts'

export type Frame =
  | {
      readonly kind: 'ticker'
      readonly product: string
      /** Shortest plain decimal, above 0 and finite. */
      readonly price: string
      /** When it was traded, by the source's clock. */
      readonly atMs: number
      readonly tradeId: number
    }
  /** The socket lives, and this is the product's newest trade. */
  | { readonly kind: 'heartbeat'; readonly product: string; readonly lastTradeId: number }
  /** The source does not do what was asked. */
  | { readonly kind: 'error'; readonly message: string }
  /** Something else that the source says. */
  | { readonly kind: 'other' }
  | {
      readonly kind: 'refused'
      readonly reason: string
      /** null where not even that can be read. */
      readonly product: string | null
    }

/** Real frames have about 500 characters; confirmations of many products some thousands. */
export const LARGEST_FRAME = 64 * 1024
/** Of the texts that are kept or shown. */
const LONGEST_WORD = 40
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/

/** Never throws. */
export function readTickerFrame(text: string): Frame {
  if (text.length > LARGEST_FRAME) return refused(`a frame of ${text.length} characters`, null)
  let message: unknown
  try {
    message = JSON.parse(text)
  } catch {
    return refused('no JSON', null)
  }
  if (typeof message !== 'object' || message === null || Array.isArray(message))
    return refused('no object', null)
  // By a Map, so that nothing is read that the frame does not have of its own.
  const fields = new Map<string, unknown>(Object.entries(message))
  switch (fields.get('type')) {
    case 'ticker':
      return readTicker(fields)
    case 'heartbeat':
      return readHeartbeat(fields)
    case 'error':
      return { kind: 'error', message: words(fields) }
    case 'subscriptions':
      return { kind: 'other' }
    default:
      return typeof fields.get('type') === 'string' ? { kind: 'other' } : refused('no type', null)
  }
}

function readTicker(fields: ReadonlyMap<string, unknown>): Frame {
  const product = fields.get('product_id')
  if (!isWord(product)) return refused('a ticker without product', null)
  const given = fields.get('price')
  // A price as a bare number or null is not what this source prints: its format has changed, or something broke.
  const price = typeof given === 'string' ? plainDecimal(given) : null
  if (price === null || !(Number(price) > 0 && Number(price) < Infinity))
    return refused(`price ${shown(given)} is no price: a finite number above 0, as text`, product)
  const time = fields.get('time')
  const atMs = typeof time === 'string' && ISO_TIME.test(time) ? Date.parse(time) : NaN
  if (Number.isNaN(atMs)) return refused(`time ${shown(time)} is no time`, product)
  const tradeId = fields.get('trade_id')
  if (!isCount(tradeId)) return refused(`trade ${shown(tradeId)} is no number of a trade`, product)
  return { kind: 'ticker', product, price, atMs, tradeId }
}

function readHeartbeat(fields: ReadonlyMap<string, unknown>): Frame {
  const product = fields.get('product_id')
  if (!isWord(product)) return refused('a heartbeat without product', null)
  const lastTradeId = fields.get('last_trade_id')
  if (!isCount(lastTradeId)) return refused(`trade ${shown(lastTradeId)} is no number of a trade`, product)
  return { kind: 'heartbeat', product, lastTradeId }
}

function words(fields: ReadonlyMap<string, unknown>): string {
  const texts = ['message', 'reason'].flatMap((name) => {
    const text = fields.get(name)
    return typeof text === 'string' && text !== '' ? [text.slice(0, 200)] : []
  })
  return texts.join(': ') || 'an error without a word'
}

function refused(reason: string, product: string | null): Frame {
  return { kind: 'refused', reason, product }
}

function isWord(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= LONGEST_WORD
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

/** The value as JSON, cut: it may be anything. */
function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'none').slice(0, LONGEST_WORD)
}
