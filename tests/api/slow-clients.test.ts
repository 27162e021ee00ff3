/**
 * Clients that are slow, silent or many, with shorter times than real ones are given: each is let go, memory stays
 * bounded, and others are answered meanwhile.
 */
import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { MINUTE_MS } from '../../core/time/interval.ts'
import type { MarketId } from '../../core/market.ts'
import { closed, expectRawProblem, readAnswer, requestText } from './raw.ts'
import { ADMIN_TOKEN, addMarket, NOW_MS, readAll, serveArchive, type TestServer } from './serve.ts'

const LIMITS = {
  headersTimeout: 400,
  requestTimeout: 800,
  connectionsCheckingInterval: 50,
  idleTimeout: 600,
}
const MANY = 2_000

let server: TestServer
let bitcoin: MarketId
const sockets = new Set<Socket>()

beforeAll(async () => {
  server = await serveArchive({ limits: LIMITS })
  bitcoin = await addMarket(server.archive, 'coinbase:BTC-USD')
})
afterEach(() => {
  for (const socket of sockets) socket.destroy()
  sockets.clear()
})
afterAll(() => server.stop())

/** A connection that keeps all it hears. */
async function open(port = server.port): Promise<{ socket: Socket; heard: () => string }> {
  const socket = connect(port, '127.0.0.1')
  let text = ''
  socket.on('data', (part: Buffer) => (text += part.toString()))
  socket.on('error', () => {})
  sockets.add(socket)
  await once(socket, 'connect')
  return { socket, heard: () => text }
}

/** Writes one byte after the other until the server has had enough. */
async function drip(socket: Socket, bytes: string): Promise<void> {
  let at = 0
  const timer = setInterval(() => socket.write(bytes[at++ % bytes.length]!), 20)
  await closed(socket)
  clearInterval(timer)
}

async function expectOthersAreServed(): Promise<void> {
  for (const path of ['/up', '/api/v1/markets', '/api/v1/sync']) {
    const answer = await fetch(server.url + path)
    expect(answer.status).toBe(200)
    await answer.arrayBuffer()
  }
}

describe('slow clients', () => {
  test('headers byte by byte (slowloris), a hundred at once: 408, and others are served', async () => {
    const clients = await Promise.all(Array.from({ length: 100 }, () => open()))
    const ends = clients.map(({ socket }) => {
      socket.write('GET /up HTTP/1.1\r\nhost: x\r\n')
      return drip(socket, 'x: y\r\n')
    })
    await expectOthersAreServed()
    await Promise.all(ends)
    for (const { heard } of clients) expectRawProblem(readAnswer(heard()), 408, '15 s')
  })

  test.each([
    ['announced', { 'content-length': '1000' }, ' '],
    ['in chunks', { 'transfer-encoding': 'chunked' }, '1\r\n \r\n'],
  ])('a body byte by byte (%s): 408, and others are served', async (_, how, bytes) => {
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json', ...how }
    const { socket, heard } = await open()
    socket.write(requestText('POST /api/v1/admin/markets', headers))
    const end = drip(socket, bytes)
    await expectOthersAreServed()
    await end
    expectRawProblem(readAnswer(heard()), 408, 'minute')
  })

  test('connections that never say anything are closed', async () => {
    const clients = await Promise.all(Array.from({ length: 200 }, () => open()))
    await expectOthersAreServed()
    await Promise.all(clients.map(({ socket }) => closed(socket)))
  })

  test('a client that vanishes in the middle of its request disturbs nobody', async () => {
    for (let i = 0; i < 20; i++) {
      const { socket } = await open()
      socket.write(requestText('POST /api/v1/admin/markets', { 'content-length': '1000' }, '{"id"'))
      socket.resetAndDestroy()
    }
    await expectOthersAreServed()
  })

  test('who stops reading a long answer is let go', async () => {
    await expectOthersAreServed()
    const before = await connections(server)
    const { socket } = await open()
    socket.pause()
    // Again and again on one connection, so that it is more than the buffers of both systems take.
    const asking = requestText('GET /api/docs/swagger-ui-bundle.js', { connection: 'keep-alive' })
    for (let i = 0; i < 10; i++) socket.write(asking)
    await until(async () => (await connections(server)) > before)
    await expectOthersAreServed()
    await until(async () => (await connections(server)) <= before)
  })
})

