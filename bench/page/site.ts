/**
 * The page of the benchmarks: the app's own code with that of its peers, bundled as the app is, and a server that gives it
 * a year of minutes in each format.
 */
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { build } from 'vite'

interface File {
  readonly bytes: Uint8Array | string
  readonly type: string
  readonly encoding?: 'br' | 'gzip'
}

/** By path, `/year/1.price`. */
export type Files = ReadonlyMap<string, File>

export interface Site extends AsyncDisposable {
  readonly port: number
  /** Ends the server; nothing is served from then on. */
  stop(): Promise<void>
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
}

/** Bundles the page and serves it with these files beside it. */
export async function openSite(files: Files): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), 'crypto-tracker-bench-'))
  await build({
    configFile: false,
    // The app's state is written in runes.
    plugins: [svelte({ configFile: false })],
    root: join(import.meta.dirname, 'web'),
    logLevel: 'error',
    worker: { format: 'es' },
    build: { outDir: folder, emptyOutDir: true, target: 'esnext', modulePreload: { polyfill: false } },
  })
  const server = await listen((request, response) => {
    const path = new URL(request.url ?? '/', 'http://site').pathname
    const file = files.get(path) ?? built(folder, path)
    if (!file) return void response.writeHead(404).end()
    response.writeHead(200, {
      'content-type': file.type,
      'cache-control': 'no-store',
      ...(file.encoding ? { 'content-encoding': file.encoding } : {}),
    })
    response.end(file.bytes)
  })
  return {
    port: server.port,
    stop: server.stop,
    async [Symbol.asyncDispose]() {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A server on any free port of this machine. */
export async function listen(
  answer: RequestListener,
): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const server = createServer(answer).listen(0)
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      if (!server.listening) return
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

/** A file of the bundle; undefined when there is none of this name. */
function built(folder: string, path: string): File | undefined {
  const name = path === '/' ? 'index.html' : path.slice(1)
  const type = TYPES[extname(name)]
  if (!type || name.includes('..')) return undefined
  try {
    return { bytes: readFileSync(join(folder, name)), type }
  } catch {
    return undefined
  }
}
