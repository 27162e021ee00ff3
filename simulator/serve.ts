/**
 * The simulated exchange over HTTP and WebSocket on one port, with a room of its own below `/simulator`: what was asked,
 * and the faults that are wanted. `GET /simulator/stats`; `GET`, `POST` and `DELETE /simulator/faults`.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { createAnswering } from './answering.ts'
import { Faults, readRules, type FaultRule } from './faults.ts'
import type { HttpAnswer } from './faulty.ts'
import { createCounter } from './limit.ts'
import { createMarkets, type SimulationOptions } from './market.ts'
import { binanceProtocol } from './protocols/binance.ts'
import { bitstampProtocol } from './protocols/bitstamp.ts'
import { coinbaseProtocol } from './protocols/coinbase.ts'
import { krakenProtocol } from './protocols/kraken.ts'
import type { Protocol } from './protocols/protocol.ts'
import { serveSocket } from './socket.ts'

/** The exchanges whose protocol it speaks. */
export const PROTOCOLS = ['coinbase', 'binance', 'kraken', 'bitstamp'] as const
export type ProtocolName = (typeof PROTOCOLS)[number]

const SPEAK: Readonly<Record<ProtocolName, (options: SimulationOptions) => Protocol>> = {
  coinbase: coinbaseProtocol,
  binance: (options) => binanceProtocol(createMarkets(options)),
  kraken: (options) => krakenProtocol(createMarkets(options)),
  bitstamp: (options) => bitstampProtocol(createMarkets(options)),
}

export interface ServeOptions extends SimulationOptions {
  /** Coinbase Exchange's where not given. */
  readonly protocol?: ProtocolName
  /** Where its clock starts; null = the machine's time. */
  readonly nowMs: number | null
  readonly requestsPerSecond: number | null
  /** What the way there and back takes; 0 where not given. */
  readonly latencyMs?: number
  readonly rules: readonly FaultRule[]
}

/** A server that does not listen yet. */
export function createSimulator(options: ServeOptions): Server {
  const protocol = SPEAK[options.protocol ?? 'coinbase'](options)
  const counter = createCounter(options.requestsPerSecond)
  const faults = new Faults()
  faults.set(options.rules)
  const aheadMs = options.nowMs === null ? 0 : options.nowMs - Date.now()
  const now = () => Date.now() + aheadMs

  const answer = createAnswering({ protocol, counter, faults, now })
  const halfMs = (options.latencyMs ?? 0) / 2
  const onTheWay = () => (halfMs > 0 ? pause(halfMs, undefined, { ref: false }) : Promise.resolve())
  const withLatency = (given: HttpAnswer) => ({ ...given, delayMs: (given.delayMs ?? 0) + halfMs })
  const stats = () => ({ ...counter.stats, ...protocol.stats?.() })

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://simulator')
    const work = url.pathname.startsWith('/simulator/')
      ? control(request, url.pathname, stats(), faults)
      : onTheWay().then(() => withLatency(answer(request.method ?? 'GET', url)))
    work
      .then((result) => send(response, result))
      .catch((error: unknown) => {
        console.error(error)
        response.destroy()
      })
  })
  serveSocket(server, { exchange: protocol, faults, now })
  return server
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
