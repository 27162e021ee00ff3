/**
 * Thousands of markets on one source at its published limit: the real server reads a simulated Binance, whose one answer
 * of tickers tells all prices, and whose klines are one request a market. A listener hears how late each price and each
 * closed minute comes. BENCH_MARKETS, BENCH_MINUTES, BINANCE_RPS and BENCH_POSTGRES=1 change what is measured.
 */
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { createInterface } from 'node:readline'
import { MINUTE_MS, HOUR_MS } from '../../core/time/interval.ts'
import { readConfig } from '../../server/config.ts'
import { startSimulator } from '../../simulator/start.ts'
import { startPostgres } from '../../tests/database/postgres.ts'
import type { Measurement } from '../measurement.ts'
import { startServerProcess } from './child.ts'

const MARKETS = Number(process.env['BENCH_MARKETS'] ?? 10_000)
const MINUTES = Number(process.env['BENCH_MINUTES'] ?? 10)
/** Traded since so long before the start. */
const HISTORY_HOURS = 3
const ANSWERS = ['/api/v1/sync?since=0', '/api/v1/prices', '/api/v1/markets', '/metrics']
const LOOKS_A_MINUTE = 6
const WAIT_MS = 10 * MINUTE_MS

interface Delays {
  readonly p99: number
  readonly most: number
  readonly peakRss: number
}

export async function markets(): Promise<Measurement[]> {
  const { sampleSeconds, sources } = readConfig(process.env)
  const requestsPerSecond = sources['binance']!.requestsPerSecond!
  const since = new Date(Math.floor(Date.now() / HOUR_MS) * HOUR_MS - HISTORY_HOURS * HOUR_MS).toISOString()
  const simulator = await startSimulator([
    '--protocol',
    'binance',
    '--more',
    String(MARKETS),
    '--since',
    since,
  ])
  const postgres = process.env['BENCH_POSTGRES'] ? await startPostgres() : null
  const startedMs = performance.now()
  const server = await startServerProcess<{ url: string }>('markets-ours.ts', [
    simulator.url,
    String(MARKETS),
    String(requestsPerSecond),
    (await postgres?.createDatabase()) ?? '',
  ])
  const heard = await listen(server.facts.url)
  try {
    await until(() => heard.prices.size >= 0.99 * MARKETS, 'prices of 99 % of the markets')
    const readyS = (performance.now() - startedMs) / 1000
    heard.begin()
    server.child.send('begin')
    const requests = await requestsOf(simulator.url)
    const before = await server.usage()
    for (let looks = MINUTES * LOOKS_A_MINUTE; looks > 0; looks--) {
      await new Promise((resolve) => setTimeout(resolve, MINUTE_MS / LOOKS_A_MINUTE))
      heard.look()
    }
    const after = await server.usage()
    const answers = []
    for (const path of ANSWERS) answers.push(await ask(server.facts.url, path))
    server.child.send('delays')
    const [delays] = (await once(server.child, 'message')) as [Delays]
    const asked = (await requestsOf(simulator.url)) - requests
    const behindS = heard.behindS.sort((a, b) => a - b)
    const lateS = heard.priceGapsS.map((gap) => Math.max(0, gap - sampleSeconds)).sort((a, b) => a - b)
    const figure = (subject: string, value: number, unit: string, n: number): Measurement => ({
      name: 'markets',
      subject: `${MARKETS.toLocaleString('en-US')} markets: ${subject}`,
      value,
      unit,
      ratio_to: null,
      ratio: null,
      n,
    })
    return [
      figure('first price of 99 % after the start', readyS, 's', 1),
      figure('processor time', (after.cpuMs - before.cpuMs) / (MINUTES * MINUTE_MS), 'cores', MINUTES),
      figure('memory in use (heap and external)', after.memoryBytes / 1e6, 'MB', 1),
      figure('memory at the most (resident)', delays.peakRss / 1e6, 'MB', 1),
      figure('the loop held up, p99', delays.p99, 'ms', MINUTES),
      figure('the loop held up, at the most', delays.most, 'ms', MINUTES),
      figure(`a price later than its ${sampleSeconds} s, p50`, at(lateS, 0.5), 's', lateS.length),
      figure(`a price later than its ${sampleSeconds} s, p99`, at(lateS, 0.99), 's', lateS.length),
      figure('requests', asked / MINUTES / 60, 'a second', asked),
      figure('requests, of the limit', (100 * asked) / (MINUTES * 60 * requestsPerSecond), '%', asked),
      figure(
        `all markets once at ${requestsPerSecond} requests a second takes`,
        MARKETS / requestsPerSecond,
        's',
        MARKETS,
      ),
      figure('minutes of a market are behind, p50', at(behindS, 0.5), 's', behindS.length),
      figure('minutes of a market are behind, p99', at(behindS, 0.99), 's', behindS.length),
      ...answers.flatMap(({ path, ms, bytes }) => [
        figure(`${path} takes`, ms, 'ms', 1),
        figure(`${path}, gzip`, bytes / 1000, 'KB', 1),
      ]),
      figure('markets of which a minute was told', heard.minutes.size, 'markets', MARKETS),
    ]
  } finally {
    heard.end()
    await server.stop()
    await simulator.stop()
    await postgres?.stop()
  }
}

