import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { WebSocketServer, type WebSocket } from 'ws'
import { parseMarketId, type MarketId } from '../../core/market.ts'
import { coinbase } from './coinbase.ts'
import { PriceFeed } from './feed.ts'

const NOW = Date.parse('2024-03-01T12:00:00Z')
const btc = parseMarketId('coinbase:BTC-USD').id
const eth = parseMarketId('coinbase:ETH-USD').id

const ticker = (change: object = {}) =>
  JSON.stringify({
    type: 'ticker',
    product_id: 'BTC-USD',
    price: '61168.13',
    time: '2024-03-01T11:59:59.5Z',
    trade_id: 7,
    ...change,
  })
const heartbeat = (lastTradeId: number) =>
  JSON.stringify({ type: 'heartbeat', product_id: 'BTC-USD', last_trade_id: lastTradeId })

/** A feed of two markets at a real server of WebSockets, and all that both have said. */
async function open(markets: readonly MarketId[] = [btc, eth]) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  const clients: WebSocket[] = []
  const asked: { type: string; product_ids: string[] }[] = []
  server.on('connection', (client) => {
    clients.push(client)
    client.on('message', (data) => asked.push(JSON.parse(String(data))))
  })
  const heard: unknown[][] = []
  const feed = new PriceFeed(
    {
      source: 'coinbase',
      url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
      dialect: coinbase.feed!,
      clock: { now: () => NOW },
      log: pino({ level: 'silent' }),
      random: () => 0,
      pauses: { idleMs: 200, handshakeMs: 200, firstBackoffMs: 20, longestBackoffMs: 100, soundMs: 10_000 },
    },
    {
      price: (...news) => heard.push(['price', ...news]),
      alive: (...news) => heard.push(['alive', ...news]),
      refused: (market, reason) => heard.push(['refused', market, reason]),
    },
  )
  feed.follow(markets)
  return {
    server,
    feed,
    clients,
    asked,
    heard,
    /** The connection of this number, once it has asked for everything. */
    async client(number: number): Promise<WebSocket> {
      await expect.poll(() => clients).toHaveLength(number)
      return clients[number - 1]!
    },
    async [Symbol.asyncDispose]() {
      feed.close()
      for (const client of server.clients) client.terminate()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

it('asks one socket for each market and tells their prices as text', async () => {
  await using opened = await open()
  const client = await opened.client(1)
  await expect.poll(() => opened.asked.map(({ product_ids: ids }) => ids)).toEqual([['BTC-USD'], ['ETH-USD']])
  client.send(ticker({ price: '61168.130' }))
  client.send(ticker({ product_id: 'ETH-USD', price: '0.000012345678901234567' }))
  await expect.poll(() => opened.heard).toHaveLength(2)
  expect(opened.heard).toEqual([
    ['price', btc, '61168.13', NOW - 500],
    ['price', eth, '0.000012345678901234567', NOW - 500],
  ])
  expect(opened.feed.health()).toEqual({ isOpen: true, lastError: null, nextTryMs: null })
})

it('subscribes and unsubscribes markets while it runs, and leaves when none is left', async () => {
  await using opened = await open([btc])
  await opened.client(1)
  await expect.poll(() => opened.asked).toHaveLength(1)
  opened.feed.follow([eth])
  await expect
    .poll(() => opened.asked.map(({ type, product_ids: [id] }) => `${type} ${id}`))
    .toEqual(['subscribe BTC-USD', 'unsubscribe BTC-USD', 'subscribe ETH-USD'])
  opened.feed.follow([])
  await expect.poll(() => opened.server.clients.size).toBe(0)
  opened.feed.follow([btc])
  await opened.client(2)
})

it('takes a heartbeat for a sign of life only while no later trade is missing', async () => {
  await using opened = await open()
  const client = await opened.client(1)
  for (const text of [
    heartbeat(6),
    ticker(),
    heartbeat(7),
    heartbeat(8),
    ticker({ trade_id: 8 }),
    heartbeat(8),
  ])
    client.send(text)
  await expect.poll(() => opened.heard).toHaveLength(4)
  expect(opened.heard.map(([kind]) => kind)).toEqual(['price', 'alive', 'price', 'alive'])
})

it.each<[string, string | Buffer, MarketId | null, RegExp]>([
  ['no JSON', '{"type":"ticker"', null, /no JSON/],
  ['bytes', Buffer.from([0xff, 0x00]), null, /bytes/],
  ['a product that nobody follows', ticker({ product_id: 'DOGE-USD' }), null, /not followed/],
  ['a price of null', ticker({ price: null }), btc, /null is no price/],
  ['a negative price', ticker({ price: '-1' }), btc, /is no price/],
  ['a price in the future', ticker({ time: '2024-03-02T12:00:00Z' }), btc, /lies in the future/],
])('refuses a frame with %s and goes on', async (_, frame, market, reason) => {
  await using opened = await open()
  const client = await opened.client(1)
  client.send(frame)
  client.send(ticker())
  await expect.poll(() => opened.heard).toHaveLength(2)
  expect(opened.heard).toEqual([
    ['refused', market, expect.stringMatching(reason)],
    ['price', btc, '61168.13', NOW - 500],
  ])
})

it.each<[string, (client: WebSocket) => void, RegExp]>([
  ['is silent', () => {}, /nothing was told for 0\.2 s/],
  ['drops', (client) => client.terminate(), /closed/],
  ['sends a giant frame', (client) => client.send('x'.repeat(1024 * 1024)), /Max payload size exceeded/],
  [
    'floods',
    (client) => {
      for (let i = 0; i < 6000; i++) client.send('{"type":"heartbeat"}')
    },
    /more than 5000 frames in a second/,
  ],
])('connects anew, with growing pauses, when the socket %s', async (_, misbehave, reason) => {
  await using opened = await open()
  misbehave(await opened.client(1))
  await expect.poll(() => opened.feed.health().lastError).toMatch(reason)
  const second = await opened.client(2)
  await expect.poll(() => opened.asked.filter(({ product_ids: [id] }) => id === 'BTC-USD')).toHaveLength(2)
  second.send(ticker())
  await expect.poll(() => opened.heard.at(-1)).toEqual(['price', btc, '61168.13', NOW - 500])
  expect(opened.feed.health().lastError).toBeNull()
})

it('goes on trying a socket that refuses to connect or never answers', async () => {
  const mute = createServer(() => {})
  mute.listen(0, '127.0.0.1')
  await once(mute, 'listening')
  const port = (mute.address() as AddressInfo).port
  const feed = new PriceFeed(
    {
      source: 'coinbase',
      url: `ws://127.0.0.1:${port}`,
      dialect: coinbase.feed!,
      clock: { now: () => NOW },
      log: pino({ level: 'silent' }),
      pauses: { handshakeMs: 50, firstBackoffMs: 10, longestBackoffMs: 10 },
    },
    { price: () => {}, alive: () => {}, refused: () => {} },
  )
  feed.follow([btc])
  await expect.poll(() => feed.health().lastError).toMatch(/handshake has timed out/)
  mute.close()
  await expect.poll(() => feed.health().lastError).toMatch(/ECONNREFUSED/)
  feed.close()
  expect(feed.health()).toMatchObject({ isOpen: false, nextTryMs: null })
})
