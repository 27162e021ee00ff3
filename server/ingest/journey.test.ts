import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CandleRow } from '../../core/candle/row.ts'
import { parseMarketId, type MarketId } from '../../core/market.ts'
import {
  DAY_MS,
  HOUR_MS,
  INTERVAL_MS,
  MINUTE_MS,
  floorTo,
  type StoredInterval,
} from '../../core/time/interval.ts'
import { openArchive } from '../archive/open.ts'
import type { Archive } from '../archive/types.ts'
import type { Database } from '../db/database.ts'
import { openDatabase } from '../db/open.ts'
import { SourceError, type ListedMarket, type Provider, type SliceAnswer } from '../providers/types.ts'
import { defaultSettling } from '../settling.ts'
import { next, type State } from './next.ts'
import { Performer } from './perform.ts'
import { Roster } from './roster.ts'
import { ingestStatus } from './status.ts'
import type { IngestOptions } from './types.ts'

const START = Date.parse('2024-03-14T11:12:20Z')
const MINUTES_FROM = floorTo('1d', START) - 3 * DAY_MS
const btc = parseMarketId('coinbase:BTC-USD').id
const shib = parseMarketId('coinbase:SHIB-USD').id
const LISTED: Readonly<Record<string, number>> = {
  [btc]: START - 500 * DAY_MS,
  [shib]: Date.parse('2024-02-03T00:00:00Z'),
}

/** The same numbers from the same words (Numerical Recipes' 32-bit generator). */
function random(words: string): number {
  let state = 2166136261
  for (const letter of words) state = Math.imul(state ^ letter.charCodeAt(0), 16777619)
  for (let i = 0; i < 3; i++) state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return (state >>> 0) / 2 ** 32
}

/** The truth: the candle of a place, or null where nothing was traded. One minute in ten of SHIB has no trade. */
function truth(market: MarketId, interval: StoredInterval, startMs: number): CandleRow | null {
  if (startMs < floorTo(interval, LISTED[market]!)) return null
  if (interval === '1m' && market === shib && random(`${startMs}`) < 0.1) return null
  const price = 1 + Math.floor(random(`${market}${interval}${startMs}`) * 1000)
  return {
    startMs,
    open: `${price}.25`,
    high: `${price + 2}`,
    low: `0.${price}1`,
    close: `${price}.5`,
    volume: `${price}.125`,
  }
}

/** A source in virtual time: minutes of three days only, silent by mistake one time in five, broken now and then. */
class FlakySource implements Provider {
  readonly source = 'coinbase'
  readonly foundedMs = START - 900 * DAY_MS
  readonly intervals = ['1m', '1h', '1d'] as const
  readonly asked: { interval: StoredInterval; fromMs: number }[] = []
  nowMs = START
  #calls = 0

