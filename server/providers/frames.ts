/** What a frame of a source's socket says, and the words in which one is refused. Pure; numbers of prices stay text. */
import { plainDecimal } from '../../core/decimal/text.ts'

export type Frame =
  | {
      readonly kind: 'ticker'
      readonly product: string
      /** Shortest plain decimal, above 0 and finite. */
      readonly price: string
      /** When it was traded, by the source's clock. */
      readonly atMs: number
      /** null where the source numbers no trades. */
      readonly tradeId: number | null
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

/** Fields that a frame has of its own: by a Map, so that nothing is read that it inherits. */
export type Fields = ReadonlyMap<string, unknown>

/** The longest frame that is taken; confirmations of many products have some thousands of characters. */
export const LARGEST_FRAME = 64 * 1024
/** Of the texts that are kept or shown. */
const LONGEST_WORD = 40
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/

/**
 * Reads a frame that is to be a JSON object. Never throws.
 *
 * @param parse how its JSON is read; a source that prints prices as bare numbers needs a lossless way
 */
export function readFrame(
  text: string,
  read: (fields: Fields) => Frame,
  parse: (text: string) => unknown = JSON.parse,
): Frame {
  if (text.length > LARGEST_FRAME) return refused(`a frame of ${text.length} characters`, null)
  let message: unknown
  try {
    message = parse(text)
  } catch {
    return refused('no JSON', null)
  }
  const fields = fieldsOf(message)
  return fields ? read(fields) : refused('no object', null)
}

/** null for what is no object. */
export function fieldsOf(value: unknown): Fields | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  return new Map<string, unknown>(Object.entries(value))
}

/** The newest price of a product, each part of it checked; a part that is not as it must be refuses the frame. */
export function tickerFrame(
  product: unknown,
  price: unknown,
  atMs: number | null,
  time: unknown,
  tradeId: unknown,
): Frame {
  if (!isWord(product)) return refused('a ticker without product', null)
  // A price as a bare number or null is not what a source prints that prints text: its format has changed, or broke.
  const plain = typeof price === 'string' ? plainDecimal(price) : null
  if (plain === null || !(Number(plain) > 0 && Number(plain) < Infinity))
    return refused(`price ${shown(price)} is no price: a finite number above 0, as text`, product)
  if (atMs === null) return refused(`time ${shown(time)} is no time`, product)
  if (tradeId !== null && !isCount(tradeId))
    return refused(`trade ${shown(tradeId)} is no number of a trade`, product)
  return { kind: 'ticker', product, price: plain, atMs, tradeId }
}

export function refused(reason: string, product: string | null): Frame {
  return { kind: 'refused', reason, product }
}

/** Milliseconds of an ISO 8601 time in UTC; null for anything else. */
export function isoTime(value: unknown): number | null {
  const ms = typeof value === 'string' && ISO_TIME.test(value) ? Date.parse(value) : NaN
  return Number.isNaN(ms) ? null : ms
}

/** What a source says against a question, from the named fields. */
export function words(fields: Fields, ...names: readonly string[]): string {
  const texts = names.flatMap((name) => {
    const text = fields.get(name)
    return typeof text === 'string' && text !== '' ? [text.slice(0, 200)] : []
  })
  return texts.join(': ') || 'an error without a word'
}

export function isWord(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= LONGEST_WORD
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

/** The value as JSON, cut: it may be anything. */
export function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'none').slice(0, LONGEST_WORD)
}
