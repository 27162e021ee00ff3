import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parseMarketId, type MarketId } from '../../core/market.ts'
import { HOUR_MS, MINUTE_MS } from '../../core/time/interval.ts'
import { openArchive } from '../archive/open.ts'
import type { Archive } from '../archive/types.ts'
import { openDatabase } from '../db/open.ts'
import { SourceError, type Price, type Provider, type SliceAnswer } from '../providers/types.ts'
import { defaultSettling } from '../settling.ts'
import { next } from './next.ts'
import { Performer } from './perform.ts'
import { Roster } from './roster.ts'
import type { IngestOptions } from './types.ts'

const START = Date.parse('2024-03-14T11:12:20Z')
const coins = ['bitcoin', 'ethereum', 'solana'].map((coin) => parseMarketId(`coingecko:${coin}-usd`).id)
const [bitcoin, , solana] = coins as [MarketId, MarketId, MarketId]

/** A source in virtual time that tells all prices in one answer; what fails is said by the test. */
class BatchSource implements Provider {
  readonly source = 'coingecko'
  readonly foundedMs = START - 2 * HOUR_MS
  readonly intervals = ['1h', '1d'] as const
  readonly reach = null
  readonly pricesAtOnce = 250
  readonly asked: (readonly MarketId[])[] = []
  nowMs = START
  onPrices: (markets: readonly MarketId[]) => readonly MarketId[] = (markets) => markets
  onCandles: (market: MarketId) => void = () => {}

  async listMarkets() {
    return coins.map((id) => ({ ...parseMarketId(id), name: id, tick: null, active: true }))
  }

  async names() {
    return new Map<string, string>()
  }

  async candles(market: MarketId): Promise<SliceAnswer> {
    this.onCandles(market)
    return { rows: [], refused: [], isAstray: false, readAtMs: this.nowMs }
  }

  async prices(markets: readonly MarketId[]) {
    this.asked.push(markets)
    const price: Price = { price: '100.5', asOfMs: this.nowMs }
    return new Map(this.onPrices(markets).map((market) => [market, price]))
  }

  feed() {
    return null
  }

  health() {
    return {
      source: this.source,
      requestsPerSecond: 10,
      available: 1,
      pending: 0,
      failures: 0,
      requests: { answered: 1, refused: 0, 'too-many': 0, failed: 0, unreachable: 0 },
      lastError: null,
      lastTold: null,
      lastAnswer: null,
      nextTryMs: null,
      limitedUntilMs: null,
      circuit: 'closed' as const,
      quota: { used: 0, left: 600, told: null },
      byPriority: {
        live: { sent: 0, waiting: 0 },
        settling: { sent: 0, waiting: 0 },
        backfill: { sent: 0, waiting: 0 },
      },
    }
  }

  async close() {}
}

let folder: string
let archive: Archive
let options: IngestOptions
const source = new BatchSource()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ingest-'))
  const database = await openDatabase({ dataDir: folder, databaseUrl: null })
  const clock = { now: () => source.nowMs }
  const settling = defaultSettling
  archive = await openArchive(database, { clock, settling, sampleSeconds: 5, simulated: true, rawDays: 30 })
  for (const id of coins) {
    const status = 'live' as const
    await archive.putMarket({ ...parseMarketId(id), name: id, tick: null, status, minutesFromMs: null })
  }
  const log = pino({ level: 'silent' })
  options = { archive, providers: [source], clock, sampleSeconds: 5, settling, minuteDays: 1, log }
})

afterAll(async () => {
  await archive.close()
  await rm(folder, { recursive: true })
})

/** One program for so many minutes of virtual time; gives the questions for prices. */
async function live(minutes: number) {
  source.asked.length = 0
  const roster = new Roster(options)
  const performer = new Performer(options, roster)
  await roster.load()
  const endMs = source.nowMs + minutes * MINUTE_MS
  while (source.nowMs < endMs) {
    const state = {
      agenda: roster.agenda,
      minuteDays: options.minuteDays,
      foundedMs: { coingecko: source.foundedMs },
      reach: {},
      paceMs: {},
      ...performer.dues(),
    }
    const free = { free: 1, pausedUntilMs: null }
    const limits = { sources: { coingecko: free }, canMark: true, canSeal: true }
    const action = next(source.nowMs, state, limits)
    if (action.kind === 'wait') source.nowMs = Math.min(endMs, action.untilMs)
    else {
      await performer.perform(action)
      source.nowMs += 10
    }
  }
  return [...source.asked]
}

it('asks for the price of a coin together with the others while its candles are refused', async () => {
  let isRefused = false
  source.onCandles = (market) => {
    if (market !== bitcoin) return
    isRefused = true
    throw new SourceError('coingecko', 'coingecko: answered 422', 422, null, {
      code: 'source-status',
      source: 'coingecko',
      status: 422,
      words: '',
    })
  }
  const asked = await live(1)
  source.onCandles = () => {}
  expect(isRefused).toBe(true)
  for (const markets of asked) expect(markets).toEqual(coins)
  expect(asked.length).toBeLessThanOrEqual(13)
})

it('asks for a coin that is left out of answers with the others all the same', async () => {
  source.onPrices = (markets) => markets.filter((one) => one !== solana)
  const asked = await live(1)
  source.onPrices = (markets) => markets
  expect(asked.length).toBeGreaterThanOrEqual(12)
  expect(asked.length).toBeLessThanOrEqual(13)
  for (const markets of asked) expect(markets).toEqual(coins)
})

it('asks less and less often while no answer has any price, and as ever when one has', async () => {
  const knownMs = source.nowMs + 3 * MINUTE_MS
  let answers = 0
  source.onPrices = (markets) => {
    if (source.nowMs >= knownMs) return markets
    answers++
    return []
  }
  const asked = await live(8)
  source.onPrices = (markets) => markets
  for (const markets of asked) expect(markets).toEqual(coins)
  // Every five seconds it would be 36.
  expect(answers).toBeGreaterThan(3)
  expect(answers).toBeLessThan(12)
  // The longest pause so far was 160 seconds.
  expect(asked.length - answers).toBeGreaterThan(24)
})

it('asks for all coins of a call that was refused together again, whatever has failed of each before', async () => {
  let answers = 0
  source.onPrices = (markets) => {
    answers++
    if (answers === 4 || answers === 5)
      throw new SourceError('coingecko', 'coingecko: answered 422', 422, null, {
        code: 'source-status',
        source: 'coingecko',
        status: 422,
        words: '',
      })
    return answers < 4 ? markets.filter((one) => one !== solana) : markets
  }
  const asked = await live(1)
  source.onPrices = (markets) => markets
  expect(answers).toBeGreaterThan(6)
  for (const markets of asked) expect(markets).toEqual(coins)
})
