/**
 * The line between a browser and a server, in the hands of the test: it counts what goes over it, and can be cut,
 * or made to answer in the server's place or to spoil what the server says.
 */
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { PLAIN_HOST } from './browser.ts'

/** One request that arrived. */
interface Asked {
  readonly path: string
  readonly query: string
  /** The server's own answer went out, whole and unspoilt. */
  delivered: boolean
}

/** What becomes of a request; `pass` hands it to the server, and its answer back, edited or not. */
type Fault = (asked: Asked, answer: ServerResponse, pass: (edit?: Edit) => void) => void
type Edit = (body: Buffer) => Buffer

export interface Line extends AsyncDisposable {
  /** A secure context for the browser. */
  readonly url: string
  /** No secure context. */
  readonly plainUrl: string
  readonly asked: Asked[]
  /** While set, it decides about every request. */
  fault: Fault | null
  /** The server's own whole answers to requests below this path: how many of each address. */
  delivered(path: string): Map<string, number>
  /** Nobody listens any more, and what was under way breaks off. */
  cut(): Promise<void>
  mend(): Promise<void>
}

/** @param now the server's clock, as the `Date` of its answers tells it */
export async function openLine(target: string, now: () => number): Promise<Line> {
  const asked: Asked[] = []
  const listener = (incoming: IncomingMessage, answer: ServerResponse) => {
    const [path = '', query = ''] = (incoming.url ?? '/').split('?')
    const entry: Asked = { path, query, delivered: false }
    asked.push(entry)
    const pass = (edit?: Edit) => {
      if (!edit) answer.once('finish', () => (entry.delivered = true))
      forward(target, incoming, answer, now, edit)
    }
    if (line.fault) line.fault(entry, answer, pass)
    else pass()
  }
  let server: Server = await listenOn(0, listener)
  const { port } = server.address() as AddressInfo
  const cut = async () => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  const line: Line = {
    url: `http://localhost:${port}`,
    plainUrl: `http://${PLAIN_HOST}:${port}`,
    asked,
    fault: null,
    delivered(path) {
      const counts = new Map<string, number>()
      for (const one of asked)
        if (one.path.startsWith(path) && one.delivered) counts.set(one.path, (counts.get(one.path) ?? 0) + 1)
      return counts
    },
    cut,
    async mend() {
      line.fault = null
      if (!server.listening) server = await listenOn(port, listener)
    },
    [Symbol.asyncDispose]: cut,
  }
  return line
}

async function listenOn(
  port: number,
  listener: Parameters<typeof createServer>[1] & object,
): Promise<Server> {
  const server = createServer(listener).listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}

function forward(
  target: string,
  incoming: IncomingMessage,
  answer: ServerResponse,
  now: () => number,
  edit: Edit | undefined,
): void {
  // What is edited must come whole and plain.
  const plain = edit ? { 'accept-encoding': 'identity', 'if-none-match': '' } : {}
  const headers = { ...incoming.headers, ...plain }
  const outgoing = request(target + (incoming.url ?? '/'), { method: incoming.method ?? 'GET', headers })
  outgoing.on('error', () => answer.destroy())
  answer.on('close', () => outgoing.destroy())
  outgoing.on('response', (response) => {
    const sent = { ...response.headers, date: new Date(now()).toUTCString() }
    if (!edit) {
      answer.writeHead(response.statusCode ?? 502, sent)
      response.pipe(answer)
      return
    }
    const parts: Buffer[] = []
    response.on('data', (part: Buffer) => parts.push(part))
    response.on('end', () => {
      const body = edit(Buffer.concat(parts))
      // It is not what the server named so.
      delete sent.etag
      answer.writeHead(response.statusCode ?? 502, { ...sent, 'content-length': body.length })
      answer.end(body)
    })
  })
  incoming.pipe(outgoing)
}

/** What a captive portal says to everything, with status 200. */
export function answerAsPortal(answer: ServerResponse): void {
  answer.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
  answer.end('<!doctype html><title>Hotel Wi-Fi</title><p>Please accept our terms.')
}

/** The same app with another service worker, which is what a new version is to the browser. `news` is what it says of itself. */
export function asNewerApp(news: readonly string[]): Fault {
  const told = JSON.stringify(news.map((en) => ({ en })))
  return ({ path }, _answer, pass) => {
    if (path === '/service-worker.js')
      pass((body) => Buffer.concat([body, Buffer.from('\n/* a newer version */\n')]))
    else if (path === '/whats-new.json') pass(() => Buffer.from(told))
    else pass()
  }
}
