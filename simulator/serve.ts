/**
 * The simulated exchange over HTTP and WebSocket on one port, with a room of its own below `/simulator`: what was asked,
 * and the faults that are wanted. `GET /simulator/stats`; `GET`, `POST` and `DELETE /simulator/faults`.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { createExchange } from './exchange.ts'
import { Faults, readRules, type FaultRule } from './faults.ts'
import { possibleFaults, spoil, viewOf, type HttpAnswer } from './faulty.ts'
import { createCounter } from './limit.ts'
import type { SimulationOptions } from './market.ts'
import { serveSocket } from './socket.ts'

export interface ServeOptions extends SimulationOptions {
  /** Where its clock starts; null = the machine's time. */
  readonly nowMs: number | null
  readonly requestsPerSecond: number | null
  readonly rules: readonly FaultRule[]
}

/** A server that does not listen yet. */
export function createSimulator(options: ServeOptions): Server {
  const exchange = createExchange(options)
  const counter = createCounter(options.requestsPerSecond)
  const faults = new Faults()
  faults.set(options.rules)
  const aheadMs = options.nowMs === null ? 0 : options.nowMs - Date.now()
  const now = () => Date.now() + aheadMs

  const answer = (method: string, url: URL): HttpAnswer => {
    if (!counter.admit(performance.now()))
      return { status: 429, body: '{"message":"Public rate limit exceeded"}' }
    if (method !== 'GET') return { status: 405, body: '{"message":"Method not allowed"}' }
    const view = viewOf(url)
    const ask = (asked: URL) => exchange.answer(asked, now())
    const good = ask(url)
    const fault = faults.draw(url.pathname + url.search, questionOf(url), possibleFaults(view, good))
    return fault ? spoil(fault, view, url, ask) : good
  }

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://simulator')
    const work = url.pathname.startsWith('/simulator/')
      ? control(request, url.pathname, counter.stats, faults)
      : Promise.resolve(answer(request.method ?? 'GET', url))
    work
      .then((result) => send(response, result))
      .catch((error: unknown) => {
        console.error(error)
        response.destroy()
      })
  })
  serveSocket(server, { exchange, faults, now })
  return server
}

/** The same question whenever it is asked: the end of a live slice moves with the clock. */
function questionOf(url: URL): string {
  return `${url.pathname} ${url.searchParams.get('granularity')} ${url.searchParams.get('start')}`
}

async function send(response: ServerResponse, answer: HttpAnswer): Promise<void> {
  const {
    status,
    body,
    contentType = 'application/json; charset=utf-8',
    headers,
    delayMs = 0,
    cutAt,
  } = answer
  if (delayMs > 0) {
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    await pause(delayMs, undefined, { signal: gone.signal, ref: false }).catch(() => {}) // The client left first.
  }
  if (response.destroyed) return
  if (cutAt === 0) return void response.socket?.resetAndDestroy()
  const length = Buffer.byteLength(body)
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': length,
    'cache-control': 'no-store',
    ...headers,
  })
  if (cutAt === undefined) response.end(body)
  else response.write(body.slice(0, cutAt), () => response.destroy())
}

async function control(
  request: IncomingMessage,
  path: string,
  stats: object,
  faults: Faults,
): Promise<HttpAnswer> {
  if (path === '/simulator/stats') return json({ ...stats, faults: faults.given })
  if (path !== '/simulator/faults') return json({ message: 'NotFound' }, 404)
  try {
    if (request.method === 'POST') faults.set(readRules(await text(request)))
    if (request.method === 'DELETE') faults.set([])
  } catch (error) {
    if (error instanceof z.ZodError) return json({ message: z.prettifyError(error) }, 400)
    if (error instanceof SyntaxError) return json({ message: error.message }, 400)
    throw error
  }
  return json({ rules: faults.rules, given: faults.given })
}

function json(value: unknown, status = 200): HttpAnswer {
  return { status, body: JSON.stringify(value) }
}
