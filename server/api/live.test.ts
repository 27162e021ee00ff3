import { once } from 'node:events'
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { parseMarketId } from '../../core/market.ts'
import { createEvents, type Events } from '../archive/events.ts'
import { createLiveHub, type LiveHub } from './live.ts'

const { id: market } = parseMarketId('coinbase:BTC-USD')
let events: Events
let hub: LiveHub
let server: Server
let port: number

beforeEach(async () => {
  events = createEvents()
  hub = createLiveHub({ ...events, headRevision: async () => 7, eventsSince: async () => null })
  server = createServer((_, response) => void hub.attach(response, {}, null, null))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})
afterEach(() => {
  hub.close()
  server.close()
  server.closeAllConnections()
})

const tell = (price: string) => events.tellNow({ kind: 'price', sample: { market, atMs: 0, price } })
/** Gives sockets their turn. */
const turn = () => new Promise(setImmediate)

test('a listener that never reads is let go once a megabyte waits for it, and the others hear on', async () => {
  const sent = request({ port, host: '127.0.0.1', agent: false })
  sent.end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  let heard = 0
  response.on('data', (part: Buffer) => (heard += part.length))
  const deaf = connect(port, '127.0.0.1')
  deaf.pause()
  deaf.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
  while (hub.listeners < 2) await turn()

  const price = `1.${'1'.repeat(4_000)}`
  let told = 0
  while (hub.listeners > 1) {
    tell(price)
    told += price.length
    await turn()
    // The buffers of both systems come on top of the megabyte.
    expect(told).toBeLessThan(100_000_000)
  }
  expect(told).toBeGreaterThan(1_000_000)
  while (heard < told) await turn()
  expect(hub.listeners).toBe(1)
  deaf.destroy()
  response.destroy()
})

test('a listener to whom nothing is told hears a heartbeat that a browser passes on', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const quiet = createLiveHub({ ...events, headRevision: async () => 7, eventsSince: async () => null })
  server.removeAllListeners('request')
  server.on('request', (_, response: ServerResponse) => void quiet.attach(response, {}, null, null))
  const sent = request({ port, host: '127.0.0.1', agent: false })
  sent.end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  let text = ''
  response.on('data', (part: Buffer) => (text += part.toString()))
  while (!text.includes('"revision":7')) await turn()
  vi.advanceTimersByTime(15_000)
  while (!text.includes('event: heartbeat\ndata: {}\n\n')) await turn()
  quiet.close()
  vi.useRealTimers()
})

test('a round of prices larger than a megabyte reaches who reads, all of it or the markets wanted', async () => {
  const { id: other } = parseMarketId('coinbase:ETH-USD')
  const heard = { all: '', own: '' }
  server.removeAllListeners('request')
  server.on(
    'request',
    ({ url }, response) => void hub.attach(response, {}, url === '/own' ? new Set([other]) : null, null),
  )
  for (const name of ['all', 'own'] as const) {
    const sent = request({ port, host: '127.0.0.1', agent: false, path: `/${name}` })
    sent.end()
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    response.on('data', (part: Buffer) => (heard[name] += part.toString()))
  }
  while (!heard.all.includes('"revision":7') || !heard.own.includes('"revision":7')) await turn()
  for (let i = 0; i < 20_000; i++) {
    const sample = { market: i === 9_999 ? other : market, atMs: 0, price: String(i) }
    events.tellNow({ kind: 'price', sample })
  }
  while (!heard.all.includes('"19999"')) await turn()
  expect(heard.all.match(/^event: price$/gm)).toHaveLength(20_000)
  expect(heard.all.length).toBeGreaterThan(1_500_000)
  expect(heard.own.match(/"price":"\d+"/g)).toEqual(['"price":"9999"'])
  expect(hub.listeners).toBe(2)
})

test('one who goes away is forgotten', async () => {
  const sent = request({ port, host: '127.0.0.1', agent: false })
  sent.end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  expect(hub.listeners).toBe(1)
  response.destroy()
  while (hub.listeners > 0) await turn()
})

test('a revision that the replay had already is not told again when its event comes late', async () => {
  const sent = request({ port, host: '127.0.0.1', agent: false })
  sent.end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  let text = ''
  response.on('data', (part: Buffer) => (text += part.toString()))
  while (!text.includes('"revision":7')) await turn()
  for (const revision of [7, 8]) {
    events.expect(revision)
    events.tell(revision, [{ kind: 'revision', revision }])
  }
  while (!text.includes('"revision":8')) await turn()
  expect(text.match(/^id: \d+$/gm)).toEqual(['id: 7', 'id: 8'])
  response.destroy()
})
