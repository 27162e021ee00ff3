/**
 * One request to the server with a deadline and a checked kind of answer. Whatever stands between (a captive portal,
 * a proxy's error page) is told apart here and never reaches the store.
 */

/** Where the network is asked; the browser's own outside tests. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

export const DEADLINE_MS = 15_000

/** Why a request brought nothing usable. */
export type RequestTrouble = { readonly path: string } & (
  | { readonly why: 'refused'; readonly status: number }
  /** Types of content. */
  | { readonly why: 'another kind'; readonly type: string; readonly wanted: string }
  | { readonly why: 'silent'; readonly seconds: number }
  | { readonly why: 'unreachable' }
  | { readonly why: 'no JSON' }
  /** JSON that breaks the rules, in the words of who read it. */
  | { readonly why: 'unreadable'; readonly message: string }
)

/** A request that brought nothing usable. */
export class RequestError extends Error {
  override readonly name = 'RequestError'
  readonly trouble: RequestTrouble

  constructor(trouble: RequestTrouble, cause?: unknown) {
    super(`${trouble.path}: ${trouble.why}`, { cause })
    this.trouble = trouble
  }

  /** HTTP status; null when no answer of the server came at all. */
  get status(): number | null {
    return this.trouble.why === 'refused' ? this.trouble.status : null
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
 * Asks and reads the whole answer. The deadline counts from the last byte, so that a slow line may take its time and a
 * dead one does not.
 *
 * @throws RequestError
 */
async function ask(fetch: Fetch, url: string, wanted: Wanted): Promise<Uint8Array<ArrayBuffer>> {
  const path = url.split('?')[0]!
  const silence = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const heard = () => {
    clearTimeout(timer)
    timer = setTimeout(() => silence.abort(), DEADLINE_MS)
  }
  heard()
  try {
    const response = await fetch(url, {
      signal: AbortSignal.any([wanted.signal, silence.signal]),
      headers: { accept: wanted.type },
      cache: wanted.fresh ? 'reload' : wanted.type === 'application/json' ? 'no-store' : 'default',
    })
    const type = (response.headers.get('content-type') ?? 'nothing').split(';')[0]!.trim()
    if (!response.ok) throw new RequestError({ why: 'refused', path, status: response.status })
    if (type !== wanted.type) throw new RequestError({ why: 'another kind', path, type, wanted: wanted.type })
    return await readAll(response, heard)
  } catch (error) {
    if (error instanceof RequestError || wanted.signal.aborted) throw error
    throw new RequestError(
      silence.signal.aborted
        ? { why: 'silent', path, seconds: DEADLINE_MS / 1000 }
        : { why: 'unreachable', path },
      error,
    )
  } finally {
    clearTimeout(timer)
  }
}

async function readAll(response: Response, heard: () => void): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = []
  let length = 0
  const reader = response.body?.getReader()
  for (let step = await reader?.read(); step && !step.done; step = await reader?.read()) {
    heard()
    pieces.push(step.value)
    length += step.value.length
  }
  const bytes = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}

/** Asks for JSON. @throws RequestError */
export async function askJson(fetch: Fetch, url: string, signal: AbortSignal): Promise<unknown> {
  const bytes = await ask(fetch, url, { type: 'application/json', signal })
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch (error) {
    throw new RequestError({ why: 'no JSON', path: url.split('?')[0]! }, error)
  }
}

/** Asks for bytes. @throws RequestError */
export async function askBytes(
  fetch: Fetch,
  url: string,
  signal: AbortSignal,
  fresh = false,
): Promise<Uint8Array> {
  return ask(fetch, url, { type: 'application/octet-stream', signal, fresh })
}
