/**
 * The built app, held in memory and sent compressed. Only files that were in the folder at the start can be asked for,
 * so no path leads out of it; a navigation to any other path gets the page.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Encoding } from '../archive/types.ts'
import { compress, preferredEncoding, SMALL_BYTES } from './encoding.ts'
import { ApiProblem, problemResponse } from './problem.ts'
import { pagePolicy } from './security.ts'

interface AppFile {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly type: string
  readonly etag: string
  readonly immutable: boolean
  /** Filled at the first request, or by `warm`. */
  readonly encoded: Map<Encoding, Promise<Buffer<ArrayBuffer>>>
}

export interface AppFiles {
  /** Answers a GET or HEAD that no route took. */
  answer(request: Request, path: string): Promise<Response>
  /** Compresses everything ahead of the first visitor, one file after the other. */
  warm(): Promise<void>
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
const PAGE = '/index.html'

/** Reads the folder; a folder that is not there gives an app that says how to build it. */
export async function loadAppFiles(folder: string): Promise<AppFiles> {
  const files = await readFiles(folder)
  const page = files.get(PAGE)
  const policy = page ? pagePolicy(Buffer.from(page.bytes).toString('utf8')) : null
  return {
    answer: async (request, path) => {
      const file = files.get(path === '/' ? PAGE : path) ?? (isNavigation(request, path) ? page : undefined)
      if (file) return send(file, request, policy)
      return problemResponse(
        page
          ? new ApiProblem('not-found', `there is nothing at ${path.slice(0, 200)}`)
          : new ApiProblem(
              'unavailable',
              'the app is not built: run "npm run build", then start the server again',
            ),
      )
    },
    warm: async () => {
      for (const file of files.values()) {
        if (isCompressible(file))
          for (const encoding of ['br', 'gzip'] as const) await encoded(file, encoding)
      }
    },
  }
}

async function readFiles(folder: string): Promise<ReadonlyMap<string, AppFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  })
  const files = new Map<string, AppFile>()
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const place = join(entry.parentPath, entry.name)
    const path = `/${place.slice(join(folder, '/').length).replaceAll('\\', '/')}`
    const bytes = new Uint8Array(await readFile(place))
    files.set(path, {
      bytes,
      type: TYPES[entry.name.split('.').at(-1) ?? ''] ?? 'application/octet-stream',
      etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 27)}"`,
      immutable: path.startsWith('/_app/immutable/'),
      encoded: new Map(),
    })
  }
  return files
}

/** A path that is a place in the app: not one of the build's own files, nor something that looks like a file. */
function isNavigation(request: Request, path: string): boolean {
  if (path.startsWith('/_app/')) return false
  if (request.headers.get('accept')?.includes('text/html')) return true
  return TYPES[path.split('.').at(-1) ?? ''] === undefined
}

const isCompressible = (file: AppFile) => file.bytes.length >= SMALL_BYTES && COMPRESSIBLE.test(file.type)

function encoded(file: AppFile, encoding: Encoding): Promise<Buffer<ArrayBuffer>> {
  let promise = file.encoded.get(encoding)
  if (!promise) {
    promise = compress(file.bytes, encoding, 11).then((bytes) => Buffer.from(bytes))
    file.encoded.set(encoding, promise)
  }
  return promise
}

async function send(file: AppFile, request: Request, policy: string | null): Promise<Response> {
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
