/** CoinGecko from the source to the API, over real HTTP: a server that follows coins of a simulated one. */
import { mkdtemp, rm } from 'node:fs/promises'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/time/interval.ts'
import { isoSeconds } from '../../core/time/iso.ts'
import { readConfig } from '../../server/config.ts'
import { startServer, type RunningServer } from '../../server/main.ts'
import { createCoinGecko } from '../../simulator/coingecko.ts'
import { createCoinGeckoSimulator } from '../../simulator/coingecko-serve.ts'

const SEED = 'journey'
/** Some seconds before a minute closes; the clock stands there until the server runs. */
const START = Date.UTC(2024, 2, 14, 10, 20, 47)
const world = createCoinGecko({ seed: SEED, reachMs: null })

let folder: string
let simulator: Server
let server: RunningServer
let url: string
let sourceUrl: string

beforeAll(async () => {
  let begunMs: number | null = null
  const now = () => START + (begunMs === null ? 0 : Date.now() - begunMs)
  simulator = createCoinGeckoSimulator({ seed: SEED, reachMs: 365 * DAY_MS, now })
  await new Promise<void>((resolve) => simulator.listen(0, '127.0.0.1', resolve))
  sourceUrl = `http://127.0.0.1:${(simulator.address() as AddressInfo).port}`
  await spoil('captcha')
  folder = await mkdtemp(join(tmpdir(), 'crypto-tracker-coingecko-'))
  const config = readConfig({
    PORT: '0',
    DATA_DIR: folder,
    MARKETS: 'coingecko:bitcoin-usd,coingecko:ethereum-eur,coingecko:bitcoyn-usd',
    COINGECKO_URL: sourceUrl,
    COINGECKO_RPS: '100',
    SAMPLE_SECONDS: '5',
    ADMIN_TOKEN: 'a-token-of-more-than-24-characters',
  })
  server = await startServer(
    { ...config, sources: { coingecko: config.sources['coingecko']! }, appDir: join(folder, 'no-app') },
    { clock: { now }, log: pino({ level: 'silent' }) },
  )
  begunMs = Date.now()
  url = `http://127.0.0.1:${server.port}`
}, 60_000)

afterAll(async () => {
  await server?.stop()
  simulator.closeAllConnections()
  simulator.close()
  await rm(folder, { recursive: true, force: true })
})

const read = async <T>(path: string) =>
  (await (
    await fetch(url + path, { headers: { authorization: 'Bearer a-token-of-more-than-24-characters' } })
  ).json()) as T

/** The next answers are those that were seen in the wild; none may be taken, or keep the server from going on. */
const spoil = (...faults: string[]) =>
  fetch(`${sourceUrl}/simulator/faults`, { method: 'POST', body: JSON.stringify(faults) })

type Row = readonly [string, string, string, string, string, string | null]
const candles = async (market: string, interval: string) =>
  (await read<{ candles: Row[] }>(`/api/v1/markets/${market}/candles?interval=${interval}`)).candles

/** A slow start may miss the end of the first minute. */
const wait = { timeout: 100_000, interval: 200 }

test(
  'hours and days are read as far back as the plan goes, minutes are made of the samples taken here',
  { timeout: 120_000 },
  async () => {
    await vi.waitFor(async () => expect(await candles('coingecko:bitcoin-usd', '1d')).not.toEqual([]), wait)
    await spoil('server-error', 'truncated', 'missing-parameter', 'null-prices')
    await vi.waitFor(async () => {
      expect(await candles('coingecko:bitcoin-usd', '1d')).toHaveLength(364)
      expect((await candles('coingecko:bitcoin-usd', '1h')).length).toBeGreaterThan(60 * 24)
      expect(await candles('coingecko:bitcoin-usd', '1m')).not.toEqual([])
    }, wait)
    const [minute] = await candles('coingecko:bitcoin-usd', '1m')
    expect(Date.parse(minute![0]) % MINUTE_MS).toBe(0)
    expect(minute![5]).toBeNull()
    const oldest = (await candles('coingecko:bitcoin-usd', '1h'))[0]!
    const from = Date.parse(oldest[0]) / 1000
    const range = new URL(
      `${sourceUrl}/api/v3/coins/bitcoin/market_chart/range?vs_currency=usd&from=${from}&to=${from + 7200}`,
    )
    expect(world.answer(range, START).body).toContain(`,${oldest[4]}]`)
    const { samples } = await read<{ samples: number[] }>(
      '/api/v1/markets/coingecko:bitcoin-usd/candles?interval=1d',
    )
    expect(samples).toHaveLength(364)
    expect(Math.min(...samples)).toBeGreaterThanOrEqual(23)
    const hour = (await candles('coingecko:bitcoin-usd', '1h')).at(-1)!
    expect(hour[0]).toBe(isoSeconds(Math.floor(START / HOUR_MS) * HOUR_MS - HOUR_MS))
  },
)

