/** What devices and listeners are told, on both databases. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/time/interval.ts'
import { openArchive } from '../../server/archive/open.ts'
import type { Archive, ArchiveEvent } from '../../server/archive/types.ts'
import { readSeries } from '../../server/series.ts'
import { defaultSettling } from '../../server/settling.ts'
import {
  answer,
  candles,
  KINDS,
  openTestArchive,
  readAll,
  sealAll,
  sliceStart,
  type TestArchive,
} from './archives.ts'
import { marketOf, page, tailOf } from './ask.ts'

const NOW = Date.UTC(2024, 4, 20, 12, 0)
const MAY = Date.UTC(2024, 4, 1)
const APRIL = Date.UTC(2024, 3, 1)

describe.each(KINDS)('on %s', (kind) => {
  let on: TestArchive
  let archive: Archive
  const follow: TestArchive['follow'] = (market) => on.follow(market)

  beforeAll(async () => {
    on = await openTestArchive(kind, NOW)
    archive = on.archive
  })
  afterAll(() => on.close())

  test('figures tell how far the market furthest behind is, what is sealed, and rows in quarantine', async () => {
    const source = 'watched'
    const ahead = await follow({ source })
    const behind = await follow({ source, pair: 'ETH-USD' })
    const from = sliceStart('1m', NOW - 2 * DAY_MS)
    const rows = candles('1m', from, NOW)
    await readAll(archive, ahead, '1m', from, NOW, rows, NOW)
    await readAll(archive, behind, '1m', from, NOW - DAY_MS, rows, NOW - DAY_MS)
    await sealAll(archive, ahead, NOW)
    await archive.quarantine(source, ahead, NOW, { startMs: null, reason: 'high < low', raw: '[]' })
    const { chunks, reached, quarantined } = await archive.figures()
    const minutes = reached.find((entry) => entry.source === source && entry.interval === '1m')
    expect(minutes).toMatchObject({ readToMs: NOW - DAY_MS, sealedToMs: NOW - 12 * HOUR_MS })
    expect(reached).toContainEqual({ source, interval: '1d', readToMs: null, sealedToMs: null })
    expect(chunks.find(({ interval }) => interval === '1m')!.chunks).toBeGreaterThan(0)
    expect(quarantined).toContainEqual({ source, rows: 1 })
  })

  describe('what devices ask', () => {
    test('the tail after a revision holds what changed since, and nothing else', async () => {
      const market = await follow()
      const from = sliceStart('1m', NOW) - 5 * HOUR_MS
      const rows = candles('1m', from, from + 5 * HOUR_MS)
      await archive.applyReading(answer(market, '1m', from, NOW, rows.slice(0, 290)))
      const first = await tailOf(archive, market, '1m', NOW)
      expect(first.rows).toEqual(rows.slice(0, 290))
      await archive.applyReading(answer(market, '1m', from, NOW, rows))
      const second = await tailOf(archive, market, '1m', NOW, first.revision)
      expect(second.rows).toEqual(rows.slice(290))
      expect((await tailOf(archive, market, '1m', NOW, second.revision)).price).toBeNull()
    })

    test('a device that is many revisions behind is told the same', async () => {
      const market = await follow()
      const from = sliceStart('1m', NOW) - 5 * HOUR_MS
      const rows = candles('1m', from, from + 5 * HOUR_MS)
      await archive.applyReading(answer(market, '1m', from, NOW, rows.slice(0, 290)))
      const first = await tailOf(archive, market, '1m', NOW)
      await archive.applyReading(answer(market, '1m', from, NOW, rows))
      const kept = await marketOf(archive, market)
      for (let i = 0; i < 120; i++) await archive.putMarket({ ...kept, name: `name ${i}` })
      const second = await tailOf(archive, market, '1m', NOW, first.revision)
      expect(second.revision).toBeGreaterThan(first.revision + 100)
      expect(second.rows).toEqual(rows.slice(290))
    })

    test('a whole tail asked for again is what an archive opened anew gives', async () => {
      const options = {
        clock: { now: () => NOW },
        settling: defaultSettling,
        sampleSeconds: 60,
        simulated: false,
      }
      const anew = async (nowMs: number) =>
        (await openArchive(on.database, options)).tail(0, null, null, nowMs)
      const from = sliceStart('1m', NOW) - 5 * HOUR_MS
      const rows = candles('1m', from, from + 20 * HOUR_MS).filter((_, i) => i % 7 !== 3)
      const market = await follow()
      let length = 0
      const same = async (nowMs: number) => {
        const asked = await archive.tail(0, null, null, nowMs)
        expect(asked).toEqual(await anew(nowMs))
        return asked.length
      }
      await archive.applyReading(answer(market, '1m', from, NOW, rows.slice(0, 100)))
      length = await same(NOW)
      // More candles, and absences that are confirmed now.
      await archive.applyReading(answer(market, '1m', from, NOW + MINUTE_MS, rows))
      await archive.applyReading(answer(market, '1m', from, NOW + 2 * MINUTE_MS, rows))
      expect(await same(NOW)).toBeGreaterThan(length)
      // The first hours leave the last eight days; another market begins, the first one is purged and comes back.
      await archive.import(await follow({ pair: 'ETH-USD' }), '1h', candles('1h', NOW - DAY_MS, NOW))
      length = await same(NOW + 8 * DAY_MS - 9 * HOUR_MS)
      const purged = await marketOf(archive, market)
      await archive.removeMarket(market, true)
      await archive.putMarket(purged)
      expect(await same(NOW + 8 * DAY_MS - 9 * HOUR_MS)).toBeLessThan(length)
      await same(NOW + 9 * DAY_MS)
    })

    test('history before the newest chunk is in no tail', async () => {
      const market = await follow({ minutesFromMs: APRIL })
      await readAll(archive, market, '1m', APRIL, APRIL + DAY_MS, candles('1m', APRIL, MAY), NOW)
      expect((await tailOf(archive, market, '1m', NOW)).price).toBeNull()
    })

    test('a revision above the head, or another archive, is told to start anew', async () => {
      const head = await archive.headRevision()
      const reset = { archive: archive.id, reset: true }
      expect(await archive.sync(head + 1, null, 'br', null)).toEqual(reset)
      expect(await archive.sync(0, null, 'br', crypto.randomUUID())).toEqual(reset)
    })

    test('a market that was purged is told as removed, and its bytes are gone', async () => {
      const market = await follow()
      await archive.import(market, '1d', candles('1d', Date.UTC(2020, 0, 1), Date.UTC(2021, 0, 1)))
      const before = await page(archive, market)
      await archive.removeMarket(market, true)
      const after = await page(archive, market, before.revision)
      expect(after.markets).toEqual([{ id: market, removed: true }])
      expect((await archive.markets()).some(({ id }) => id === market)).toBe(false)
      await expect(archive.candles(market, '1d', 0, NOW, 10)).rejects.toThrow(/not kept/)
    })

    test('a market no longer followed keeps its history', async () => {
      const market = await follow()
      await archive.import(market, '1d', candles('1d', Date.UTC(2020, 0, 1), Date.UTC(2020, 1, 1)))
      await archive.removeMarket(market, false)
      expect(await archive.candles(market, '1d', 0, NOW, 100)).toHaveLength(31)
      expect((await archive.markets()).find(({ id }) => id === market)?.status).toBe('paused')
      expect((await archive.marketAnswers(NOW)).find(({ id }) => id === market)?.status).toBe('ended')
    })

    test('roll-ups are made of complete bars only, aligned to the epoch', async () => {
      const market = await follow()
      const rows = candles('1m', MAY, MAY + 3 * HOUR_MS)
      await archive.applyReading(answer(market, '1m', MAY, NOW, rows.toSpliced(17, 1)))
      const bars = await archive.candles(market, '15m', MAY, MAY + HOUR_MS, 100)
      expect(bars.map(({ startMs }) => (startMs - MAY) / MINUTE_MS)).toEqual([0, 30, 45])
      expect(bars[1]!.open).toBe(rows[30]!.open)
      expect(bars[1]!.close).toBe(rows[44]!.close)
    })

    test('the newest bars of many markets, out of rows alone, are those of their series; what changed is named', async () => {
      const from = sliceStart('1m', NOW - DAY_MS)
      const rows = candles('1m', from, NOW)
      const [one, other] = [await follow(), await follow()]
      await readAll(
        archive,
        one,
        '1m',
        from,
        NOW,
        rows.filter((_, i) => i % 7 > 0),
        NOW,
      )
      await readAll(
        archive,
        one,
        '1m',
        from,
        NOW,
        rows.filter((_, i) => i % 7 > 0),
        NOW + HOUR_MS,
      )
      const older = rows.filter(({ startMs }) => startMs < NOW - HOUR_MS)
      await readAll(archive, other, '1m', from, NOW - HOUR_MS, older, NOW - HOUR_MS)
      await sealAll(archive, one, NOW)
      const spans = [
        { market: one, fromMs: NOW - 20 * HOUR_MS },
        { market: other, fromMs: NOW - 40 * HOUR_MS },
        { market: await follow(), fromMs: NOW - HOUR_MS },
      ]
      const recent = await archive.recentColumns('1m', spans)
      expect([...recent.keys()].sort()).toEqual([one, other].sort())
      for (const { market, fromMs } of spans.slice(0, 2)) {
        const series = await readSeries(archive.priceFrame, market, '1m', fromMs)
        expect(series.length).toBeGreaterThan(1_000)
        expect(recent.get(market)).toEqual(series)
      }

      const { revision } = await archive.seriesChanges('1m', null, 0)
      const changes = async (fromMs = 0) =>
        (await archive.seriesChanges('1m', revision, fromMs)).markets.filter(
          (market) => market.changedFromMs !== null,
        )
      expect(await changes()).toEqual([])
      await readAll(archive, other, '1m', sliceStart('1m', NOW - HOUR_MS), NOW, rows, NOW)
      expect(await changes()).toMatchObject([
        { id: other, lastMs: NOW - MINUTE_MS, changedFromMs: NOW - HOUR_MS },
      ])
      expect(await changes(NOW)).toEqual([])
      await archive.removeMarket(one, true)
      expect((await archive.seriesChanges('1m', revision, 0)).markets.map(({ id }) => id)).not.toContain(one)
    })

    test('a page of candles holds as many as asked for, from the first on', async () => {
      const market = await follow()
      await archive.import(market, '1d', candles('1d', Date.UTC(2019, 0, 1), Date.UTC(2021, 0, 1)))
      const rows = await archive.candles(market, '1d', Date.UTC(2019, 5, 1), NOW, 7)
      expect(rows.map(({ startMs }) => startMs)).toEqual(
        Array.from({ length: 7 }, (_, i) => Date.UTC(2019, 5, 1 + i)),
      )
    })
  })

  describe('prices', () => {
    test('the newest of sample and candle, its change over a day, and the hours between', async () => {
      const market = await follow()
      const day = NOW - DAY_MS
      const hours = candles('1h', day - HOUR_MS, NOW)
      const minutes = candles('1m', sliceStart('1m', day - HOUR_MS), NOW)
      await readAll(archive, market, '1h', day - HOUR_MS, NOW, hours, NOW)
      await readAll(archive, market, '1m', day - HOUR_MS, NOW, minutes, NOW)
      const quote = async () => (await archive.prices(NOW)).find((one) => one.market === market)!
      const last = minutes.at(-1)!.close
      const before = minutes.find(({ startMs }) => startMs === day - MINUTE_MS)!.close
      expect(await quote()).toMatchObject({
        price: last,
        as_of: '2024-05-20T12:00:00Z',
        freshness: 'live',
        change_24h: Number(last) / Number(before) - 1,
        sparkline: hours.slice(1).map(({ close }) => close),
      })
      await archive.recordSamples([{ market, atMs: NOW + 5000, price: '61000.5' }])
      expect(await quote()).toMatchObject({ price: '61000.5', as_of: '2024-05-20T12:00:05Z' })
      const later = (await archive.prices(NOW + 10 * MINUTE_MS)).find((one) => one.market === market)!
      expect(later.freshness).toBe('delayed')
    })

    test('where the price of a day ago is not known, the change is not either', async () => {
      const market = await follow()
      await archive.recordSamples([{ market, atMs: NOW, price: '1.5' }])
      const quote = (await archive.prices(NOW)).find((one) => one.market === market)!
      expect(quote).toMatchObject({ price: '1.5', change_24h: null, sparkline: [] })
    })
  })

  describe('events', () => {
    test('candles that just closed are told, then their revision; history is told by revision alone', async () => {
      const market = await follow()
      const heard: ArchiveEvent[] = []
      const stop = archive.subscribe((event) => heard.push(event))
      const from = sliceStart('1m', NOW)
      const rows = candles('1m', from, NOW)
      const { revision } = await archive.applyReading(answer(market, '1m', NOW, NOW, rows.slice(-2)))
      await archive.applyReading(answer(market, '1m', MAY, NOW, candles('1m', MAY, MAY + HOUR_MS)))
      await archive.recordSamples([{ market, atMs: NOW, price: '2' }])
      stop()
      expect(heard.map(({ kind: what }) => what)).toEqual([
        'candle',
        'candle',
        'revision',
        'revision',
        'price',
      ])
      expect(heard[0]).toEqual({ kind: 'candle', market, interval: '1m', row: rows.at(-2), revision })
      const missed = await archive.eventsSince(revision! - 1, 100)
      expect(missed?.slice(0, 3)).toEqual(heard.slice(0, 3))
    })

    test('who missed too much is told to sync', async () => {
      expect(await archive.eventsSince(0, 3)).toBeNull()
      expect(await archive.eventsSince((await archive.headRevision()) + 1, 3)).toBeNull()
    })
  })
})
