/**
 * Coinbase Exchange's public WebSocket protocol over the simulated markets: subscribe and unsubscribe, a ticker for each
 * trade (here: each second with one), a heartbeat each second, errors in the service's words; and its faults on demand.
 */
import type { Server } from 'node:http'
import { WebSocketServer, type WebSocket } from 'ws'
import type { Exchange, Tick } from './exchange.ts'
import { SOCKET_FAULTS, type Faults } from './faults.ts'
import { thousandfold } from './faulty-rows.ts'

interface Parts {
  readonly exchange: Pick<Exchange, 'tick'>
  readonly faults: Faults
  readonly now: () => number
}

const CHANNELS = ['ticker', 'heartbeat'] as const
type Channel = (typeof CHANNELS)[number]
type Subscriptions = Readonly<Record<Channel, Set<string>>>

const TICK_MS = 1000
/** Who subscribes to nothing within so long is sent away, as at the real service. */
const SUBSCRIBE_WITHIN_MS = 5000
const LARGEST_REQUEST_BYTES = 64 * 1024
const FLOOD_FRAMES = 20_000
const GIANT_CHARACTERS = 8 * 1024 * 1024
const HANDSHAKE = ['socket-refuse'] as const
const SILENT = ['socket-silent'] as const
const WHILE_OPEN = SOCKET_FAULTS.filter((kind) => kind !== 'socket-refuse')

/** Takes the upgrades of this server. */
export function serveSocket(server: Server, parts: Parts): void {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: LARGEST_REQUEST_BYTES })
  server.on('upgrade', (request, socket, head) => {
    if (parts.faults.draw('socket', 'socket handshake', HANDSHAKE)) return void socket.destroy()
    sockets.handleUpgrade(request, socket, head, (client) => new Connection(client, parts))
  })
  server.on('close', () => {
    for (const client of sockets.clients) client.terminate()
  })
}

class Connection {
  readonly #client: WebSocket
  readonly #parts: Parts
  readonly #subscribed: Subscriptions = { ticker: new Set(), heartbeat: new Set() }
  readonly #told = new Map<string, number>()
  #sequence = 0
  /** Nothing is told any more, though the connection stands. */
  #isSilent = false

