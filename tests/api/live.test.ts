import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MINUTE_MS } from '../../core/time/interval.ts'
import { isoSeconds } from '../../core/time/iso.ts'
import type { MarketId } from '../../core/market.ts'
import { expectRawProblem, talk } from './raw.ts'
import { addMarket, candleAt, NOW_MS, readAll, serveArchive, type TestServer } from './serve.ts'

let server: TestServer
let bitcoin: MarketId
let ether: MarketId
/** Only what has just closed is told live; what is backfilled reaches devices by the revision. */
let atMs = NOW_MS - 30 * MINUTE_MS

beforeAll(async () => {
  server = await serveArchive()
  bitcoin = await addMarket(server.archive, 'coinbase:BTC-USD')
  ether = await addMarket(server.archive, 'coinbase:ETH-USD')
})
afterAll(() => server.stop())

interface Event {
  readonly id: string | null
  readonly event: string
  readonly data: unknown
}

/** A listener that keeps what it hears, comments apart. */
class Listening implements AsyncDisposable {
  readonly events: Event[] = []
  readonly response: IncomingMessage
  #text = ''
  #heard: () => void = () => {}

  constructor(response: IncomingMessage) {
    this.response = response
    response.setEncoding('utf8')
    response.on('data', (text: string) => this.#take(text))
    response.on('error', () => {})
  }

  /** The first `count` events. */
  async first(count: number): Promise<Event[]> {
    while (this.events.length < count) await new Promise<void>((resolve) => (this.#heard = resolve))
    return this.events.slice(0, count)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.response.destroy()
  }

  #take(text: string): void {
    const blocks = (this.#text + text).split('\n\n')
    this.#text = blocks.pop()!
    for (const block of blocks) {
      const fields = new Map(
        block.split('\n').map((line) => {
          const colon = line.indexOf(': ')
          return [line.slice(0, colon), line.slice(colon + 2)]
        }),
      )
      const event = fields.get('event')
      if (!event) continue
      this.events.push({ id: fields.get('id') ?? null, event, data: JSON.parse(fields.get('data')!) })
    }
    this.#heard()
  }
}

async function listen(query = '', headers: Record<string, string> = {}): Promise<Listening> {
  const sent = request(`${server.url}/api/v1/live${query}`, { headers, agent: false })
  sent.end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  expect(response.statusCode).toBe(200)
  return new Listening(response)
}

/** Closes one more minute of the market; gives its start and the revision that it took. */
async function closeMinute(market: MarketId): Promise<{ startMs: number; revision: number }> {
  const startMs = atMs
  atMs += MINUTE_MS
  await readAll(server.archive, market, '1m', startMs, atMs)
  return { startMs, revision: await server.archive.headRevision() }
}

const candleEvent = (market: MarketId, { startMs, revision }: { startMs: number; revision: number }) => {
  const { open, high, low, close, volume } = candleAt(startMs)
  const candle = [isoSeconds(startMs), open, high, low, close, volume]
  return { id: null, event: 'candle', data: { market, interval: '1m', candle, revision } }
}
const revisionEvent = (revision: number) => ({ id: String(revision), event: 'revision', data: { revision } })

describe('live events', () => {
  test('a fresh listener learns the head, then candles, revisions and prices as they come', async () => {
    const head = await server.archive.headRevision()
    await using listener = await listen()
    expect(listener.response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
    await listener.first(1)
    const closed = await closeMinute(bitcoin)
    await server.archive.recordSamples([{ market: bitcoin, atMs: NOW_MS, price: '1.5' }])
    const price = { market: bitcoin, price: '1.5', as_of: isoSeconds(NOW_MS) }
    expect(await listener.first(4)).toEqual([
      revisionEvent(head),
      candleEvent(bitcoin, closed),
      revisionEvent(closed.revision),
      { id: null, event: 'price', data: price },
    ])
  })

  test('Last-Event-ID resumes candles and revisions without loss or repeat', async () => {
    const { revision: seen } = await closeMinute(bitcoin)
    const missed = [await closeMinute(bitcoin), await closeMinute(bitcoin)]
    await using listener = await listen('', { 'last-event-id': String(seen) })
    await listener.first(4)
    const next = await closeMinute(bitcoin)
    expect(await listener.first(6)).toEqual(
      [...missed, next].flatMap((closed) => [candleEvent(bitcoin, closed), revisionEvent(closed.revision)]),
    )
  })

  test('who is above the head, as after a restore, learns the head and syncs', async () => {
    const head = await server.archive.headRevision()
    await using listener = await listen('', { 'last-event-id': String(head + 1_000) })
    expect(await listener.first(1)).toEqual([revisionEvent(head)])
  })

  test('who asks for some markets hears only theirs, and every revision', async () => {
    const seen = await server.archive.headRevision()
    const missed = await closeMinute(bitcoin)
    await using listener = await listen(`?markets=${ether}`, { 'last-event-id': String(seen) })
    await listener.first(1)
    await server.archive.recordSamples([{ market: bitcoin, atMs: NOW_MS, price: '1' }])
    const other = await closeMinute(bitcoin)
    const own = await closeMinute(ether)
    expect(await listener.first(4)).toEqual([
      revisionEvent(missed.revision),
      revisionEvent(other.revision),
      candleEvent(ether, own),
      revisionEvent(own.revision),
    ])
  })

  test('who asks plainly, and is not routed, hears the same as who is', async () => {
    await using plain = await listen()
    await using routed = await listen(`?markets=${bitcoin},${ether}`)
    expect(await plain.first(1)).toEqual(await routed.first(1))
    const headersOf = ({ response }: Listening) => ({ ...response.headers, date: 'any' })
    expect(headersOf(plain)).toEqual(headersOf(routed))
  })

  test.each([
    ['no Host', 'connection: close'],
    ['a malformed Host', 'host: a b\r\nconnection: close'],
    ['an id that is no revision', 'host: x\r\nconnection: close\r\nlast-event-id: 1e3'],
  ])('%s is refused as on every route', async (_, headers) => {
    expectRawProblem(await talk(server.port, `GET /api/v1/live HTTP/1.1\r\n${headers}\r\n\r\n`), 400)
  })

  test('an id that is no revision is refused', async () => {
    const answer = await fetch(`${server.url}/api/v1/live`, { headers: { 'last-event-id': 'x' } })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ errors: [{ path: 'last-event-id' }] })
  })

  test('HEAD does not listen', async () => {
    const before = server.live.listeners
    expect((await fetch(`${server.url}/api/v1/live`, { method: 'HEAD' })).status).toBe(200)
    expect(server.live.listeners).toBe(before)
  })

  test('at the stop every listener is told, and the connections end', async () => {
    const own = await serveArchive()
    const sent = request(`${own.url}/api/v1/live`, { agent: false })
    sent.end()
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    const listener = new Listening(response)
    await listener.first(1)
    const ended = once(response, 'end')
    await own.stop()
    await ended
    expect(listener.events.at(-1)).toMatchObject({ event: 'bye' })
  })
})
