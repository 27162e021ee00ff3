/** From a few letters to a market that is read, over real HTTP: what the owner's phone asks when somebody adds a market. */
import { mkdtemp, rm } from 'node:fs/promises'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { readConfig } from '../../server/config.ts'
import { startServer, type RunningServer } from '../../server/main.ts'
import { createCoinGeckoSimulator } from '../../simulator/coingecko-serve.ts'
import { startSimulator, type RunningSimulator } from '../../simulator/start.ts'

const TOKEN = 'a-token-of-more-than-24-characters'

let folder: string
let exchange: RunningSimulator
let coingecko: Server
let server: RunningServer
let coingeckoUrl: string

beforeAll(async () => {
  exchange = await startSimulator(['--since', '2026-01-01T00:00:00Z'])
  coingecko = createCoinGeckoSimulator({ seed: '1', reachMs: null, now: () => Date.now() })
  await new Promise<void>((resolve) => coingecko.listen(0, '127.0.0.1', resolve))
  coingeckoUrl = `http://127.0.0.1:${(coingecko.address() as AddressInfo).port}`
  folder = await mkdtemp(join(tmpdir(), 'crypto-tracker-adding-'))
  const config = readConfig({
    PORT: '0',
    DATA_DIR: folder,
    MARKETS: 'coinbase:BTC-USD',
    COINBASE_URL: exchange.url,
    COINBASE_WS_URL: 'ws://127.0.0.1:9',
    COINBASE_RPS: '400',
    COINGECKO_URL: coingeckoUrl,
    COINGECKO_RPS: '100',
    BITSTAMP_URL: 'http://127.0.0.1:9',
    ADMIN_TOKEN: TOKEN,
  })
  const { coinbase, coingecko: coins, bitstamp } = config.sources
  const sources = { coinbase: coinbase!, coingecko: coins!, bitstamp: bitstamp! }
  server = await startServer(
    { ...config, sources, appDir: join(folder, 'no-app') },
    { log: pino({ level: 'silent' }) },
  )
}, 60_000)

afterAll(async () => {
  await server?.stop()
  await exchange?.stop()
  coingecko.closeAllConnections()
  coingecko.close()
  await rm(folder, { recursive: true, force: true })
})

interface Found {
  readonly markets: readonly { id: string; coin: string | null; logo?: string }[]
  readonly sources: readonly { source: string }[]
  readonly unanswered: readonly string[]
  readonly left_off: number
}

const ask = (path: string, init: RequestInit = {}) =>
  fetch(`http://127.0.0.1:${server.port}${path}`, {
    ...init,
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
  })
const read = async <T>(path: string) => (await (await ask(path)).json()) as T
const find = (text: string, source = '') =>
  read<Found>(`/api/v1/admin/search?${new URLSearchParams({ text, ...(source && { source }) })}`)
const market = async (id: string) =>
  read<{
    markets: { id: string; status: string; paused?: true; first: Record<string, string> }[]
    backfill: { market: string; wanted: number; done: number }[]
  }>(`/api/v1/markets?markets=${id}`)

test('the sources that can be searched are named, so that a device may ask each for itself', async () => {
  expect(await read('/api/v1/admin/sources')).toEqual({ sources: ['coinbase', 'coingecko', 'bitstamp'] })
  const refused = await ask('/api/v1/admin/search?text=btc&source=nobody')
  expect(refused.status).toBe(400)
  expect(((await refused.json()) as { detail: string }).detail).toContain('coinbase, coingecko, bitstamp')
})

test('a coin is found at an exchange and at CoinGecko, with its name and what the source has of it', async () => {
  const { markets, sources } = await find('doge', 'coinbase')
  expect(markets).toEqual([
    {
      id: 'coinbase:DOGE-USD',
      source: 'coinbase',
      base: 'DOGE',
      quote: 'USD',
      name: 'DOGE/USD',
      coin: 'Dogecoin',
      tick: '0.00001',
      active: true,
    },
  ])
  expect(sources).toEqual([
    {
      source: 'coinbase',
      intervals: ['1m', '1h', '1d'],
      sampled: false,
      since: '2015-01-01T00:00:00Z',
      reach_bars: null,
      reach_days: null,
    },
  ])
  const coins = await find('dogecoin usd', 'coingecko')
  expect(coins.markets).toMatchObject([
    { id: 'coingecko:dogecoin-usd', coin: 'Dogecoin', rank: 1, logo: '/api/v1/logos/dogecoin' },
  ])
  expect(coins.sources).toMatchObject([{ sampled: true, intervals: ['1h', '1d'] }])
  const logo = await ask('/api/v1/logos/dogecoin')
  expect(logo.headers.get('content-type')).toBe('image/png')
})

test('words of a pair find the pair, and a name finds what bears only its ticker', async () => {
  const ids = async (text: string) => (await find(text, 'coinbase')).markets.map(({ id }) => id)
  expect(await ids('btc eur')).toEqual(['coinbase:BTC-EUR'])
  expect(await ids('BTC/EUR')).toEqual(['coinbase:BTC-EUR'])
  expect(await ids('ethereum')).toEqual(['coinbase:ETH-USD', 'coinbase:ETH-EUR'])
  expect(await ids('nothing of this name')).toEqual([])
})

test('a source that does not answer is told, and the others are found all the same', async () => {
  const { markets, unanswered } = await find('pepe')
  expect(markets.map(({ id }) => id)).toContain('coinbase:PEPE-USD')
  expect(unanswered).toHaveLength(1)
  expect(unanswered[0]).toMatch(/^bitstamp/)
  expect((await ask('/api/v1/admin/search?text=pepe&source=bitstamp')).status).toBe(503)
})

test('what was found is added without asking its source again, and its days are there in seconds', async () => {
  await find('litecoin', 'coingecko')
  const asked = async () => ((await (await fetch(`${coingeckoUrl}/simulator/asked`)).json()) as []).length
  const before = await asked()
  const added = await ask('/api/v1/admin/markets', {
    method: 'POST',
    body: JSON.stringify({ id: 'coinbase:LTC-USD' }),
  })
  expect(added.status).toBe(201)
  expect(await asked()).toBe(before)
  await vi.waitFor(
    async () => expect((await market('coinbase:LTC-USD')).markets[0]!.first['1d']).toBeDefined(),
    { timeout: 60_000, interval: 200 },
  )
})

test('how far the history of one market is read can be asked for alone', async () => {
  const { markets, backfill } = await market('coinbase:LTC-USD')
  expect(markets.map(({ id }) => id)).toEqual(['coinbase:LTC-USD'])
  expect(backfill.map((one) => one.market)).toEqual(Array.from({ length: 3 }, () => 'coinbase:LTC-USD'))
  for (const { wanted, done } of backfill) expect(wanted).toBeGreaterThanOrEqual(done)
})

test('a paused market says so beside the word that older devices know, and goes on when it is added again', async () => {
  await ask('/api/v1/admin/markets/coinbase:LTC-USD/pause', { method: 'POST' })
  const paused = async () => (await market('coinbase:LTC-USD')).markets[0]!
  await vi.waitFor(
    async () => expect(await paused()).toMatchObject({ status: 'ended', paused: true }),
    30_000,
  )
  await ask('/api/v1/admin/markets', { method: 'POST', body: JSON.stringify({ id: 'coinbase:LTC-USD' }) })
  await vi.waitFor(async () => {
    const { status, paused: mark } = await paused()
    expect({ status, mark }).toEqual({ status: 'live', mark: undefined })
  }, 30_000)
})
