/** The Node server in front of the API: limits on time and size, malformed requests as problems, and the graceful stop. */
import { createServer, STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { createServer as createFront, type AddressInfo, type Server, type Socket } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { Api } from './context.ts'
import type { Metrics } from './metrics.ts'
import { ApiProblem, problemBody, problemResponse, problemStatus, type ProblemKind } from './problem.ts'
import type { Headers } from './security.ts'
import type { Tls } from '../tls.ts'

const MAX_URL_CHARACTERS = 8 * 1024

/** What one client may cost. */
const LIMITS = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 15_000,
  requestTimeout: 60_000,
  /** How often the two above are looked after; Node's own 30 s would let a slow client stay three times as long. */
  connectionsCheckingInterval: 2_000,
  keepAliveTimeout: 65_000,
  /** A connection on which nothing moves, in neither direction: a reader that stopped, a peer that is gone. */
  idleTimeout: 120_000,
  // Node's own refusal of a missing Host has neither the headers nor a reason; the listener's has.
  requireHostHeader: false,
}

export type Limits = typeof LIMITS

/** All listeners of live events, and room for those who only ask. */
const MAX_CONNECTIONS = 22_000
/** Who waits for a stop looks this often whether a connection has become free. */
const STOP_CHECK_MS = 50

export interface Listening {
  readonly host: string
  readonly port: number
  /** New connections get this certificate. */
  renew(tls: Certificate): void
  /** Takes nothing new; running requests end, within `deadlineMs` at most. */
  stop(deadlineMs: number): Promise<void>
}

type Certificate = Pick<Tls, 'cert' | 'key'>

export interface ListenOptions {
  /** null = every address of this machine. */
  readonly host: string | null
  /** 0 lets the operating system choose. */
  readonly port: number
  /** null = plain http. */
  readonly tls: Certificate | null
  /**
   * What comes over plain http to a port of https, which is refused where this is not given. It answers what it wants to, and
   * gives false for what is answered as everything else.
   */
  readonly plain?: (request: IncomingMessage, response: ServerResponse) => boolean
  readonly security: Headers
  /** Each answers something that needs no routing; where all give false, the request is the API's. */
  readonly direct: readonly ((request: IncomingMessage, response: ServerResponse) => boolean)[]
  /** Told of requests that are refused before they reach a route, and of connections. */
  readonly metrics: Pick<Metrics, 'refused' | 'connected'>
  /** Tests only: shorter times. */
  readonly limits?: Partial<Limits>
}

/** @throws Error of Node when the address cannot be used */
export async function listen(
  api: Api,
  { host, port, tls, plain, security, direct, metrics, limits }: ListenOptions,
): Promise<Listening> {
  const answer = getRequestListener(api.fetch, {
    errorHandler: () => {
      metrics.refused('bad-request')
      return problemResponse(
        new ApiProblem('bad-request', 'the address or the Host header is malformed', null, security),
      )
    },
  })
  const running = new Map<string, number>()
  const take = (request: IncomingMessage, response: ServerResponse) => {
    const peer = peerOf(request.socket)
    running.set(peer, (running.get(peer) ?? 0) + 1)
    response.once('close', () => {
      const left = running.get(peer)! - 1
      if (left > 0) running.set(peer, left)
      else running.delete(peer)
    })
    if ((request.url?.length ?? 0) > MAX_URL_CHARACTERS) {
      metrics.refused('url-too-long')
      const body = problemBody('url-too-long', `at most ${MAX_URL_CHARACTERS} characters are taken`)
      response.writeHead(body.status, { ...security, ...PROBLEM_HEADERS }).end(JSON.stringify(body))
      return
    }
    for (const answerDirectly of direct) if (answerDirectly(request, response)) return
    void answer(request, response)
  }
  const takePlain: typeof take = (request, response) => {
    if (!plain?.(request, response)) take(request, response)
  }
  const { idleTimeout, ...options } = { ...LIMITS, ...limits }
  const secure =
    tls && createTlsServer({ ...options, ...tls, handshakeTimeout: options.headersTimeout }, take)
  const open = secure && !plain ? null : createServer(options, takePlain)
  const speaking = [secure, open].filter((one) => one !== null)
  for (const one of speaking) {
    one.timeout = idleTimeout
    one.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
      const kind = refuse(error, socket, security)
      if (kind) metrics.refused(kind)
    })
  }
  const server: Server = secure && open ? inFrontOf(secure, open, options.headersTimeout) : speaking[0]!
  server.maxConnections = MAX_CONNECTIONS
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    metrics.connected(1)
    socket.once('close', () => {
      sockets.delete(socket)
      metrics.connected(-1)
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, ...(host === null ? {} : { host }) }, resolve)
  })
  const address = server.address() as AddressInfo
  return {
    host: address.address,
    port: address.port,
    renew: ({ cert, key }) => secure?.setSecureContext({ cert, key }),
    stop: (deadlineMs) => stop(server, sockets, running, deadlineMs),
  }
}

