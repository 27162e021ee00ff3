/**
 * Prices by WebSocket: one connection to a source with all markets on it. Whatever the socket does (silent, gone, lying in
 * form, flooding) ends in a typed refusal or a new connection after a pause; it decides nothing about what is likely.
 */
import { WebSocket } from 'ws'
import type { Logger } from 'pino'
import { parseMarketId, type MarketId } from '../../core/market.ts'
import type { Clock } from '../clock.ts'
import { backoffMs } from './backoff.ts'
import { LARGEST_FRAME, type Frame } from './frames.ts'

/** What a source's socket is like. */
export interface FeedDialect {
  /** How the socket names the product of an identifier. */
  productId(base: string, quote: string): string
  /** Between two messages to the source, by what it takes. */
  readonly talkMs: number
  /** Who tells nothing for so long is gone. */
  readonly idleMs: number
  subscribe(product: string): string
  unsubscribe(product: string): string
  read(text: string): Frame
}

/** Hears what the socket tells. */
export interface FeedListener {
  /** The newest trade of a followed market. `atMs`: by the source's clock, never in our future. */
  price(market: MarketId, price: string, atMs: number): void
  /** The price told last is still the newest one. */
  alive(market: MarketId): void
  /** A frame that is no news; null where it does not say of which followed market. */
  refused(market: MarketId | null, reason: string, raw: string): void
}

export interface FeedHealth {
  readonly isOpen: boolean
  /** What ended the last connection; null since prices come again. */
  readonly lastError: string | null
  /** null while it is connected, connecting, or has nothing to follow. */
  readonly nextTryMs: number | null
}

export interface FeedOptions {
  readonly source: string
  readonly url: string
  readonly dialect: FeedDialect
  readonly clock: Clock
  readonly log: Logger
  readonly random?: () => number
  /** Tests only. */
  readonly pauses?: Partial<Pauses>
}

interface Pauses {
  readonly handshakeMs: number
  readonly idleMs: number
  readonly firstBackoffMs: number
  readonly longestBackoffMs: number
  /** Who lived so long had no trouble in connecting. */
  readonly soundMs: number
}

const PAUSES: Omit<Pauses, 'idleMs'> = {
  handshakeMs: 10_000,
  firstBackoffMs: 1000,
  longestBackoffMs: 60_000,
  soundMs: 30_000,
}
/** Far beyond what hundreds of markets trade. */
const MOST_FRAMES_A_SECOND = 5000
/** A source's clock may be ahead by so much; what lies further ahead is refused. */
const CLOCK_TOLERANCE_MS = 60_000

export class PriceFeed {
  readonly #options: FeedOptions
  readonly #listener: FeedListener
  readonly #pauses: Pauses
  /** What is wanted, by product. */
  #wanted: ReadonlyMap<string, MarketId> = new Map()
  /** What this connection was asked for. */
  readonly #asked = new Set<string>()
  /** The trade of the price told last, by product. */
  readonly #trades = new Map<string, number>()
  #socket: WebSocket | null = null
  #idle: NodeJS.Timeout | null = null
  #talking: NodeJS.Timeout | null = null
  #waiting: NodeJS.Timeout | null = null
  #nextTryMs: number | null = null
  #failures = 0
  #lastError: string | null = null
  #isClosed = false
  /** Frames of the second that began then. */
  #second = { startMs: 0, frames: 0 }

  constructor(options: FeedOptions, listener: FeedListener) {
    this.#options = options
    this.#listener = listener
    this.#pauses = { ...PAUSES, idleMs: options.dialect.idleMs, ...options.pauses }
  }