/** What a listener to everything hears. */
async function listen(url: string) {
  const prices = new Map<string, number>()
  const heard = {
    prices,
    /** End of the newest minute of each market. */
    minutes: new Map<string, number>(),
    priceGapsS: [] as number[],
    behindS: [] as number[],
    begin: () => {
      heard.priceGapsS.length = 0
    },
    look: () => {
      for (const endMs of heard.minutes.values()) heard.behindS.push((Date.now() - endMs) / 1000)
    },
    end: () => void response.destroy(),
  }
  const asked = get(`${url}/api/v1/live`, { agent: false })
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  let event = ''
  createInterface({ input: response }).on('line', (line) => {
    if (line.startsWith('event: ')) event = line.slice(7)
    if (!line.startsWith('data: ')) return
    if (event === 'price') {
      const { market } = JSON.parse(line.slice(6)) as { market: string }
      const before = prices.get(market)
      if (before !== undefined) heard.priceGapsS.push((Date.now() - before) / 1000)
      prices.set(market, Date.now())
    }
    if (event === 'candle') {
      const { market, interval, candle } = JSON.parse(line.slice(6)) as {
        market: string
        interval: string
        candle: [string]
      }
      if (interval !== '1m') return
      const endMs = Date.parse(candle[0]) + MINUTE_MS
      heard.minutes.set(market, Math.max(endMs, heard.minutes.get(market) ?? 0))
    }
  })
  response.on('error', () => {}) // Its end is ours.
  return heard
}

/** One after the other in the middle of ingest, as a client sees it. */
async function ask(url: string, path: string): Promise<{ path: string; ms: number; bytes: number }> {
  const from = performance.now()
  const asked = get(`${url}${path}`, { agent: false, headers: { 'accept-encoding': 'gzip' } })
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  let bytes = 0
  for await (const part of response as AsyncIterable<Buffer>) bytes += part.length
  if (response.statusCode !== 200) throw new Error(`${path}: answered ${response.statusCode}`)
  return { path, ms: performance.now() - from, bytes }
}

async function requestsOf(url: string): Promise<number> {
  return ((await (await fetch(`${url}/simulator/stats`)).json()) as { requests: number }).requests
}

async function until(holds: () => boolean, what: string): Promise<void> {
  const fromMs = performance.now()
  while (!holds()) {
    if (performance.now() - fromMs > WAIT_MS)
      throw new Error(`${what} did not come within ${WAIT_MS / 1000} s`)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

function at(sorted: readonly number[], share: number): number {
  return sorted.length === 0 ? NaN : sorted[Math.round(share * (sorted.length - 1))]!
}