  constructor(client: WebSocket, parts: Parts) {
    this.#client = client
    this.#parts = parts
    const ticking = setInterval(() => this.#second(), TICK_MS)
    const idle = setTimeout(() => {
      if (this.#products().size === 0 && !this.#isSilent) client.close(1008, 'no subscription')
    }, SUBSCRIBE_WITHIN_MS)
    client.on('message', (data) => this.#read(String(data)))
    client.on('error', () => client.terminate())
    client.on('close', () => {
      clearInterval(ticking)
      clearTimeout(idle)
    })
  }

  #read(text: string): void {
    if (this.#parts.faults.draw('socket', 'socket request', SILENT)) this.#isSilent = true
    if (this.#isSilent) return
    let message: unknown
    try {
      message = JSON.parse(text)
    } catch {
      return this.#refuse('Malformed JSON', null)
    }
    const { type, product_ids, channels } = (message ?? {}) as Record<string, unknown>
    if (type !== 'subscribe' && type !== 'unsubscribe')
      return this.#refuse('Failed to subscribe', 'Type has to be either subscribe or unsubscribe')
    const wanted = readChannels(channels, product_ids)
    for (const [channel, products] of wanted) {
      if (!isChannel(channel)) return this.#refuse('Failed to subscribe', `${channel} is not a valid channel`)
      for (const id of products)
        if (this.#parts.exchange.tick(id, this.#parts.now()) === undefined)
          return this.#refuse('Failed to subscribe', `${id} is not a valid product`)
    }
    for (const [channel, products] of wanted as [Channel, string[]][])
      for (const id of products) {
        if (type === 'subscribe') this.#subscribed[channel].add(id)
        else this.#subscribed[channel].delete(id)
        if (channel === 'ticker') this.#told.delete(id)
      }
    this.#send({
      type: 'subscriptions',
      channels: CHANNELS.filter((name) => this.#subscribed[name].size > 0).map((name) => ({
        name,
        product_ids: [...this.#subscribed[name]],
        account_ids: null,
      })),
    })
    this.#tell((tick) => tick)
  }

  #second(): void {
    if (this.#isSilent || this.#products().size === 0) return
    const fault = this.#parts.faults.draw('socket', 'socket second', WHILE_OPEN)
    if (fault) return this.#misbehave(fault.kind)
    this.#tell((tick) => tick)
  }

  #misbehave(kind: (typeof WHILE_OPEN)[number]): void {
    switch (kind) {
      case 'socket-silent':
        this.#isSilent = true
        return
      case 'socket-drop':
        return this.#client.terminate()
      case 'socket-garbage':
        for (const text of [
          '',
          '{"type":"ticker"',
          '[]',
          'null',
          '{"type":"ticker","product_id":"BTC-USD","price":"NaN"}',
        ])
          this.#client.send(text)
        return this.#client.send(Buffer.from([0xff, 0xfe, 0x00]))
      case 'socket-giant':
        return this.#client.send(`{"type":"ticker","padding":"${'x'.repeat(GIANT_CHARACTERS)}"}`)
      case 'socket-flood': {
        const text = JSON.stringify({
          type: 'heartbeat',
          product_id: 'BTC-USD',
          last_trade_id: 1,
          sequence: 1,
        })
        for (let i = 0; i < FLOOD_FRAMES; i++) this.#client.send(text)
        return
      }
      case 'socket-lie':
        this.#told.clear()
        return this.#tell((tick) => ({ ...tick, price: thousandfold(tick.price) }))
    }
  }

  /** What is new since it was told last, and the heartbeats. */
  #tell(change: (tick: Tick) => Tick): void {
    const nowMs = this.#parts.now()
    for (const id of this.#products()) {
      const tick = this.#parts.exchange.tick(id, nowMs)
      if (!tick) continue
      if (this.#subscribed.ticker.has(id) && this.#told.get(id) !== tick.tradeId) {
        this.#told.set(id, tick.tradeId)
        this.#send(tickerFrame(id, change(tick), ++this.#sequence))
      }
      if (this.#subscribed.heartbeat.has(id))
        this.#send({
          type: 'heartbeat',
          last_trade_id: tick.tradeId,
          product_id: id,
          sequence: ++this.#sequence,
          time: new Date(nowMs).toISOString(),
        })
    }
  }

  #products(): Set<string> {
    return this.#subscribed.ticker.union(this.#subscribed.heartbeat)
  }

  #refuse(message: string, reason: string | null): void {
    this.#send({ type: 'error', message, ...(reason === null ? {} : { reason }) })
  }

  #send(message: object): void {
    this.#client.send(JSON.stringify(message))
  }
}

function isChannel(name: string): name is Channel {
  return (CHANNELS as readonly string[]).includes(name)
}

/** Channels are names, for which the products of the message count, or objects with products of their own. */
function readChannels(channels: unknown, products: unknown): [string, string[]][] {
  const ids = (value: unknown) => (Array.isArray(value) ? value.map(String) : [])
  return (Array.isArray(channels) ? (channels as unknown[]) : []).map((channel) => {
    if (typeof channel !== 'object' || channel === null) return [String(channel), ids(products)]
    const { name, product_ids: own } = channel as { name?: unknown; product_ids?: unknown }
    return [String(name), ids(own ?? products)]
  })
}

function tickerFrame(id: string, tick: Tick, sequence: number): object {
  return {
    type: 'ticker',
    sequence,
    product_id: id,
    price: tick.price,
    open_24h: tick.price,
    volume_24h: '0',
    low_24h: tick.price,
    high_24h: tick.price,
    volume_30d: '0',
    best_bid: tick.bid,
    best_bid_size: tick.size,
    best_ask: tick.ask,
    best_ask_size: tick.size,
    side: 'buy',
    time: new Date(tick.atMs).toISOString(),
    trade_id: tick.tradeId,
    last_size: tick.size,
  }
}
