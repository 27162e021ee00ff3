/**
 * One HTTP request to a source: raw text and headers come back, or a `SourceError` that says what happened.
 * Every request has a deadline and a largest size. It reads no prices.
 */
import { parse } from 'lossless-json'
import type { Told } from '../../core/wire/told.ts'
import type { Clock } from '../clock.ts'
import { retryAfterMs } from './backoff.ts'
import { SourceError } from './types.ts'

const DEADLINE_MS = 10_000
/** Nobody is banned for longer by mistake. */
const LONGEST_BAN_MS = 3 * 86_400_000
/** A Date header that differs by more is no clock to trust: a simulation, or a proxy's invention. */
export const TRUSTED_CLOCK_DIFFERENCE_MS = 86_400_000
const LARGEST_BYTES = 16 * 1024 * 1024

/** An answer as it came. */
export interface Answer {
  readonly url: string
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** When the request left, by our clock. */
  readonly sentMs: number
}

/** @throws SourceError when no whole answer came within the deadline */
export async function request(
  source: string,
  url: string,
  headers: Readonly<Record<string, string>>,
  { clock, deadlineMs = DEADLINE_MS }: { readonly clock: Clock; readonly deadlineMs?: number },
): Promise<Answer> {
  const sentMs = clock.now()
  try {
    const response = await fetch(url, {
      headers,
      redirect: 'error',
      signal: AbortSignal.timeout(deadlineMs),
    })
    return {
      url,
      status: response.status,
      headers: response.headers,
      text: await boundedText(response),
      sentMs,
    }
  } catch (error) {
    const { words, told } = networkReason(source, error, deadlineMs)
    throw new SourceError(source, `${source}: ${words} (${url})`, null, null, told, error)
  }
}

/**
 * The JSON of a good answer, every number as a `LosslessNumber` of its text.
 *
 * @param advice said behind the words of a bad status
 * @throws SourceError for a status, a content type or a text that is no answer of the source
 */
export function readJson(source: string, answer: Answer, nowMs: number, advice = ''): unknown {
  const { status, headers, text } = answer
  const fail = (what: string, told: Told, cause?: unknown) =>
    new SourceError(source, `${source}: ${what} (${answer.url})`, status, retryAt(answer, nowMs), told, cause)
  const words = ownWords(text)
  const quoted = words === '' ? '' : `: "${words}"`
  if (status === 451) {
    const others = othersThan(source)
    throw fail(
      `does not serve the country that this server is in${quoted}; markets of other sources can be followed there: ${others.join(', ')}`,
      { code: 'source-bars-country', source, others },
    )
  }
  if (status < 200 || status > 299)
    throw fail(`answered ${status}${quoted}${advice}`, { code: 'source-status', source, status, words })
  if (!isJson(answer))
    throw fail(
      `answered with content type ${headers.get('content-type') ?? 'none'} where JSON was expected; something between here and the source may have answered in its place`,
      { code: 'source-no-json', source },
    )
  try {
    return parse(text)
  } catch (error) {
    const told = { code: 'source-nonsense', source, answer: text.slice(0, 100) } as const
    throw fail(`answered ${text.length} characters that are no whole JSON`, told, error)
  }
}

/** Sources that are known to serve where another one refuses to, Binance's own service for the United States among them. */
function othersThan(source: string): readonly string[] {
  const others = ['coinbase', 'kraken', 'bitstamp', 'binance'].filter((one) => one !== source)
  return [...others, ...(source === 'binance' ? ['binanceus (in the United States)'] : [])]
}

/** Whether the answer calls itself JSON; what does not comes from something between here and the source. */
export function isJson({ headers }: Answer): boolean {
  return /\bjson\b/i.test(headers.get('content-type') ?? '')
}

/** What the source itself says: in the header, or, as Binance does, in the words of a ban. */
function retryAt({ headers, status, text }: Answer, nowMs: number): number | null {
  const waitMs = retryAfterMs(headers.get('retry-after'), nowMs)
  if (waitMs !== null) return nowMs + waitMs
  const banned = status >= 400 && text.length <= 10_000 ? /banned until (\d{13})\b/.exec(text) : null
  if (!banned) return null
  // By the source's own clock: ours may be ahead of it.
  const theirsMs = Date.parse(headers.get('date') ?? '')
  const aheadMs = Math.abs(nowMs - theirsMs) < TRUSTED_CLOCK_DIFFERENCE_MS ? Math.max(0, nowMs - theirsMs) : 0
  return nowMs + Math.min(Number(banned[1]) + aheadMs - nowMs, LONGEST_BAN_MS)
}

type Words = Readonly<Partial<Record<'message' | 'msg' | 'error' | 'status' | 'error_message', unknown>>>

/** `NotFound`, where an error body has a message; empty where it has none. */
function ownWords(text: string): string {
  if (text.length > 10_000) return ''
  try {
    const words = JSON.parse(text) as Words | null
    // CoinGecko wraps its own one or two deep.
    const nested = words?.status ?? (words?.error as Words | undefined)?.status
    const message =
      words?.message ?? words?.msg ?? (nested as Words | undefined)?.error_message ?? words?.error
    return typeof message === 'string' ? message.slice(0, 200) : ''
  } catch {
    return '' // No JSON, so no words of the source; the status says enough.
  }
}

async function boundedText(response: Response): Promise<string> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of response.body ?? []) {
    bytes += part.byteLength
    if (bytes > LARGEST_BYTES) throw new RangeError(`the answer is larger than ${LARGEST_BYTES} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

function networkReason(
  source: string,
  error: unknown,
  deadlineMs: number,
): { readonly words: string; readonly told: Told } {
  if (error instanceof Error && error.name === 'TimeoutError') {
    const seconds = deadlineMs / 1000
    return { words: `no whole answer within ${seconds} s`, told: { code: 'source-slow', source, seconds } }
  }
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const code = (cause as Partial<NodeJS.ErrnoException>).code
  const why = cause instanceof Error ? cause.message || (code ?? cause.name) : String(cause)
  const told = { code: 'source-unreachable', source, why: why.slice(0, 200) } as const
  return { words: `cannot be reached: ${why}`, told }
}
