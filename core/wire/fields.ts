/**
 * Fields of the JSON that a device is told, read one by one: each is what it should be, or a `WireError` names it.
 * By hand and not by a library, since it is in the first load of the phone.
 */
import { isPlainDecimal } from '../decimal/text.ts'
import { isMarketId, type MarketId } from '../market.ts'
import { WireError } from './error.ts'

/** A page holds about 5,000 entries; one revision may be larger and is never split. */
const MAX_ENTRIES = 200_000
const MAX_NAME = 200

export type Fields = Readonly<Record<string, unknown>>

/** An object. @throws WireError */
export function fieldsOf(json: unknown, path: string): Fields {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw wrong(path, 'an object', json)
  return json as Fields
}

/** A list of at most `MAX_ENTRIES`. @throws WireError */
export function listOf(json: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(json)) throw wrong(path, 'an array', json)
  if (json.length > MAX_ENTRIES) throw new WireError(path, `${json.length} entries, at most ${MAX_ENTRIES}`)
  return json
}

/** A text that is accepted; `expected` says in words what is. @throws WireError */
export function textOf(
  json: unknown,
  path: string,
  accepts: (text: string) => boolean,
  expected: string,
): string {
  if (typeof json !== 'string' || !accepts(json)) throw wrong(path, expected, json)
  return json
}

/** A whole number from `least` to `most`. @throws WireError */
export function countOf(json: unknown, path: string, most: number, least = 0): number {
  if (typeof json !== 'number' || !Number.isSafeInteger(json) || json < least || json > most)
    throw wrong(path, `a whole number from ${least} to ${most}`, json)
  return json
}

/** A finite number of at least 0. @throws WireError */
export function measureOf(json: unknown, path: string): number {
  if (typeof json !== 'number' || !Number.isFinite(json) || json < 0)
    throw wrong(path, 'a number of at least 0', json)
  return json
}

/** What `read` makes of it, or null where the field is null. @throws WireError */
export function orNull<T>(json: unknown, path: string, read: (json: unknown, path: string) => T): T | null {
  return json === null ? null : read(json, path)
}

/** true or false. @throws WireError */
export function flagOf(json: unknown, path: string): boolean {
  if (typeof json !== 'boolean') throw wrong(path, 'true or false', json)
  return json
}

/** An instant in ISO 8601, as it came. @throws WireError */
export function instantOf(json: unknown, path: string): string {
  return textOf(
    json,
    path,
    (text) => !Number.isNaN(Date.parse(text)),
    'an instant such as 2024-03-01T12:00:00Z',
  )
}

/** One of a few words. @throws WireError */
export function wordOf<Word extends string>(json: unknown, path: string, words: readonly Word[]): Word {
  return textOf(json, path, (text) => (words as readonly string[]).includes(text), words.join(', ')) as Word
}

/** A text of at most `MAX_NAME` characters. @throws WireError */
export function nameOf(json: unknown, path: string): string {
  return textOf(json, path, (text) => text.length <= MAX_NAME, `at most ${MAX_NAME} characters`)
}

/** A market identifier. @throws WireError */
export function marketOf(json: unknown, path: string): MarketId {
  return textOf(json, path, isMarketId, 'a market such as coinbase:BTC-USD') as MarketId
}

/** A plain decimal of at least 0. @throws WireError */
export function decimalOf(json: unknown, path: string): string {
  return textOf(json, path, (text) => isPlainDecimal(text) && !text.startsWith('-'), 'a plain decimal')
}

/** The error that names the field, what is expected there and what was given. */
export function wrong(path: string, expected: string, given: unknown): WireError {
  return new WireError(path, `expected ${expected}, got ${shown(given)}`)
}

function shown(given: unknown): string {
  if (given === undefined) return 'nothing'
  if (typeof given === 'string') return JSON.stringify(given.slice(0, 80))
  if (typeof given === 'object' && given !== null) return Array.isArray(given) ? 'an array' : 'an object'
  return String(given)
}