  async listMarkets(): Promise<readonly ListedMarket[]> {
    if (this.#calls++ === 0)
      throw new SourceError('coinbase', 'coinbase: the first call fails', 500, null, {
        code: 'source-status',
        source: 'coinbase',
        status: 500,
        words: '',
      })
    return [btc, shib].map((id) => ({ ...parseMarketId(id), name: id, tick: '0.01', active: true }))
  }

  async names() {
    return new Map([['BTC', 'Bitcoin']])
  }

  async candles(
    market: MarketId,
    interval: StoredInterval,
    fromMs: number,
    toMs: number,
  ): Promise<SliceAnswer> {
    this.asked.push({ interval, fromMs })
    const chance = random(`call ${this.#calls++}`)
    if (chance < 0.05)
      throw new SourceError('coinbase', 'coinbase: answered 500', 500, null, {
        code: 'source-status',
        source: 'coinbase',
        status: 500,
        words: '',
      })
    const rows: CandleRow[] = []
    const end = Math.min(toMs, floorTo(interval, this.nowMs))
    for (let start = fromMs; start < end && chance > 0.25; start += INTERVAL_MS[interval]) {
      if (interval === '1m' && start < MINUTES_FROM) continue
      const row = truth(market, interval, start)
      if (row) rows.push(row)
    }
    return { rows, refused: [], isAstray: false, readAtMs: this.nowMs }
  }

  readonly reach = null
  readonly pricesAtOnce = 1

  async prices([market]: readonly MarketId[]) {
    const { close } = truth(market!, '1d', floorTo('1d', this.nowMs))!
    return new Map([[market!, { price: close, asOfMs: this.nowMs }]])
  }

  feed() {
    return null
  }

  health() {
    return {
      source: 'coinbase',
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

describe('an archive filled from a flaky source', () => {
  let folder: string
  let database: Database
  let archive: Archive
  const source = new FlakySource()
  const clock = { now: () => source.nowMs }
  let options: IngestOptions

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ingest-'))
    database = await openDatabase({ dataDir: folder, databaseUrl: null })
    archive = await openArchive(database, {
      clock,
      settling: defaultSettling,
      sampleSeconds: 60,
      simulated: true,
      rawDays: 30,
    })
    for (const id of [btc, shib]) {
      const { source, base, quote } = parseMarketId(id)
      await archive.putMarket({
        id,
        source,
        base,
        quote,
        name: base,
        tick: null,
        status: 'live',
        minutesFromMs: null,
      })
    }
    options = {
      archive,
      providers: [source],
      clock,
      sampleSeconds: 60,
      settling: defaultSettling,
      minuteDays: 60,
      log: pino({ level: 'silent' }),
    }
  })

  afterAll(async () => {
    await archive.close()
    await rm(folder, { recursive: true })
  })

  /** One program from its start to its end in virtual time: ten requests a second, one thing after the other. */
  async function live(untilMs: number): Promise<void> {
    const { roster, performer, state } = begin()
    await roster.load()
    while (source.nowMs < untilMs) {
      const action = next(source.nowMs, state(), {
        sources: { coinbase: { free: 1, pausedUntilMs: null } },
        canMark: true,
        canSeal: true,
      })
      if (action.kind === 'wait') source.nowMs = Math.min(untilMs, action.untilMs)
      else {
        await performer.perform(action)
        if (['list', 'price', 'read'].includes(action.kind)) source.nowMs += 100
      }
    }
  }

  function begin() {
    const roster = new Roster(options)
    const performer = new Performer(options, roster)
    const state = (): State => ({
      agenda: roster.agenda,
      minuteDays: options.minuteDays,
      foundedMs: { coinbase: source.foundedMs },
      reach: {},
      paceMs: {},
      ...performer.dues(),
    })
    return { roster, performer, state }
  }

  async function differences(interval: StoredInterval, fromMs: number, toMs: number): Promise<string[]> {
    const found: string[] = []
    for (const market of [btc, shib]) {
      const rows = await archive.candles(market, interval, fromMs, toMs, 100_000)
      const stored = new Map(rows.map((row) => [row.startMs, row]))
      for (let start = floorTo(interval, fromMs); start < toMs; start += INTERVAL_MS[interval]) {
        const wanted = truth(market, interval, start)
        const { startMs, open, high, low, close, volume } = stored.get(start) ?? {}
        const got = startMs === undefined ? null : { startMs, open, high, low, close, volume }
        stored.delete(start)
        if (JSON.stringify(got) !== JSON.stringify(wanted))
          found.push(`${market} ${interval} ${new Date(start).toISOString()}`)
      }
      for (const start of stored.keys()) found.push(`${market} ${interval} ${start} invented`)
    }
    return found
  }

  it('holds all minutes of the three days within four minutes, over a restart in the middle', async () => {
    await live(START + 20_000)
    await live(START + 4 * MINUTE_MS)
    const closedMs = floorTo('1m', source.nowMs - 2000)
    expect(await differences('1m', MINUTES_FROM, closedMs - 2 * MINUTE_MS)).toEqual([])
  })

  it('holds all hours and days a while later, and has given up on what the source does not have', async () => {
    await live(START + 75 * MINUTE_MS)
    expect(await differences('1h', floorTo('1h', LISTED[btc]!), floorTo('1h', source.nowMs - 2000))).toEqual(
      [],
    )
    expect(await differences('1d', floorTo('1d', LISTED[btc]!), floorTo('1d', source.nowMs - 2000))).toEqual(
      [],
    )
    const beyond = source.asked.filter(
      ({ interval, fromMs }) => interval === '1m' && fromMs < MINUTES_FROM - 5 * HOUR_MS,
    )
    // 5 days of them are tried at once; 57 days would be 548 slices, each several times.
    expect(beyond.length).toBeLessThan(250)
  })

  it('tells the confirmed absences of a thin market from what is missing', async () => {
    const before = source.asked.length
    await live(START + 90 * MINUTE_MS)
    // Nothing but the live minutes and what settles is asked for any more.
    expect(source.asked.length - before).toBeLessThan(15 * 2 * 4)
    const coverage = await archive.coverage()
    const closed = coverage.filter(
      (slice) =>
        slice.interval === '1m' && slice.fromMs >= MINUTES_FROM && slice.toMs < source.nowMs - 20 * MINUTE_MS,
    )
    expect(closed.length).toBeGreaterThan(28)
    expect(closed.filter((slice) => slice.open > 0)).toEqual([])
  })

  it('has sealed what is complete, and every stored byte verifies', async () => {
    const page = await archive.sync(0, null, 'gzip', null)
    const chunks = 'chunks' in page ? page.chunks : []
    expect(chunks.some(({ interval, period }) => interval === '1m' && period === '2024-03-12')).toBe(true)
    expect(chunks.some(({ interval, period }) => interval === '1d' && period === '2023')).toBe(true)
    expect((await archive.verify(null)).faults).toEqual([])
  })

  it('reports progress that is complete', async () => {
    const { roster, state } = begin()
    await roster.load()
    const { backfill, unknown } = ingestStatus(options, roster, state())
    expect(unknown).toEqual([])
    expect(backfill.map(({ market, interval, wanted, done }) => [market, interval, wanted - done])).toEqual([
      [btc, '1m', 0],
      [btc, '1h', 0],
      [btc, '1d', 0],
      [shib, '1m', 0],
      [shib, '1h', 0],
      [shib, '1d', 0],
    ])
  })
})
