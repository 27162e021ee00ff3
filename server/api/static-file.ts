/** One file that is sent many times: held in memory, compressed once, known to browsers by its ETag. */
import { createHash } from 'node:crypto'
import type { Encoding } from '../archive/types.ts'
import { compress, preferredEncoding, SMALL_BYTES } from './encoding.ts'

export interface StaticFile {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly type: string
  readonly etag: string
  /** Its name changes with its content, so that browsers may keep it for ever. */
  readonly immutable: boolean
  /** Filled at the first request, or by `warm`. */
  readonly encoded: Map<Encoding, Promise<Buffer<ArrayBuffer>>>
}

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json',
  map: 'application/json',
  webmanifest: 'application/manifest+json',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
  wasm: 'application/wasm',
  png: 'image/png',
  jpg: 'image/jpeg',
  webp: 'image/webp',
  ico: 'image/x-icon',
  woff2: 'font/woff2',
}
const COMPRESSIBLE = /^(text\/|application\/(json|manifest|wasm)|image\/svg)/

/** From here on the last percents of compression take seconds of a processor. */
const LARGE_BYTES = 500_000

/** The content type by the ending of a name; undefined where it has none that is known. */
export function typeOf(name: string): string | undefined {
  return TYPES[name.split('.').at(-1) ?? '']
}

export function staticFile(name: string, content: Uint8Array, immutable = false): StaticFile {
  const bytes = new Uint8Array(content)
  return {
    bytes,
    type: typeOf(name) ?? 'application/octet-stream',
    etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 27)}"`,
    immutable,
    encoded: new Map(),
  }
}

/** Compresses the files ahead of the first visitor, one after the other. */
export async function warm(files: Iterable<StaticFile>): Promise<void> {
  for (const file of files) {
    if (isCompressible(file)) for (const encoding of ['br', 'gzip'] as const) await encoded(file, encoding)
  }
}

/** @param policy Content-Security-Policy of pages and scripts; null leaves that of all answers */
export async function sendFile(file: StaticFile, request: Request, policy: string | null): Promise<Response> {
  const headers: Record<string, string> = {
    'content-type': file.type,
    etag: file.etag,
    'cache-control': file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
  }
  if (policy && /html|javascript/.test(file.type)) headers['content-security-policy'] = policy
  if (isCompressible(file)) headers['vary'] = 'accept-encoding'
  if (request.headers.get('if-none-match')?.includes(file.etag))
    return new Response(null, { status: 304, headers })
  const encoding = isCompressible(file)
    ? preferredEncoding(request.headers.get('accept-encoding') ?? '')
    : 'identity'
  if (encoding === 'identity') return new Response(file.bytes, { headers })
  return new Response(await encoded(file, encoding), {
    headers: { ...headers, 'content-encoding': encoding },
  })
}

const isCompressible = (file: StaticFile) => file.bytes.length >= SMALL_BYTES && COMPRESSIBLE.test(file.type)

function encoded(file: StaticFile, encoding: Encoding): Promise<Buffer<ArrayBuffer>> {
  let promise = file.encoded.get(encoding)
  if (!promise) {
    const quality = file.bytes.length > LARGE_BYTES ? 9 : 11
    promise = compress(file.bytes, encoding, quality).then((bytes) => Buffer.from(bytes))
    file.encoded.set(encoding, promise)
  }
  return promise
}
