/**
 * One HTTP request to a source: raw text and headers come back, or a `SourceError` that says what happened.
 * Every request has a deadline and a largest size. It reads no prices.
 */
import { parse } from 'lossless-json'
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
    throw new SourceError(
      source,
      `${source}: ${networkReason(error, deadlineMs)} (${url})`,
      null,
      null,
      error,
    )
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
  const fail = (what: string, cause?: unknown) =>
    new SourceError(source, `${source}: ${what} (${answer.url})`, status, retryAt(answer, nowMs), cause)
  if (status === 451)
    throw fail(
      `does not serve the country that this server is in${ownWords(text)}; markets of other sources can be followed there: ${othersThan(source)}`,
    )
  if (status < 200 || status > 299) throw fail(`answered ${status}${ownWords(text)}${advice}`)
  if (!isJson(answer))
    throw fail(
      `answered with content type ${headers.get('content-type') ?? 'none'} where JSON was expected; something between here and the source may have answered in its place`,
    )
  try {
    return parse(text)
  } catch (error) {
    throw fail(`answered ${text.length} characters that are no whole JSON`, error)
  }
}

/** Sources that are known to serve where another one refuses to, Binance's own service for the United States among them. */
function othersThan(source: string): string {
  const others = ['coinbase', 'kraken', 'bitstamp', 'binance'].filter((one) => one !== source)
  return [...others, ...(source === 'binance' ? ['binanceus (in the United States)'] : [])].join(', ')
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

/** `: "NotFound"`, where an error body has a message. */
function ownWords(text: string): string {
  if (text.length > 10_000) return ''
  try {
    const words = JSON.parse(text) as Words | null
    // CoinGecko wraps its own one or two deep.
    const nested = words?.status ?? (words?.error as Words | undefined)?.status
    const message =
      words?.message ?? words?.msg ?? (nested as Words | undefined)?.error_message ?? words?.error
    return typeof message === 'string' ? `: "${message.slice(0, 200)}"` : ''
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

function networkReason(error: unknown, deadlineMs: number): string {
  if (!(error instanceof Error)) return `request failed: ${String(error)}`
  if (error.name === 'TimeoutError') return `no whole answer within ${deadlineMs / 1000} s`
  const cause = error.cause instanceof Error ? error.cause : error
  const code = (cause as NodeJS.ErrnoException).code
  return `cannot be reached: ${cause.message || (code ?? cause.name)}`
}
