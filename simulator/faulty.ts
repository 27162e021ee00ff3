/** What a faulty HTTP answer is like: the good one, spoilt. Everything random comes from the fault's own stream. */
import {
  ANSWER_FAULTS,
  ANYWHERE_FAULTS,
  ROW_FAULTS,
  type AnswerFault,
  type Fault,
  type RowFault,
} from './faults.ts'
import { randomStream, uniform, type Bits } from './random.ts'
import { spoilRows, thousandfold } from './faulty-rows.ts'

/** An answer on its way to the client. */
export interface HttpAnswer {
  readonly status: number
  readonly body: string
  readonly contentType?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent so long after the question. */
  readonly delayMs?: number
  /** The connection ends after so many characters of the body, without a byte when 0. */
  readonly cutAt?: number
}

/** What the good answer is about. */
export type View = 'candles' | 'ticker' | 'list' | 'other'

/** What each may meet; beyond faults of any answer they need rows or a price. */
const OF_VIEW: Readonly<Record<View, readonly AnswerFault[]>> = {
  candles: ANSWER_FAULTS,
  ticker: [...ANYWHERE_FAULTS, 'null-rows', 'nan', 'negative', 'zero', 'text-numbers', 'spike', 'delisted'],
  list: [...ANYWHERE_FAULTS, 'empty-list', 'null-rows'],
  other: ANYWHERE_FAULTS,
}

/** Longer than any client waits. */
const TIMEOUT_MS = 60_000
const PAGE =
  '<!doctype html><html><head><title>Sign in</title></head><body>Welcome to the hotel</body></html>'
const TICKER_PRICE = /"price":"([^"]*)"/

export function viewOf(url: URL): View {
  if (/^\/products\/[^/]+\/candles$/.test(url.pathname)) return 'candles'
  if (/^\/products\/[^/]+\/ticker$/.test(url.pathname)) return 'ticker'
  return /^\/(products|currencies)$/.test(url.pathname) ? 'list' : 'other'
}

/** The faults that this good answer may have. */
export function possibleFaults(view: View, { body }: HttpAnswer): readonly AnswerFault[] {
  return body === '[]' ? ANYWHERE_FAULTS : OF_VIEW[view]
}

/** @param ask gives the good answer to another question of the same kind */
export function spoil(
  { kind, stream }: Fault<AnswerFault>,
  view: View,
  url: URL,
  ask: (url: URL) => HttpAnswer,
): HttpAnswer {
  const bits = randomStream(`${stream}/details`)
  const good = ask(url)
  if (isOfRows(kind)) {
    if (good.status !== 200) return good
    if (view === 'ticker') return { ...good, body: good.body.replace(TICKER_PRICE, spoiltPrice(kind)) }
    if (view === 'list') return { ...good, body: good.body.replace('[', '[null,') }
    return { ...good, body: spoilRows(kind, bits, url, good.body, (other) => ask(other).body) }
  }
  switch (kind) {
    case 'too-many':
      return tooMany()
    case 'too-many-retry-after':
      return { ...tooMany(), headers: { 'retry-after': String(1 + (bits() % 2)) } }
    case 'server-error':
      return serverError(bits)
    case 'slow':
      return { ...good, delayMs: 500 + (bits() % 2500) }
    case 'timeout':
      return { ...good, delayMs: TIMEOUT_MS }
    case 'reset':
      return { ...good, cutAt: 0 }
    case 'cut-off':
      return { ...good, cutAt: 1 + Math.floor(uniform(bits) * (good.body.length - 1)) }
    case 'truncated':
      return { ...good, body: good.body.slice(0, Math.floor(uniform(bits) * good.body.length)) }
    case 'html':
      return { status: 200, body: PAGE, contentType: 'text/html; charset=utf-8' }
    case 'content-type':
      return { ...good, contentType: 'text/plain; charset=utf-8' }
    case 'empty-body':
      return { ...good, body: '' }
    case 'empty-list':
      return { ...good, body: '[]' }
    case 'delisted':
      return delisted(bits)
  }
}

function isOfRows(kind: AnswerFault): kind is RowFault {
  return (ROW_FAULTS as readonly AnswerFault[]).includes(kind)
}

export function tooMany(): HttpAnswer {
  return { status: 429, body: '{"message":"Public rate limit exceeded"}' }
}

function serverError(bits: Bits): HttpAnswer {
  const status = [500, 502, 503, 504, 520][bits() % 5]!
  return status === 500
    ? { status, body: '{"message":"Internal server error"}' }
    : { status, body: `<html><body>${status}</body></html>`, contentType: 'text/html' }
}

/** A product that is no longer traded answers in one of three ways. */
function delisted(bits: Bits): HttpAnswer {
  const status = [400, 404, 200][bits() % 3]!
  return {
    status,
    body: status === 200 ? '[]' : '{"message":"Not allowed for delisted products"}',
  }
}

function spoiltPrice(kind: RowFault): (match: string, price: string) => string {
  const spoilt: Partial<Record<RowFault, (price: string) => string>> = {
    'null-rows': () => 'null',
    nan: () => '"NaN"',
    negative: (price) => `"-${price}"`,
    zero: () => '"0"',
    'text-numbers': () => '"about ten"',
    spike: (price) => `"${thousandfold(price)}"`,
  }
  return (_, price) => `"price":${spoilt[kind]!(price)}`
}