  /** These markets and no others from now on; without any there is no connection. */
  follow(markets: readonly MarketId[]): void {
    this.#wanted = new Map(markets.map((market) => [this.#productId(market), market]))
    if (this.#isClosed) return
    if (markets.length === 0) this.#end()
    else if (!this.#socket && !this.#waiting) this.#connect()
    else this.#talk()
  }

  health(): FeedHealth {
    const isOpen = this.#socket?.readyState === WebSocket.OPEN
    return { isOpen, lastError: this.#lastError, nextTryMs: this.#nextTryMs }
  }

  close(): void {
    this.#isClosed = true
    this.#end()
  }

  #end(): void {
    if (this.#waiting) clearTimeout(this.#waiting)
    this.#waiting = this.#nextTryMs = null
    this.#leave()
  }

  #connect(): void {
    const { url } = this.#options
    const openedAt = performance.now()
    const socket = new WebSocket(url, {
      maxPayload: LARGEST_FRAME,
      // A compressed bomb would be opened before its size is known.
      perMessageDeflate: false,
      handshakeTimeout: this.#pauses.handshakeMs,
      headers: { 'user-agent': 'crypto-tracker' },
    })
    this.#socket = socket
    this.#second.frames = 0
    let reason = 'the connection was closed'
    socket.on('open', () => {
      this.#idle = setTimeout(() => {
        reason = `nothing was told for ${this.#pauses.idleMs / 1000} s`
        socket.terminate()
      }, this.#pauses.idleMs)
      this.#talk()
    })
    socket.on('message', (data, isBinary) => {
      if (this.#socket !== socket) return
      this.#idle?.refresh()
      if (this.#isFlooded()) {
        reason = `more than ${MOST_FRAMES_A_SECOND} frames in a second`
        socket.terminate()
        this.#leave()
        this.#failed(reason, openedAt)
      } else this.#take(isBinary ? null : String(data))
    })
    socket.on('error', (error) => (reason = error.message || error.name))
    socket.on('close', () => {
      if (this.#socket !== socket) return
      this.#leave()
      this.#failed(reason, openedAt)
    })
  }

  /** Forgets the connection; what it still says is nobody's. */
  #leave(): void {
    const socket = this.#socket
    this.#socket = null
    if (this.#idle) clearTimeout(this.#idle)
    if (this.#talking) clearTimeout(this.#talking)
    this.#idle = this.#talking = null
    this.#asked.clear()
    this.#trades.clear()
    socket?.terminate()
  }

  #failed(reason: string, openedAt: number): void {
    const { source, url, clock, log, random = Math.random } = this.#options
    const { firstBackoffMs, longestBackoffMs, soundMs } = this.#pauses
    this.#failures = performance.now() - openedAt >= soundMs ? 1 : this.#failures + 1
    const waitMs = backoffMs(this.#failures, firstBackoffMs, longestBackoffMs, random)
    this.#lastError = `${source}: no prices by WebSocket: ${reason} (${url})`
    log.debug(`${this.#lastError}; they are polled, and it is tried again in ${Math.ceil(waitMs / 1000)} s`)
    this.#nextTryMs = clock.now() + waitMs
    this.#waiting = setTimeout(() => {
      this.#waiting = this.#nextTryMs = null
      if (this.#wanted.size > 0) this.#connect()
    }, waitMs)
  }

  /** One product a message, since the source refuses a message whole for one product that it does not know. */
  #talk(): void {
    const socket = this.#socket
    if (this.#talking || socket?.readyState !== WebSocket.OPEN) return
    const message = this.#nextMessage()
    if (message === null) return
    socket.send(message)
    this.#talking = setTimeout(() => {
      this.#talking = null
      this.#talk()
    }, this.#options.dialect.talkMs)
  }

  #productId(market: MarketId): string {
    const { base, quote } = parseMarketId(market)
    return this.#options.dialect.productId(base, quote)
  }

  #nextMessage(): string | null {
    const { dialect } = this.#options
    for (const product of this.#asked) {
      if (this.#wanted.has(product)) continue
      this.#asked.delete(product)
      this.#trades.delete(product)
      return dialect.unsubscribe(product)
    }
    for (const product of this.#wanted.keys()) {
      if (this.#asked.has(product)) continue
      this.#asked.add(product)
      return dialect.subscribe(product)
    }
    return null
  }

  #isFlooded(): boolean {
    const now = performance.now()
    if (now - this.#second.startMs >= 1000) this.#second = { startMs: now, frames: 0 }
    return ++this.#second.frames > MOST_FRAMES_A_SECOND
  }

  /** @param text null for a frame of bytes */
  #take(text: string | null): void {
    if (text === null) return this.#listener.refused(null, 'a frame of bytes', '')
    const frame = this.#options.dialect.read(text)
    switch (frame.kind) {
      case 'ticker':
        return this.#takeTicker(frame, text)
      case 'heartbeat': {
        const market = this.#wanted.get(frame.product)
        const told = this.#trades.get(frame.product)
        // A heartbeat that knows of a later trade says that a price is missing.
        if (market && told !== undefined && frame.lastTradeId <= told) this.#listener.alive(market)
        return
      }
      case 'error':
        this.#lastError = `${this.#options.source}: its socket says: ${frame.message}`
        this.#options.log.debug(this.#lastError)
        return
      case 'refused': {
        const market = frame.product === null ? undefined : this.#wanted.get(frame.product)
        return this.#listener.refused(market ?? null, frame.reason, text)
      }
      case 'other':
        return
    }
  }

  #takeTicker({ product, price, atMs, tradeId }: Extract<Frame, { kind: 'ticker' }>, text: string): void {
    const market = this.#wanted.get(product)
    if (!market) {
      // One that was just given up may still be told.
      if (!this.#asked.has(product)) this.#listener.refused(null, 'a product that is not followed', text)
      return
    }
    const nowMs = this.#options.clock.now()
    if (atMs > nowMs + CLOCK_TOLERANCE_MS)
      return this.#listener.refused(market, `time ${new Date(atMs).toISOString()} lies in the future`, text)
    if (tradeId !== null) this.#trades.set(product, tradeId)
    this.#lastError = null
    this.#listener.price(market, price, Math.min(nowMs, atMs))
  }
}