test('every coin is priced by one call a sample, and the one that is not there is told apart with near names', async () => {
  const { markets } = await read<{ markets: { id: string; name: string; status: string }[] }>(
    '/api/v1/markets',
  )
  expect(markets).toMatchObject([
    { id: 'coingecko:bitcoin-usd', name: 'Bitcoin', status: 'live' },
    { id: 'coingecko:ethereum-eur', name: 'Ethereum', status: 'live' },
    { id: 'coingecko:bitcoyn-usd', status: 'unlisted' },
  ])
  const { unknown } = await read<{ unknown: { market: string; nearest: string[] }[] }>('/api/v1/admin/ingest')
  expect(unknown).toMatchObject([{ market: 'coingecko:bitcoyn-usd' }])
  expect(unknown[0]!.nearest).toContain('coingecko:bitcoin-usd')
  const { prices } = await vi.waitFor(async () => {
    const told = await read<{ prices: { market: string; price: string; as_of: string }[] }>('/api/v1/prices')
    // Samples, and not the close of the newest minute, which is as of its end.
    for (const { as_of: asOf } of told.prices) expect(Date.parse(asOf) % MINUTE_MS).not.toBe(0)
    return told
  }, wait)
  expect(prices.map(({ market }) => market)).toEqual(['coingecko:bitcoin-usd', 'coingecko:ethereum-eur'])
  for (const { market, price, as_of: asOf } of prices) {
    const [coin, quote] = market.slice(market.indexOf(':') + 1).split('-')
    expect(price).toBe(world.price(coin!, quote!, Date.parse(asOf)))
  }
  const asked = (await (await fetch(`${sourceUrl}/simulator/asked`)).json()) as string[]
  const priced = asked.filter((path) => path.includes('/simple/price'))
  // Also those at times when the candles of one of them were refused, or an answer came without prices.
  for (const path of priced)
    expect(new URL(path, sourceUrl).searchParams.get('ids')!.split(',').sort()).toEqual([
      'bitcoin',
      'ethereum',
    ])
})

test('a coin has its name, its symbol and its logo, which this server gives itself', async () => {
  const bitcoin = await vi.waitFor(async () => {
    const { markets } = await read<{ markets: { symbol?: string; logo?: string }[] }>('/api/v1/markets')
    expect(markets[0]!.logo).toBeDefined()
    return markets[0]!
  }, wait)
  expect(bitcoin).toMatchObject({ symbol: 'BTC', logo: '/api/v1/logos/bitcoin' })
  const logo = await fetch(url + bitcoin.logo!)
  expect(logo.headers.get('content-type')).toBe('image/png')
  expect(logo.headers.get('x-content-type-options')).toBe('nosniff')
  expect(logo.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect((await logo.bytes()).length).toBeGreaterThan(50)
  const again = { headers: { 'if-none-match': logo.headers.get('etag')! } }
  expect((await fetch(url + bitcoin.logo!, again)).status).toBe(304)
  expect((await fetch(`${url}/api/v1/logos/nobody`)).status).toBe(404)
  expect((await fetch(`${url}/api/v1/logos/..%2F..%2Fetc`)).status).toBe(400)
})

test('coins are found by name or symbol, each with its place by market capitalisation', async () => {
  const { markets } = await read<{ markets: object[] }>('/api/v1/admin/search?text=doge')
  expect(markets).toContainEqual({
    id: 'coingecko:dogecoin-usd',
    source: 'coingecko',
    base: 'dogecoin',
    quote: 'usd',
    name: 'Dogecoin',
    coin: 'Dogecoin',
    logo: '/api/v1/logos/dogecoin',
    symbol: 'DOGE',
    rank: 1,
    tick: null,
    active: true,
  })
})