/** Sockets that the server has open, by its own figures. */
async function connections({ url }: TestServer): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(/^http_connections (\d+)$/m.exec(text)?.[1])
}

async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20))
}

describe('listeners of live events', () => {
  let many: TestServer
  beforeAll(async () => {
    many = await serveArchive()
    await addMarket(many.archive, bitcoin)
  })
  afterAll(() => many.stop())

  async function listen(since?: number): Promise<{ response: IncomingMessage; revisions: number[] }> {
    const headers = since === undefined ? {} : { 'last-event-id': String(since) }
    const sent = request(`${many.url}/api/v1/live`, { headers, agent: false })
    sent.end()
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    const revisions: number[] = []
    response.setEncoding('latin1')
    response.on('error', () => {})
    response.on('data', (text: string) => {
      for (const [, id] of text.matchAll(/^id: (\d+)$/gm)) revisions.push(Number(id))
    })
    return { response, revisions }
  }

  test(
    'two thousand hear every revision; one that never reads is dropped and resumes without loss',
    { timeout: 120_000 },
    async () => {
      const before = process.memoryUsage().rss
      const listeners: Awaited<ReturnType<typeof listen>>[] = []
      for (let i = 0; i < MANY; i += 100)
        listeners.push(...(await Promise.all(Array.from({ length: 100 }, () => listen()))))
      const deaf = await open(many.port)
      deaf.socket.pause()
      deaf.socket.write(requestText('GET /api/v1/live', { connection: 'keep-alive' }))
      await until(() => many.live.listeners === MANY + 1)
      const seen = await many.archive.headRevision()
      // Both ends live in this process: what one listener costs the server is less than half of it.
      expect((process.memoryUsage().rss - before) / MANY).toBeLessThan(200_000)

      const closeMinute = async (n: number) => {
        const at = NOW_MS - 40 * MINUTE_MS + n * MINUTE_MS
        await readAll(many.archive, bitcoin, '1m', at, at + MINUTE_MS)
      }
      for (let n = 0; n < 3; n++) await closeMinute(n)
      const head = await many.archive.headRevision()
      const expected = Array.from({ length: head - seen }, (_, i) => seen + 1 + i)
      await until(() => listeners.every(({ revisions }) => revisions.at(-1) === head))
      for (const { revisions } of listeners) expect(revisions).toEqual([seen, ...expected])
      for (const { response } of listeners) response.destroy()
      await until(() => many.live.listeners <= 1)

      const price = { market: bitcoin, atMs: NOW_MS, price: '1' }
      const samples = Array.from({ length: 5_000 }, () => price)
      for (let rounds = 0; many.live.listeners > 0; rounds++) {
        await many.archive.recordSamples(samples)
        expect(rounds).toBeLessThan(100)
      }
      expect(many.live.dropped).toBe(1)
      await closeMinute(3)
      const back = await listen(seen)
      const all = [...expected, await many.archive.headRevision()]
      await until(() => back.revisions.length >= all.length)
      expect(back.revisions).toEqual(all)
      back.response.destroy()
    },
  )
})

describe('a graceful stop', () => {
  test('a running request ends, who is silent or half done is let go at once, nothing new is taken', async () => {
    const own = await serveArchive()
    const silent = await open(own.port)
    const half = await open(own.port)
    half.socket.write('GET /up HTTP/1.1\r\nhost: x\r\n')
    const idle = await open(own.port)
    idle.socket.write(requestText('GET /up', { connection: 'keep-alive' }))
    await until(() => idle.heard().includes('"up"'))
    const running = await open(own.port)
    const body = '{"id":"bitcoin"}'
    const headers = {
      authorization: `Bearer ${ADMIN_TOKEN}`,
      'content-type': 'application/json',
      'content-length': String(body.length),
      connection: 'keep-alive',
      expect: '100-continue',
    }
    running.socket.write(requestText('POST /api/v1/admin/markets', headers, body.slice(0, 5)))
    // The server has begun to read it.
    await until(() => running.heard().includes('100 Continue'))
    const stopped = own.stop()
    await Promise.all([silent, half, idle].map(({ socket }) => closed(socket)))
    await expect(fetch(`${own.url}/up`)).rejects.toThrow()
    running.socket.write(body.slice(5))
    await closed(running.socket)
    expectRawProblem(readAnswer(running.heard().replace(/^HTTP\/1\.1 100.*?\r\n\r\n/s, '')), 400, 'no market')
    await stopped
  })
})
