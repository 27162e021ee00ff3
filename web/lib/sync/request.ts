/**
 * One request to the server with a deadline and a checked kind of answer. Whatever stands between (a captive portal,
 * a proxy's error page) is told apart here and never reaches the store.
 */

/** Where the network is asked; the browser's own outside tests. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

export const DEADLINE_MS = 15_000

/** A request that brought nothing usable. */
export class RequestError extends Error {
  override readonly name = 'RequestError'
  /** HTTP status; null when no answer of the server came at all. */
  readonly status: number | null

  constructor(message: string, status: number | null, cause?: unknown) {
    super(message, { cause })
    this.status = status
  }
}

interface Wanted {
  /** Content type of a good answer, without parameters. */
  readonly type: 'application/json' | 'application/octet-stream'
  readonly signal: AbortSignal
  /** Goes past the HTTP cache. */
  readonly fresh?: boolean
}

/**
 * Asks and reads the whole answer within the deadline.
 *
 * @throws RequestError
 */
async function ask<Answer>(
  fetch: Fetch,
  url: string,
  wanted: Wanted,
  read: (response: Response) => Promise<Answer>,
): Promise<Answer> {
  const path = url.split('?')[0]!
  const signal = AbortSignal.any([wanted.signal, AbortSignal.timeout(DEADLINE_MS)])
  try {
    const response = await fetch(url, {
      signal,
      headers: { accept: wanted.type },
      cache: wanted.fresh ? 'reload' : wanted.type === 'application/json' ? 'no-store' : 'default',
    })
    const type = (response.headers.get('content-type') ?? 'nothing').split(';')[0]!.trim()
    if (!response.ok)
      throw new RequestError(`${path}: the server answered ${response.status}`, response.status)
    if (type !== wanted.type)
      throw new RequestError(
        `${path}: ${type} came instead of ${wanted.type}; is something in between?`,
        null,
      )
    return await read(response)
  } catch (error) {
    if (error instanceof RequestError || wanted.signal.aborted) throw error
    const late = error instanceof DOMException && error.name === 'TimeoutError'
    throw new RequestError(
      late ? `${path}: no answer within ${DEADLINE_MS / 1000} s` : `${path}: the server cannot be reached`,
      null,
      error,
    )
  }
}

/** Asks for JSON. @throws RequestError */
export const askJson = (fetch: Fetch, url: string, signal: AbortSignal): Promise<unknown> =>
  ask(fetch, url, { type: 'application/json', signal }, (response) => response.json())

/** Asks for bytes. @throws RequestError */
export const askBytes = (
  fetch: Fetch,
  url: string,
  signal: AbortSignal,
  fresh = false,
): Promise<Uint8Array> =>
  ask(
    fetch,
    url,
    { type: 'application/octet-stream', signal, fresh },
    async (response) => new Uint8Array(await response.arrayBuffer()),
  )
