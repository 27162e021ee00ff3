import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { Flag } from '../../core/candle/columns.ts'
import { parseMarketId, type MarketId } from '../../core/market.ts'
import { HOUR_MS, MINUTE_MS, floorTo } from '../../core/time/interval.ts'
import { openArchive } from '../archive/open.ts'
import type { Archive } from '../archive/types.ts'
import { systemClock } from '../clock.ts'
import { openDatabase } from '../db/open.ts'
import { coinbase } from '../providers/coinbase.ts'
import { ExchangeProvider } from '../providers/exchange.ts'
import { defaultSettling } from '../settling.ts'
import { sliceStart } from './slice.ts'
import { startIngest } from './start.ts'

const btc = parseMarketId('coinbase:BTC-USD').id
const bad = parseMarketId('coinbase:BAD-USD').id
const old = parseMarketId('coinbase:OLD-USD').id
const LISTED = floorTo('1d', Date.now() - 4 * 24 * HOUR_MS)

/** A server of Coinbase's protocol over real sockets; `answer` may be exchanged while it runs. */
class Exchange {
  readonly paths: string[] = []
  answer = (url: URL, response: ServerResponse): void => {
    const send = (status: number, value: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    if (url.pathname === '/products')
      return void send(
        200,
        ['BTC-USD', 'BAD-USD', 'ETH-USD', 'DOGE-USD'].map((id) => ({
          id,
          quote_increment: '0.01',
          status: 'online',
        })),
      )
    if (url.pathname.startsWith('/products/BAD')) return void send(500, { message: 'broken' })
    if (url.pathname.endsWith('/ticker'))
      return void send(200, { price: '100.5', time: new Date().toISOString() })
    const step = Number(url.searchParams.get('granularity')) * 1000
    const rows: unknown[] = []
    const end = Math.min(Date.now(), Date.parse(url.searchParams.get('end')!))
    for (let start = Date.parse(url.searchParams.get('start')!); start <= end; start += step)
      if (start >= LISTED) rows.unshift([start / 1000, 99.5, 101, 100, 100.5, 12.25])
    send(200, rows)
  }
  readonly #server = createServer((request, response) => {
    const url = new URL(request.url!, 'http://exchange')
    this.paths.push(request.url!)
    this.answer(url, response)
  })

  async listen(port: number): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve))
    return (this.#server.address() as AddressInfo).port
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

let folder: string
let archive: Archive

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ingest-'))
  const database = await openDatabase({ dataDir: folder, databaseUrl: null })
  archive = await openArchive(database, {
    clock: systemClock,
    settling: defaultSettling,
    sampleSeconds: 5,
    simulated: true,
    rawDays: 30,
  })
})

afterAll(async () => {
  await archive.close()
  await rm(folder, { recursive: true })
})

async function track(...ids: MarketId[]) {
  for (const id of ids) {
    const { source, base, quote } = parseMarketId(id)
    const status = 'live' as const
    await archive.putMarket({ id, source, base, quote, name: base, tick: null, status, minutesFromMs: null })
  }
}

function run(port: number, from: Archive = archive) {
  const lines: { level: number; msg: string }[] = []
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) })
  const provider = new ExchangeProvider(coinbase, {
    baseUrl: `http://127.0.0.1:${port}`,
    feedUrl: null,
    requestsPerSecond: 200,
    keepRaw: () => {},
    clock: systemClock,
    log,
  })
  const ingest = startIngest({
    archive: from,
    providers: [provider],
    clock: systemClock,
    sampleSeconds: 5,
    settling: defaultSettling,
    minuteDays: 2,
    log,
  })
  return { ingest, said: (text: string) => lines.filter(({ msg }) => msg.includes(text)).length }
}

it('says once that its source cannot be reached, goes on by itself, and lets no market hold up another', async () => {
  const first = new Exchange()
  const port = await first.listen(0)
  await first.close()
  await track(btc, bad, old)
  const { ingest, said } = run(port)
  await expect.poll(() => said('npm run demo')).toBe(1)
  // Some more failures, and not a word more.
  await vi.waitFor(() => expect(ingest.status().sources[0]!.failures).toBeGreaterThan(3), { timeout: 20_000 })
  expect(said('npm run demo')).toBe(1)

  const exchange = new Exchange()
  await exchange.listen(port)
  await vi.waitFor(() => expect(said('coinbase answers again')).toBe(1), { timeout: 60_000 })
  const wanted = sliceStart('1m', Date.now() - 47 * HOUR_MS)
  await vi.waitFor(
    async () => {
      const rows = await archive.candles(btc, '1m', wanted, Date.now(), 10_000)
      expect(rows.length).toBe((floorTo('1m', Date.now() - 5000) - wanted) / MINUTE_MS)
    },
    { timeout: 60_000, interval: 500 },
  )
  const prices = await archive.prices(Date.now())
  expect(prices.find(({ market }) => market === btc)).toMatchObject({ price: '100.5', freshness: 'live' })

  const status = ingest.status()
  expect(status.unknown).toEqual([
    {
      market: old,
      reason: 'coinbase does not list it',
      nearest: expect.arrayContaining(['coinbase:BAD-USD']),
      told: expect.objectContaining({ code: 'not-listed', source: 'coinbase', market: old }),
    },
  ])
  expect(status.markets.find(({ market }) => market === bad)?.lastError).toContain('answered 500: "broken"')
  expect(said('coinbase:OLD-USD')).toBe(1)
  await ingest.stop()
  await exchange.close()
})

