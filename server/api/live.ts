/**
 * Live events (server-sent). Each event of the archive becomes one frame, built once and written to every listener's
 * raw response. An `id` stands on the event that closes a revision only, so that `Last-Event-ID` resumes whole revisions.
 */
import type { ServerResponse } from 'node:http'
import type { MarketId } from '../../core/market.ts'
import type { LiveEvents } from '../../core/wire/api.ts'
import type { Archive, ArchiveEvent } from '../archive/types.ts'
import { isoSeconds } from '../../core/time/iso.ts'
import { candleAnswer } from './candle-answer.ts'

/** A listener that has not read this much beside the last round of prices is let go; it comes back with its `Last-Event-ID`. */
const MAX_UNREAD_BYTES = 1024 * 1024
const MAX_LISTENERS = 20_000
/** Events replayed to one that resumes; whoever missed more syncs. */
const MAX_REPLAY = 2_000
const MAX_SHARED_REPLAYS = 100
const HEARTBEAT_MS = 15_000
/** Named, since browsers show comments to nobody. */
const HEARTBEAT = frame('heartbeat', {}, null, null).bytes
const GREETING = Buffer.from('retry: 3000\n: crypto tracker\n\n')
const FAREWELL = Buffer.from('event: bye\ndata: {"reason":"the server stops"}\n\n')

interface Frame {
  readonly bytes: Buffer
  /** null: for everybody. */
  readonly market: MarketId | null
  /** null on a price, which is always the newest one and never replayed. */
  readonly revision: number | null
}

interface Listener {
  readonly response: ServerResponse
  /** null: every market. */
  readonly markets: ReadonlySet<MarketId> | null
  /** Frames that came while the replay is being read; null once it is written. */
  waiting: Frame[] | null
  /** The replay went up to here; the database may show a revision before its events are told. */
  upTo: number
}

interface Replay {
  readonly frames: readonly Frame[]
  readonly upTo: number
}

export interface LiveHub {
  /** False when no more listeners are taken. */
  readonly open: boolean
  readonly listeners: number
  /** Let go since the start, because they did not read. */
  readonly dropped: number
  /** Takes over a response whose head has not been sent. `since` is the last revision that the client has. */
  attach(
    response: ServerResponse,
    headers: Readonly<Record<string, string>>,
    markets: ReadonlySet<MarketId> | null,
    since: number | null,
  ): Promise<void>
  /** Tells every listener and ends. */
  close(): void
}

/** What the hub needs of the archive. */
export type EventSource = Pick<Archive, 'subscribe' | 'headRevision' | 'eventsSince'>

/** Follows the archive's events until closed. */
export function createLiveHub(archive: EventSource): LiveHub {
  const listeners = new Set<Listener>()
  let closed = false
  let dropped = 0
  // Prices told at the same moment: thousands of markets are one write to each listener, of bytes that all share.
  let round: Frame[] = []
  let roundBytes = 0

  const drop = (listener: Listener) => {
    listeners.delete(listener)
    listener.response.destroy()
  }
  const write = (listener: Listener, bytes: Buffer) => {
    listener.response.write(bytes)
    if (listener.response.writableLength <= MAX_UNREAD_BYTES + roundBytes) return
    dropped++
    drop(listener)
  }
  const deliver = (listener: Listener, frame: Frame) => {
    if (frame.market !== null && listener.markets?.has(frame.market) === false) return
    if (frame.revision !== null && frame.revision <= listener.upTo) return
    if (listener.waiting) listener.waiting.push(frame)
    else write(listener, frame.bytes)
  }
  const tellRound = () => {
    const frames = round
    round = []
    const all = together(frames)
    roundBytes = all.bytes.length
    for (const listener of listeners) {
      const { markets } = listener
      const own = markets && frames.filter(({ market }) => market !== null && markets.has(market))
      if (own?.length !== 0) deliver(listener, own ? together(own) : all)
    }
  }
  // After a restart thousands come back at once with the same last revision: they share one look into the database.
  const replays = new Map<string, Promise<Replay>>()
  const replaySince = (since: number | null) => {
    const key = String(since)
    const known = replays.get(key)
    if (known) return known
    const replay = readReplay(archive, since)
    if (replays.size < MAX_SHARED_REPLAYS) replays.set(key, replay)
    return replay
  }
  const unsubscribe = archive.subscribe((event) => {
    if (event.kind !== 'price') replays.clear()
    if (listeners.size === 0) return
    const frame = frameOf(event)
    if (event.kind === 'price') {
      if (round.push(frame) === 1) queueMicrotask(tellRound)
    } else for (const listener of listeners) deliver(listener, frame)
  })
  const heartbeat = setInterval(() => {
    for (const listener of listeners) write(listener, HEARTBEAT)
  }, HEARTBEAT_MS)
  heartbeat.unref()

  return {
    get open() {
      return !closed && listeners.size < MAX_LISTENERS
    },
    get listeners() {
      return listeners.size
    },
    get dropped() {
      return dropped
    },
    attach: async (response, headers, markets, since) => {
      // It waits from here on, so that no event falls between the replay and the first live one.
      const listener: Listener = { response, markets, waiting: [], upTo: -1 }
      listeners.add(listener)
      response.on('close', () => listeners.delete(listener))
      response.on('error', () => drop(listener))
      response.writeHead(200, {
        ...headers,
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      })
      write(listener, GREETING)
      try {
        const { frames, upTo } = await replaySince(since)
        const waiting = listener.waiting ?? []
        listener.waiting = null
        for (const frame of frames) deliver(listener, frame)
        listener.upTo = upTo
        for (const frame of waiting) deliver(listener, frame)
      } catch (error) {
        replays.clear()
        drop(listener)
        throw error
      }
    },
    close: () => {
      closed = true
      unsubscribe()
      clearInterval(heartbeat)
      for (const { response } of listeners) response.end(FAREWELL)
      listeners.clear()
    },
  }
}

/** What a listener missed: the events after `since`, or the head alone, on which it syncs. */
async function readReplay(archive: EventSource, since: number | null): Promise<Replay> {
  const head = await archive.headRevision()
  const events = since === null || since > head ? null : await archive.eventsSince(since, MAX_REPLAY)
  if (events === null) return { frames: [frameOf({ kind: 'revision', revision: head })], upTo: head }
  const frames = events.filter((event) => event.kind !== 'price').map(frameOf)
  return { frames, upTo: frames.at(-1)?.revision ?? since ?? head }
}

/** Prices as one frame. */
function together(frames: readonly Frame[]): Frame {
  if (frames.length === 1) return frames[0]!
  return { bytes: Buffer.concat(frames.map(({ bytes }) => bytes)), market: null, revision: null }
}

function frameOf(event: ArchiveEvent): Frame {
  switch (event.kind) {
    case 'price': {
      const { market, price, atMs } = event.sample
      return frame('price', { market, price, as_of: isoSeconds(atMs) }, market, null)
    }
    case 'candle': {
      const { market, interval, row, revision } = event
      return frame(
        'candle',
        {
          market,
          interval,
          candle: candleAnswer(row),
          ...(row.samples === undefined ? {} : { samples: row.samples }),
          revision,
        },
        market,
        revision,
      )
    }
    case 'revision':
      return frame('revision', { revision: event.revision }, null, event.revision)
  }
}

function frame<K extends keyof LiveEvents>(
  name: K,
  data: LiveEvents[K],
  market: MarketId | null,
  revision: number | null,
): Frame {
  const id = name === 'revision' ? `id: ${revision}\n` : ''
  return { bytes: Buffer.from(`${id}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`), market, revision }
}
