/** A price far from the last one is held against another source of the same base and quote, on both databases. */
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Flag } from '../../core/candle/columns.ts'
import type { CandleRow } from '../../core/candle/row.ts'
import type { MarketId } from '../../core/market.ts'
import { DAY_MS, MINUTE_MS } from '../../core/time/interval.ts'
import { Performer } from '../../server/ingest/perform.ts'
import { Roster, type FollowedMarket } from '../../server/ingest/roster.ts'
import { Series } from '../../server/ingest/series.ts'
import { sliceStart } from '../../server/ingest/slice.ts'
import { SpikeGuard } from '../../server/ingest/spike.ts'
import type { IngestOptions } from '../../server/ingest/types.ts'
import type { Provider } from '../../server/providers/types.ts'
import { defaultSettling } from '../../server/settling.ts'
import { answer, candles, KINDS, openTestArchive, type TestArchive } from './archives.ts'

const NOW = Date.UTC(2024, 4, 20, 12)
const FROM = sliceStart('1m', NOW - DAY_MS)

describe.each(KINDS)('on %s', (kind) => {
  let on: TestArchive
  let performer: Performer
  let own: FollowedMarket
  let other: MarketId
  /** What the source tells now, and its candles. */
  let price = '60000'
  let rows: CandleRow[] = []

  beforeAll(async () => {
    on = await openTestArchive(kind, NOW)
    const provider = {
      source: 'one',
      pricesAtOnce: 1,
      prices: async ([market]: readonly MarketId[]) =>
        new Map([[market!, { price, asOfMs: on.clock.nowMs }]]),
      candles: async () => ({ rows, refused: [], isAstray: false, readAtMs: on.clock.nowMs }),
      health: () => ({ failures: 0, requestsPerSecond: 10 }),
    } as unknown as Provider
    const options: IngestOptions = {
      archive: on.archive,
      providers: [provider],
      clock: { now: () => on.clock.nowMs },
      sampleSeconds: 60,
      settling: defaultSettling,
      minuteDays: 60,
      log: pino({ level: 'silent' }),
    }
    const roster = new Roster(options)
    performer = new Performer(options, roster)
    const followed = async (source: string): Promise<FollowedMarket> => {
      const market = await on.follow({ source })
      const series = new Series({ market, interval: '1m', longer: null, settlingMs: 0, foundedMs: 0 })
      return {
        market,
        source,
        live: true,
        series: [series],
        minutesFromMs: null,
        nextSampleMs: 0,
        heldUntilMs: 0,
        recordFromMs: 0,
        failures: 0,
        priceFailures: 0,
        lastError: null,
        lastTold: null,
        turn: 0,
        guard: new SpikeGuard(),
      }
    }
    own = await followed('one')
    const twin = await followed('two')
    other = twin.market
    // Another quote is another series, however new its price.
    const euro = { ...twin, market: await on.follow({ source: 'three', pair: 'BTC-EUR' }) }
    for (const one of [euro, own, twin]) roster.enter(one)
    await on.archive.recordSamples([{ market: euro.market, atMs: NOW, price: '1' }])
  })
  afterAll(() => on.close())

  const sample = async (told: string) => {
    price = told
    on.clock.nowMs += MINUTE_MS
    await performer.perform({ kind: 'price', market: own })
    return (await on.archive.prices(on.clock.nowMs)).find(({ market }) => market === own.market)!.price
  }
  const kept = async () =>
    (await on.archive.quarantined(own.market, true)).map(({ raw, opinion, review }) => [raw, opinion, review])

  test('a spike that nobody supports is not taken; how far it is from the other source is kept', async () => {
    expect(await sample('60000')).toBe('60000')
    await on.archive.recordSamples([{ market: other, atMs: on.clock.nowMs, price: '60060' }])
    expect(await sample('60060000')).toBe('60000')
    expect(await kept()).toEqual([['60060000', { market: other, basisPoints: 9_990_000 }, null]])
  })

  test('a move that the other source has made as well is taken at once', async () => {
    await sample('60000')
    await on.archive.recordSamples([{ market: other, atMs: on.clock.nowMs, price: '9000' }])
    expect(await sample('9100')).toBe('9100')
    expect(await sample('9200')).toBe('9200')
    expect(await kept()).toHaveLength(1)
  })

  test('a price older than two sample times is no opinion', async () => {
    on.clock.nowMs += 3 * MINUTE_MS
    expect(await sample('60000')).toBe('9200')
    expect((await kept())[0]).toEqual(['60000', null, null])
  })

  test('an unlikely candle: what the other source has too is taken as it is; else it is flagged, and the difference kept', async () => {
    const { archive } = on
    const given = candles('1m', FROM, FROM + 300 * MINUTE_MS)
    const wick = (row: CandleRow, factor: number) => ({ ...row, high: String(Number(row.open) * factor) })
    await archive.applyReading(answer(other, '1m', FROM, NOW, given.with(50, wick(given[50]!, 9))))
    rows = given.with(50, wick(given[50]!, 10)).with(70, wick(given[70]!, 10))
    const [series] = own.series
    const span = { fromMs: FROM, toMs: FROM + 300 * MINUTE_MS }
    await performer.perform({ kind: 'read', market: own, series: series!, ...span, priority: 'backfill' })
    const stored = await archive.candles(own.market, '1m', FROM, NOW, 300)
    expect(stored[50]).toEqual(rows[50])
    expect(stored[70]).toEqual({ ...rows[70], flags: Flag.suspicious })
    const [raw, opinion, review] = (await kept())[0]!
    expect(JSON.parse(raw as string)).toEqual(rows[70])
    expect([opinion, review]).toEqual([{ market: other, basisPoints: expect.any(Number) }, 'accepted'])
    expect((opinion as { basisPoints: number }).basisPoints / 10_000).toBeCloseTo(9, 1)
  })
})
