/**
 * Whether each source answers, and how far this machine's clock is from theirs. Where a server runs, its own last answers
 * tell, so that nothing is asked beside its limiter; else each source is asked once.
 */
import { pino } from 'pino'
import { systemClock } from '../clock.ts'
import type { Config, SourceConfig } from '../config.ts'
import { parseMarketId } from '../../core/market.ts'
import { CoinGeckoProvider } from '../providers/coingecko.ts'
import { readJson, request } from '../providers/transport.ts'
import type { LastAnswer, ProviderHealth } from '../providers/types.ts'
import { fault, ok, reasonOf, warning, type Finding } from './finding.ts'
import type { ServerStatus } from './server-status.ts'

/** A small answer of each source. */
const PROBES: Readonly<Record<string, string>> = {
  coinbase: '/products/BTC-USD/ticker',
  kraken: '/0/public/Time',
  binance: '/api/v3/time',
  bitstamp: '/api/v2/ticker/btcusd/',
}

/** A Date header has whole seconds, and an answer takes its time. */
const CLOCK_OK_MS = 5_000
const CLOCK_FAULT_MS = 60_000

interface Asked {
  readonly finding: Finding
  readonly answer: LastAnswer | null
}

export async function checkSources(
  config: Config,
  server: ServerStatus | Error | null,
): Promise<readonly Finding[]> {
  const isTelling = server !== null && !(server instanceof Error)
  const asked = await Promise.all(
    isTelling
      ? server.sources.map(told)
      : ofMarkets(config).map(([source, place]) =>
          source === 'coingecko'
            ? askCoinGecko(place)
            : ask(source, place.baseUrl ?? '', place.requestsPerSecond),
        ),
  )
  return [...asked.map(({ finding }) => finding), checkClock(asked)]
}

/** The sources that the settings follow, as far as they have an address of their own in them. */
function ofMarkets({ markets, sources }: Config) {
  const wanted = new Set(markets.map(({ source }) => source))
  return Object.entries(sources).filter(([source]) => wanted.has(source))
}

async function ask(source: string, baseUrl: string, requestsPerSecond: number | null): Promise<Asked> {
  const url = `${baseUrl}${PROBES[source] ?? '/'}`
  const startedMs = performance.now()
  try {
    const answer = await request(source, url, { accept: 'application/json' }, { clock: systemClock })
    const latencyMs = performance.now() - startedMs
    readJson(source, answer, systemClock.now())
    const finding = ok(
      'source',
      `${source} at ${baseUrl} answers ${answer.status} in ${latencyMs.toFixed(0)} ms; at most ${requestsPerSecond} requests a second`,
    )
    const dateMs = Date.parse(answer.headers.get('date') ?? '')
    const clockOffsetMs = Number.isNaN(dateMs) ? null : dateMs - answer.sentMs
    return { finding, answer: { status: answer.status, atMs: answer.sentMs, latencyMs, clockOffsetMs } }
  } catch (error) {
    const todo = `check the network of this machine and ${source.toUpperCase()}_URL; what is there goes on being served`
    return { finding: fault('source', reasonOf(error), todo), answer: null }
  }
}

/** By its own client, which finds out what kind of key is set and says what is wrong with it. */
async function askCoinGecko({ baseUrl, apiKey = null }: SourceConfig): Promise<Asked> {
  const log = pino({ level: 'silent' })
  const given = { baseUrl, apiKey, quotes: [], keepRaw: () => {}, clock: systemClock, log }
  const provider = new CoinGeckoProvider({ ...given, requestsPerSecond: 1 })
  try {
    const prices = await provider.prices([parseMarketId('coingecko:bitcoin-usd').id])
    const answer = provider.health().lastAnswer!
    const what = prices.size > 0 ? 'with a price' : 'without the price of bitcoin'
    const finding = ok(
      'source',
      `coingecko ${apiKey === null ? 'without a key' : 'with its key'} answers ${answer.status} ${what} in ${answer.latencyMs.toFixed(0)} ms`,
    )
    return { finding, answer }
  } catch (error) {
    const todo =
      'check COINGECKO_API_KEY, COINGECKO_URL and the network of this machine; what is there goes on being served'
    return { finding: fault('source', reasonOf(error), todo), answer: null }
  } finally {
    await provider.close()
  }
}

/** What the running server knows. */
async function told({
  source,
  requestsPerSecond,
  pending,
  quota,
  failures,
  lastError,
  lastAnswer,
}: ProviderHealth): Promise<Asked> {
  const { used, left, told } = quota
  const own = told ? `; it counts ${told.used} of ${told.limit} itself` : ''
  const stands = `${used} requests in the last minute and ${left} left of ${Number(requestsPerSecond.toFixed(3))} a second, ${pending} under way or waiting${own}`
  if (failures > 0 || !lastAnswer) {
    const finding = warning(
      'source',
      `${source}: ${lastError ?? 'it has not answered yet'}; ${stands}`,
      'the server goes on trying; check the network of this machine where this lasts',
    )
    return { finding, answer: lastAnswer }
  }
  const { status, latencyMs } = lastAnswer
  const finding = ok('source', `${source} answers ${status} in ${latencyMs.toFixed(0)} ms; ${stands}`)
  return { finding, answer: lastAnswer }
}

function checkClock(asked: readonly Asked[]): Finding {
  const offsets = asked.flatMap(({ answer }) => answer?.clockOffsetMs ?? [])
  if (offsets.length === 0) {
    return warning('clock', 'no source told the time', 'run it again when a source answers')
  }
  const offsetMs = offsets.toSorted((a, b) => Math.abs(a) - Math.abs(b))[0]!
  const seconds = (Math.abs(offsetMs) / 1000).toFixed(1)
  const said = `this machine is ${seconds} s ${offsetMs > 0 ? 'behind' : 'ahead of'} the sources`
  const todo = 'let it be set by the network (timedatectl set-ntp true)'
  if (Math.abs(offsetMs) <= CLOCK_OK_MS) return ok('clock', said)
  return Math.abs(offsetMs) > CLOCK_FAULT_MS ? fault('clock', said, todo) : warning('clock', said, todo)
}
