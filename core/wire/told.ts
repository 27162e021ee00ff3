/**
 * What the server tells people, as a code with its values beside the English sentence, so that a device says it in the language
 * of its reader. A code that a device does not know, or whose values are others, leaves it the sentence.
 */
const VALUES = {
  // Markets
  'not-tracked': { market: 'text', near: 'texts' },
  'not-listed': { source: 'text', market: 'text', near: 'texts' },
  'no-longer-listed': { source: 'text' },
  'no-source': { source: 'text', near: 'texts' },
  'simulated-alone': { source: 'text' },
  'imported-alone': {},
  'since-future': { since: 'text' },
  'since-before-source': { source: 'text', from: 'text' },
  // The owner's sign-in
  'link-used': {},
  'not-signed-in': {},
  'foreign-page': {},
  'too-many-tokens': { seconds: 'number' },
  'too-many-orders': { seconds: 'number' },
  // This server
  'database-away': {},
  failed: {},
  'row-gone': { row: 'number' },
  'row-breaks-rules': { row: 'number' },
  // What a source did
  'source-unreachable': { source: 'text', why: 'text' },
  'source-slow': { source: 'text', seconds: 'number' },
  'source-bars-country': { source: 'text', others: 'texts' },
  'source-status': { source: 'text', status: 'number', words: 'text' },
  'source-no-json': { source: 'text' },
  'source-nonsense': { source: 'text', answer: 'text' },
  'source-empty': { source: 'text' },
  'source-unread': { source: 'text' },
  'source-reader-silent': { source: 'text', seconds: 'number' },
  'source-no-price': { source: 'text', market: 'text' },
  // Why a row was refused
  'start-no-time': { start: 'text' },
  'start-off-grid': { start: 'text', interval: 'text' },
  'start-future': { start: 'text' },
  'no-price': { name: 'text', given: 'text' },
  'no-volume': { given: 'text' },
  'out-of-order': { name: 'text', value: 'text', other: 'text', than: 'text' },
  'two-candles': {},
  'far-refused': {},
  'far-taken': {},
  'far-told': {},
  'far-sampled': {},
} as const satisfies Readonly<Record<string, Readonly<Record<string, keyof Kinds>>>>

interface Kinds {
  readonly text: string
  readonly number: number
  readonly texts: readonly string[]
}
type Values = typeof VALUES

export type ToldCode = keyof Values
export type Told = {
  readonly [Code in ToldCode]: { readonly code: Code } & {
    readonly [Name in keyof Values[Code]]: Values[Code][Name] extends keyof Kinds
      ? Kinds[Values[Code][Name]]
      : never
  }
}[ToldCode]

const MAX_TEXT = 500

/** null where it is nothing that this version can say. */
export function readTold(json: unknown): Told | null {
  if (typeof json !== 'object' || json === null) return null
  const fields = json as Readonly<Record<string, unknown>>
  const { code } = fields
  if (typeof code !== 'string' || !Object.hasOwn(VALUES, code)) return null
  const read: Record<string, unknown> = { code }
  for (const [name, kind] of Object.entries(VALUES[code as ToldCode])) {
    if (!isOf(kind, fields[name])) return null
    read[name] = fields[name]
  }
  return read as Told
}

function isOf(kind: keyof Kinds, value: unknown): boolean {
  if (kind === 'number') return typeof value === 'number' && Number.isFinite(value)
  if (kind === 'text') return typeof value === 'string' && value.length <= MAX_TEXT
  return Array.isArray(value) && value.length <= 100 && value.every((one) => isOf('text', one))
}