it('reads again what was marked as unread, and follows a market that was added, once it is woken', async () => {
  const exchange = new Exchange()
  const port = await exchange.listen(0)
  await archive.removeMarket(bad, true)
  const head = sliceStart('1d', Date.now())
  // By what is kept of readings and not by the questions: a source is also asked for a slice to see that it is alive.
  const readAtMs = async () => {
    const slices = await archive.coverage()
    return slices.find((of) => of.market === btc && of.interval === '1d' && of.fromMs === head)!.lastReadMs
  }
  const beforeMs = await readAtMs()
  const { ingest } = run(port)
  await vi.waitFor(() => expect(exchange.paths.length).toBeGreaterThan(3), { timeout: 20_000 })
  expect(await readAtMs()).toBe(beforeMs)
  await archive.markUnread(btc, LISTED)
  const eth = parseMarketId('coinbase:ETH-USD').id
  await track(eth)
  ingest.wake()
  await vi.waitFor(async () => expect(await readAtMs()).toBeGreaterThan(beforeMs), { timeout: 20_000 })
  await vi.waitFor(
    async () => expect(await archive.candles(eth, '1d', LISTED, Date.now(), 10)).toHaveLength(4),
    {
      timeout: 20_000,
    },
  )
  await ingest.stop()
  await exchange.close()
})

it('takes a market that is purged while the source is asked for it as no failure', async () => {
  const exchange = new Exchange()
  const port = await exchange.listen(0)
  const doge = parseMarketId('coinbase:DOGE-USD').id
  const answer = exchange.answer
  const held: (() => void)[] = []
  exchange.answer = (url, response) => {
    if (url.pathname === '/products/DOGE-USD/candles') held.push(() => answer(url, response))
    else answer(url, response)
  }
  await track(doge)
  const { ingest, said } = run(port)
  await vi.waitFor(() => expect(held.length).toBeGreaterThan(0), { timeout: 20_000 })
  await archive.removeMarket(doge, true)
  ingest.wake()
  exchange.answer = answer
  for (const send of held) send()
  await vi.waitFor(() => expect(ingest.status().sources[0]!.pending).toBe(0), { timeout: 20_000 })
  await ingest.stop()
  expect(said('failed, it is tried again')).toBe(0)
  await exchange.close()
})

it('waits before it asks a broken database again', async () => {
  const broken = Object.create(archive, {
    coverage: {
      value: async () => {
        await turn()
        throw new Error('connection refused')
      },
    },
  }) as Archive
  const { ingest, said } = run(9, broken)
  await expect.poll(() => said('cannot be read')).toBeGreaterThan(0)
  // A stop does not wait for the next try.
  await ingest.stop()
  expect(said('cannot be read, trying again in 5 s')).toBe(1)
})

it('reads the candles of a market whose price the source refuses', async () => {
  const exchange = new Exchange()
  const port = await exchange.listen(0)
  const answer = exchange.answer
  exchange.answer = (url, response) => {
    if (url.pathname === '/products') {
      const list = ['BTC-USD', 'SOL-USD'].map((id) => ({ id, quote_increment: '0.01', status: 'online' }))
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(list))
    } else if (url.pathname === '/products/SOL-USD/ticker')
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"message":"NotFound"}')
    else answer(url, response)
  }
  const sol = parseMarketId('coinbase:SOL-USD').id
  await track(sol)
  const { ingest, said } = run(port)
  try {
    await vi.waitFor(() => expect(said('SOL-USD/ticker')).toBe(1), { timeout: 20_000 })
    expect(ingest.status().markets.find(({ market }) => market === sol)?.heldUntilMs).toBeNull()
    await vi.waitFor(
      async () =>
        expect((await archive.candles(sol, '1h', LISTED, Date.now(), 1000)).length).toBeGreaterThanOrEqual(
          96,
        ),
      { timeout: 30_000 },
    )
  } finally {
    await ingest.stop()
    await exchange.close()
  }
})

it('stores a wild candle that its source gives twice, flagged, and no other that it gives once', async () => {
  const exchange = new Exchange()
  const port = await exchange.listen(0)
  const answer = exchange.answer
  const steady = LISTED + 24 * HOUR_MS
  const once = LISTED + 25 * HOUR_MS
  let asked = 0
  exchange.answer = (url, response) => {
    const send = (value: unknown) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    if (url.pathname === '/products')
      return void send([{ id: 'LTC-USD', quote_increment: '0.01', status: 'online' }])
    if (url.searchParams.get('granularity') !== '3600') return answer(url, response)
    const wild = [steady, ...(asked++ === 0 ? [once] : [])]
    const rows: unknown[] = []
    for (
      let start = Date.parse(url.searchParams.get('start')!);
      start < Date.now() - HOUR_MS;
      start += HOUR_MS
    )
      if (start >= LISTED && start <= Date.parse(url.searchParams.get('end')!))
        rows.unshift([start / 1000, 99.5, wild.includes(start) ? 101_000 : 101, 100, 100.5, 12.25])
    send(rows)
  }
  const ltc = parseMarketId('coinbase:LTC-USD').id
  await track(ltc)
  const { ingest } = run(port)
  try {
    await vi.waitFor(
      async () => {
        const hours = await archive.candles(ltc, '1h', LISTED, LISTED + 48 * HOUR_MS, 100)
        expect(hours).toHaveLength(48)
        expect(hours.filter(({ high }) => high === '101000')).toMatchObject([
          { startMs: steady, flags: Flag.suspicious },
        ])
        expect(hours.find(({ startMs }) => startMs === once)?.high).toBe('101')
      },
      { timeout: 30_000 },
    )
  } finally {
    await ingest.stop()
    await exchange.close()
  }
})
