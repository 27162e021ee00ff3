/** Asks and orders what only the owner may. A refusal comes in the language on screen where it can. */
import { t } from '../i18n/t.ts'
import { owner } from './owner.svelte.ts'
import type { Words } from './told.ts'

const DEADLINE_MS = 30_000

/** The server refused, or could not be reached; the message is for people. */
export class OwnerError extends Error {
  override readonly name = 'OwnerError'
  /** HTTP status; null when no answer came. */
  readonly status: number | null
  /** The message, with its language where that is the server's. */
  readonly words: Words

  constructor(words: Words | string, status: number | null, cause?: unknown) {
    super(typeof words === 'string' ? words : words.text, { cause })
    this.words = typeof words === 'string' ? { text: words } : words
    this.status = status
  }
}

/** The JSON at an address below `/api/v1`. @throws OwnerError */
export async function askOwner(path: string, deadlineMs = DEADLINE_MS): Promise<unknown> {
  return jsonOf(await send(path, { method: 'GET' }, deadlineMs))
}

/**
 * Orders something; gives the JSON of the answer, null where it has none.
 * @throws OwnerError
 */
export async function order(method: 'POST' | 'DELETE', path: string, body?: object): Promise<unknown> {
  const json = body === undefined ? {} : { body: JSON.stringify(body) }
  const headers = body === undefined ? {} : { headers: { 'content-type': 'application/json' } }
  const response = await send(path, { method, ...json, ...headers })
  return response.status === 204 ? null : jsonOf(response)
}

/** An answer of the server that is no refusal. @throws OwnerError */
export async function send(path: string, init: RequestInit, deadlineMs = DEADLINE_MS): Promise<Response> {
  let response: Response
  try {
    response = await fetch(`/api/v1${path}`, {
      ...init,
      cache: 'no-store',
      signal: AbortSignal.timeout(deadlineMs),
    })
  } catch (error) {
    throw new OwnerError(t('The server cannot be reached right now.'), null, error)
  }
  if (response.ok || response.type === 'opaqueredirect') return response
  if (response.status === 401) owner.heard(false)
  throw new OwnerError(await refusalOf(response), response.status)
}

async function jsonOf(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch (error) {
    throw new OwnerError(t('What came is no answer of the server. Is something in between?'), null, error)
  }
}

/** Why it was refused, by the problem (RFC 9457) that says what to do. */
async function refusalOf(response: Response): Promise<Words> {
  const problem = (await response.json().catch(() => null)) as { detail?: unknown; told?: unknown } | null
  if (typeof problem?.detail !== 'string')
    return { text: t(`The server answered ${response.status} without saying why.`) }
  // Sentences are many, and refusals are few.
  const [{ readTold }, { wordsOf }] = await Promise.all([
    import('../../../core/wire/told.ts'),
    import('./told.ts'),
  ])
  return wordsOf(readTold(problem.told), problem.detail)
}