/** The first byte of a TLS handshake (RFC 8446 5.1); no HTTP request begins with it. */
const HANDSHAKE = 22

/**
 * One port for https and http: the first byte of a connection tells which of the two it is for.
 *
 * @param withinMs a connection that says nothing for so long is let go
 */
function inFrontOf(secure: Server, open: Server, withinMs: number): Server {
  const front = createFront({ noDelay: true }, (socket) => {
    const fail = () => socket.destroy()
    socket.setTimeout(withinMs, fail)
    socket.once('error', fail)
    socket.once('readable', () => {
      const first = socket.read() as Buffer | null
      if (first === null) return
      socket.off('error', fail).off('timeout', fail).setTimeout(0)
      socket.unshift(first)
      ;(first[0] === HANDSHAKE ? secure : open).emit('connection', socket)
    })
  })
  // The two never listen themselves; with this they look after slow clients as if they did, until they are closed.
  front.once('listening', () => [secure, open].forEach((one) => one.emit('listening')))
  front.once('close', () => [secure, open].forEach((one) => one.close()))
  return front
}

const PROBLEM_HEADERS = {
  'content-type': 'application/problem+json',
  'cache-control': 'no-store',
  connection: 'close',
}

/**
 * What Node's parser refuses never reaches the API; it is answered here, on the bare socket.
 *
 * @returns the problem that was told; null where nobody listens any more
 */
function refuse(error: NodeJS.ErrnoException, socket: Socket, security: Headers): ProblemKind | null {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return null
  }
  const kinds: Readonly<Record<string, [ProblemKind, string]>> = {
    HPE_HEADER_OVERFLOW: ['headers-too-large', 'address and headers together may have 16 KB'],
    ERR_HTTP_REQUEST_TIMEOUT: [
      'too-slow',
      'the whole request must arrive within a minute, its headers within 15 s',
    ],
  }
  const [kind, detail] = kinds[error.code ?? ''] ?? [
    'bad-request',
    'this is no HTTP request that can be read',
  ]
  const body = JSON.stringify(problemBody(kind, detail))
  const headers = { ...security, ...PROBLEM_HEADERS, 'content-length': Buffer.byteLength(body) }
  const status = problemStatus(kind)
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head.join('\r\n')}\r\n\r\n${body}`)
  return kind
}

/** Over TLS a request has another socket than the connection beneath; the peer is the same. */
const peerOf = ({ remoteAddress, remotePort }: Socket) => `${remoteAddress} ${remotePort}`

/**
 * Takes no new connection, lets running requests end, and lets everybody else go at once: whoever is silent or has sent
 * half a request must not hold up the stop.
 */
async function stop(
  server: Server,
  sockets: ReadonlySet<Socket>,
  running: ReadonlyMap<string, number>,
  deadlineMs: number,
): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  const letGo = (isDue: (socket: Socket) => boolean) => {
    for (const socket of sockets) if (isDue(socket)) socket.destroy()
  }
  const isFree = (socket: Socket) => !running.has(peerOf(socket))
  letGo(isFree)
  // A connection whose answer ends after the close would otherwise be kept for the next request.
  const idle = setInterval(() => letGo(isFree), STOP_CHECK_MS)
  const late = setTimeout(() => letGo(() => true), deadlineMs)
  await closed
  clearInterval(idle)
  clearTimeout(late)
}
