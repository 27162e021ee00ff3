/** The archive on both databases: nothing lost, nothing invented, from the reading to the bytes that devices get. */
import { gunzipSync, brotliDecompressSync } from 'node:zlib'
import { and, count, eq, gte, lt, sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Flag, State } from '../../core/candle/columns.ts'
import { decodeChunk } from '../../core/chunk/decode.ts'
import { hashChunk } from '../../core/chunk/hash.ts'
import { rowsFromParts } from '../../core/chunk/rows.ts'
import type { PricePart, VolumePart } from '../../core/chunk/chunk.ts'
import type { MarketId } from '../../core/market.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, type StoredInterval } from '../../core/time/interval.ts'
import type { SyncPage } from '../../core/wire/api.ts'
import { decodeTail } from '../../core/wire/tail.ts'
import type { Archive, ArchiveEvent, Market } from '../../server/archive/types.ts'
import { candle, market as marketTable, quarantine } from '../../server/db/schema.ts'
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

const NOW = Date.UTC(2024, 4, 20, 12, 0)
const MAY = Date.UTC(2024, 4, 1)
const APRIL = Date.UTC(2024, 3, 1)

describe.each(KINDS)('on %s', (kind) => {
  let test1: TestArchive
  let archive: Archive
  const follow: TestArchive['follow'] = (market) => test1.follow(market)

  beforeAll(async () => {
    test1 = await openTestArchive(kind, NOW)
    archive = test1.archive
  })
  afterAll(() => test1.close())

  async function page(market: MarketId, since = 0): Promise<SyncPage> {
    return (await archive.sync(since, [market], 'br', archive.id)) as SyncPage
  }

  async function tailOf(market: MarketId, interval: StoredInterval, since = 0, nowMs = NOW) {
    const tail = decodeTail(await archive.tail(since, [market], [interval], nowMs))
    const series = tail.series[0]!
    const price = series.price && (decodeChunk(series.price) as PricePart)
    const volume = series.volume && (decodeChunk(series.volume) as VolumePart)
    return {
      ...series,
      revision: tail.revision,
      states: price?.states,
      rows: price ? rowsFromParts(price, volume) : [],
    }
  }

  async function countRows(market: MarketId, fromMs: number, toMs: number): Promise<number> {
    const [found] = await test1.database.read((tx) =>
      tx
        .select({ n: count() })
        .from(candle)
        .innerJoin(marketTable, eq(marketTable.key, candle.market))
        .where(
          and(
            eq(marketTable.id, market),
            gte(candle.minute, fromMs / MINUTE_MS),
            lt(candle.minute, toMs / MINUTE_MS),
          ),
        ),
    )
    return found!.n
  }

  async function marketOf(id: MarketId): Promise<Market> {
    return (await archive.markets()).find((market) => market.id === id)!
  }

  describe('readings', () => {
    test('what was read comes out again as it was, decimals and all', async () => {
      const market = await follow()
      const rows = candles('1m', MAY, MAY + 10 * HOUR_MS)
      await readAll(archive, market, '1m', MAY, MAY + 10 * HOUR_MS, rows, NOW)
      const found = await archive.candles(market, '1m', MAY, MAY + 10 * HOUR_MS, 10_000)
      expect(found).toEqual(rows)
    })

    test('numbers in another notation are stored in their plain form, once', async () => {
      const market = await follow()
      const [row] = candles('1m', MAY, MAY + MINUTE_MS)
      const first = await archive.applyReading(
        answer(market, '1m', MAY, NOW, [{ ...row!, volume: '3.10e-7' }]),
      )
      const again = await archive.applyReading(
        answer(market, '1m', MAY, NOW, [{ ...row!, open: `${row!.open}0000`, volume: '0.00000031' }]),
      )
      expect([first.added, again.revision]).toEqual([1, null])
      expect(await archive.candles(market, '1m', MAY, MAY + HOUR_MS, 10)).toEqual([
        { ...row!, volume: '0.00000031' },
      ])
    })

    test('a reading twice changes nothing and takes no revision', async () => {
      const market = await follow()
      const reading = answer(market, '1m', MAY, NOW, candles('1m', MAY, MAY + HOUR_MS))
      const first = await archive.applyReading(reading)
      const before = await archive.headRevision()
      const second = await archive.applyReading({ ...reading, readAtMs: NOW + 1000 })
      expect([first.added, second.added, second.revision]).toEqual([60, 0, null])
      expect(await archive.headRevision()).toBe(before)
    })

    test('a reading for a market that is not kept is refused by its name', async () => {
      await expect(
        archive.applyReading(answer('nowhere:BTC-USD' as MarketId, '1m', MAY, NOW, [])),
      ).rejects.toThrow(/nowhere:BTC-USD is not kept here/)
    })

    test('a confirmed absence reaches the tail as empty', async () => {
      const market = await follow()
      const from = sliceStart('1m', NOW - DAY_MS)
      const rows = candles('1m', from, from + 5 * HOUR_MS)
      await readAll(archive, market, '1m', from, from + 1, rows.toSpliced(100, 3), NOW)
      const tail = await tailOf(market, '1m')
      expect([...tail.states!.subarray(99, 104)]).toEqual([
        State.present,
        State.empty,
        State.empty,
        State.empty,
        State.present,
      ])
    })

    test('a hole that grows beyond six hours is no longer called empty, in the slice before either', async () => {
      const market = await follow()
      const from = sliceStart('1m', NOW - 2 * DAY_MS)
      const [gapFrom, gapTo] = [from + 2 * HOUR_MS, from + 9 * HOUR_MS]
      const rows = candles('1m', from, from + 10 * HOUR_MS).filter(
        ({ startMs }) => startMs < gapFrom || startMs >= gapTo,
      )
      await readAll(archive, market, '1m', from, from + 1, rows, NOW)
      const before = await tailOf(market, '1m')
      expect(before.states![121]).toBe(State.empty)
      await readAll(archive, market, '1m', from + 5 * HOUR_MS, from + 5 * HOUR_MS + 1, rows, NOW)
      const after = await tailOf(market, '1m', before.revision)
      // The frame begins at the first changed place: the first minute of the hole.
      expect(after.states!.subarray(0, 180).every((state) => state === State.missing)).toBe(true)
    })

    test('a silence of all followed markets is an outage, whichever is read first', async () => {
      const names = ['BTC-USD', 'ETH-USD', 'SOL-USD']
      const source = `outage${kind.toLowerCase()}`
      const markets = []
      for (const pair of names) markets.push(await follow({ pair, source }))
      const from = sliceStart('1m', NOW - DAY_MS)
      const rows = candles('1m', from, from + 5 * HOUR_MS)
      // Minutes 50 to 59 are missing everywhere; the third market alone also lacks 100.
      for (const [i, market] of markets.entries()) {
        const had = rows.filter((_, place) => (place < 50 || place >= 60) && !(i === 2 && place === 100))
        await readAll(archive, market, '1m', from, from + 1, had, NOW)
      }
      for (const [i, market] of markets.entries()) {
        const { states } = await tailOf(market, '1m')
        expect([...states!.subarray(49, 61)]).toEqual([
          1,
          ...Array.from({ length: 10 }, () => State.outage),
          1,
        ])
        expect(states![100]).toBe(i === 2 ? State.empty : State.present)
      }
      // A fourth market that traded all the while: the others were only quiet.
      const fourth = await follow({ pair: 'ADA-USD', source })
      await readAll(archive, fourth, '1m', from, from + 1, rows, NOW)
      expect([...(await tailOf(markets[0]!, '1m')).states!.subarray(50, 60)]).toEqual(
        Array.from({ length: 10 }, () => State.empty),
      )
    })

    test('coverage tells what was read, and unread again what is to be read again', async () => {
      const market = await follow()
      await readAll(archive, market, '1m', MAY, MAY + 1, candles('1m', MAY - DAY_MS, MAY + DAY_MS), NOW)
      const own = async () => (await archive.coverage()).filter((slice) => slice.market === market)
      expect(await own()).toMatchObject([
        { interval: '1m', readings: 1, open: 0, settled: true, lastReadMs: NOW },
      ])
      await archive.markUnread(market, MAY)
      expect(await own()).toMatchObject([{ readings: 0, open: 0, settled: false, lastReadMs: 0 }])
    })

    test('what lies beyond the source counts as read and has a reason', async () => {
      const market = await follow()
      const listed = MAY + 7 * HOUR_MS
      const from = sliceStart('1m', MAY)
      await archive.applyReading(answer(market, '1m', listed, NOW, candles('1m', listed, listed + DAY_MS)))
      await archive.markBeyond(market, '1m', from, listed)
      const own = (await archive.coverage()).filter((slice) => slice.market === market)
      expect(own.every(({ settled, open }) => settled && open === 0)).toBe(true)
      expect(own.length).toBeGreaterThan(1)
    })

    test('a refused row is kept once, however often the source repeats it', async () => {
      const market = await follow()
      const refused = [{ startMs: MAY, reason: 'low above "open"', raw: '[1,{"a":"\\\\"}]' }]
      for (const readAtMs of [NOW, NOW + MINUTE_MS])
        await archive.applyReading(answer(market, '1m', MAY, readAtMs, [], { refused }))
      const kept = await test1.database.read((tx) =>
        tx.select().from(quarantine).where(eq(quarantine.market, market)),
      )
      expect(kept).toMatchObject([{ start: MAY, reason: 'low above "open"', raw: '[1,{"a":"\\\\"}]' }])
    })
  })

  describe('sealing', () => {
    const YEAR = Date.UTC(2023, 0, 1)
    const END = Date.UTC(2024, 0, 1)
    /** Hours of the year and a little around it, with a hole now and then. */
    const hours = candles('1h', YEAR - 20 * DAY_MS, END + 20 * DAY_MS).filter((_, i) => i % 701 !== 5)
    const inYear = hours.filter(({ startMs }) => startMs >= YEAR && startMs < END)

    async function sealedYear(rows = hours): Promise<MarketId> {
      const market = await follow()
      await readAll(archive, market, '1h', YEAR, END, rows, NOW)
      expect(await sealAll(archive, market, NOW)).toContain('1h 2023')
      return market
    }

    async function priceOf({ chunks }: SyncPage, period: string): Promise<PricePart> {
      const entry = chunks.find((one) => one.period === period && one.part === 'price' && !one.removed)
      return decodeChunk(gunzipSync((await archive.chunk(entry!.sha256, 'gzip'))!)) as PricePart
    }

    test('a closed month of minutes is sealed at once, its rows are dropped, every candle is still there', async () => {
      const market = await follow({ minutesFromMs: APRIL })
      const rows = candles('1m', APRIL, MAY + DAY_MS).filter((_, i) => i % 701 !== 5)
      await readAll(archive, market, '1m', APRIL, MAY, rows, NOW)
      expect(await sealAll(archive, market, NOW)).toContain('1m 2024-04')
      const { chunks } = await page(market)
      const inApril = rows.filter(({ startMs }) => startMs < MAY)
      expect(
        chunks.map(({ part, period, rows: count, expected }) => [part, period, count, expected]),
      ).toEqual([
        ['price', '2024-04', inApril.length, 43_200],
        ['volume', '2024-04', inApril.length, 43_200],
      ])
      expect(await archive.candles(market, '1m', APRIL, MAY, 50_000)).toEqual(inApril)
      expect(await countRows(market, APRIL, MAY)).toBe(0)
    })

    test('a chunk comes over the wire in both encodings as the bytes that its name says', async () => {
      const { chunks } = await page(await sealedYear())
      expect(chunks.map(({ part, period }) => [part, period])).toEqual([
        ['price', '2023'],
        ['volume', '2023'],
      ])
      for (const entry of chunks) {
        const br = (await archive.chunk(entry.sha256, 'br'))!
        expect(br.length).toBe(entry.bytes)
        const decoded = brotliDecompressSync(br)
        expect(decoded.equals(gunzipSync((await archive.chunk(entry.sha256, 'gzip'))!))).toBe(true)
        expect(decoded.length).toBe(entry.size)
        expect(await hashChunk(decoded)).toBe(entry.sha256)
      }
    })

    test('days of the open month are sealed one by one; the month takes their place and has the hash that it has at once', async () => {
      const market = await follow({ minutesFromMs: APRIL })
      const rows = candles('1m', APRIL, MAY + DAY_MS).filter((_, i) => i % 701 !== 5)
      const [from, mid] = [MAY - 6 * DAY_MS, MAY - 3 * DAY_MS + 12 * HOUR_MS]
      await archive.putMarket({ ...(await marketOf(market)), minutesFromMs: from })
      await readAll(archive, market, '1m', from, mid, rows, mid)
      expect(await sealAll(archive, market, mid)).toEqual([
        '1m 2024-04-27',
        '1m 2024-04-26',
        '1m 2024-04-25',
        // The hours before the first one wanted, which its slice brings along.
        '1m 2024-04-24',
      ])
      const days = await page(market)
      await readAll(archive, market, '1m', from, MAY, rows, NOW)
      expect(await sealAll(archive, market, NOW)).toContain('1m 2024-04')

      const change = await page(market, days.revision)
      expect(
        change.chunks.filter(({ removed }) => removed).map(({ period, part }) => [period, part]),
      ).toEqual([
        ['2024-04-24', 'price'],
        ['2024-04-24', 'volume'],
        ['2024-04-25', 'price'],
        ['2024-04-25', 'volume'],
        ['2024-04-26', 'price'],
        ['2024-04-26', 'volume'],
        ['2024-04-27', 'price'],
        ['2024-04-27', 'volume'],
      ])
      expect(new Set(change.chunks.map(({ revision }) => revision)).size).toBe(1)
      expect((await page(market)).chunks.map(({ period }) => period)).toEqual(['2024-04', '2024-04'])

      // The same market anew, its month read at once.
      const followed = await marketOf(market)
      await archive.removeMarket(market, true)
      await archive.putMarket(followed)
      await readAll(archive, market, '1m', from, MAY, rows, NOW)
      await sealAll(archive, market, NOW)
      const again = (await page(market)).chunks.map(({ sha256 }) => sha256)
      expect(again).toEqual(change.chunks.filter(({ removed }) => !removed).map(({ sha256 }) => sha256))
    })

    test('a period is not sealed while a slice of it is unread', async () => {
      const market = await follow()
      const slice = answer(market, '1h', YEAR + 100 * DAY_MS, NOW, hours)
      await readAll(archive, market, '1h', YEAR, slice.fromMs, hours, NOW)
      await readAll(archive, market, '1h', slice.toMs, END, hours, NOW)
      expect(await sealAll(archive, market, NOW)).not.toContain('1h 2023')
      const { slice: read } = await archive.applyReading(slice)
      if (read.open > 0) await archive.applyReading({ ...slice, readAtMs: NOW + MINUTE_MS })
      expect(await sealAll(archive, market, NOW)).toContain('1h 2023')
    })

    test('a period is not sealed while a place of it is open', async () => {
      const market = await follow()
      await readAll(archive, market, '1h', YEAR, END, hours, NOW)
      await archive.markUnread(market, YEAR)
      const lacking = hours.filter(({ startMs }) => startMs !== YEAR + 40 * HOUR_MS)
      const other = await follow()
      for (let ms = YEAR; ms < END + 12 * DAY_MS; ms += 300 * HOUR_MS)
        await archive.applyReading(answer(other, '1h', ms, NOW, lacking))
      expect(await sealAll(archive, other, NOW)).not.toContain('1h 2023')
      for (let ms = YEAR; ms < END + 12 * DAY_MS; ms += 300 * HOUR_MS)
        await archive.applyReading(answer(other, '1h', ms, NOW + MINUTE_MS, lacking))
      expect(await sealAll(archive, other, NOW)).toContain('1h 2023')
    })

    test('a late candle in a sealed year gives the chunk a new name; the old one stays for a week', async () => {
      const late = YEAR + 40 * HOUR_MS
      const market = await sealedYear(hours.filter(({ startMs }) => startMs !== late))
      const before = await page(market)
      expect((await priceOf(before, '2023')).states[40]).toBe(State.empty)
      await archive.applyReading(answer(market, '1h', late, NOW + 2 * MINUTE_MS, hours))
      expect(await archive.candles(market, '1h', YEAR, END, 50_000)).toEqual(inYear)
      expect(await sealAll(archive, market, NOW)).toEqual(['1h 2023'])
      const after = await page(market, before.revision)
      expect(after.chunks.map(({ period, rows }) => [period, rows])).toEqual([
        ['2023', inYear.length],
        ['2023', inYear.length],
      ])
      expect(await archive.candles(market, '1h', YEAR, END, 50_000)).toEqual(inYear)
      const old = before.chunks[0]!.sha256
      await archive.retain(NOW + 6 * DAY_MS)
      expect(await archive.chunk(old, 'br')).not.toBeNull()
      await archive.retain(NOW + 8 * DAY_MS)
      expect(await archive.chunk(old, 'br')).toBeNull()
      expect(await archive.chunk(after.chunks[0]!.sha256, 'br')).not.toBeNull()
    })

    test('a revised candle in a sealed year is replaced and marked', async () => {
      const market = await sealedYear()
      const row = inYear[100]!
      const revised = hours.map((one) => (one === row ? { ...row, volume: '77' } : one))
      await archive.applyReading(answer(market, '1h', row.startMs, NOW + 2 * MINUTE_MS, revised))
      await sealAll(archive, market, NOW)
      expect(await archive.candles(market, '1h', row.startMs, row.startMs + 1, 1)).toEqual([
        { ...row, volume: '77', flags: Flag.revised },
      ])
      expect(await countRows(market, YEAR, END)).toBe(0)
    })

    test('a sealed year read again without news keeps its name', async () => {
      const market = await sealedYear()
      const before = await page(market)
      await archive.markUnread(market, YEAR)
      await readAll(archive, market, '1h', YEAR, END, hours, NOW + HOUR_MS)
      await sealAll(archive, market, NOW + HOUR_MS)
      expect((await page(market)).chunks).toEqual(before.chunks)
    })

    test('a year without a single candle is done without a chunk, and why stays readable', async () => {
      const market = await follow()
      const days = candles('1d', YEAR, NOW)
      await archive.markBeyond(market, '1d', sliceStart('1d', Date.UTC(2020, 0, 1)), YEAR)
      await readAll(archive, market, '1d', YEAR, NOW, days, NOW)
      expect(await sealAll(archive, market, NOW)).toEqual(['1d 2023', '1d 2022', '1d 2021', '1d 2020'])
      expect(await sealAll(archive, market, NOW)).toEqual([])
      expect((await page(market)).chunks.map(({ period }) => period)).toEqual(['2023', '2023'])
      // A candle turns up after all: the period is sealed anew, with the reasons of the others.
      const late = candles('1d', Date.UTC(2022, 5, 1), Date.UTC(2022, 5, 2))
      await archive.import(market, '1d', late)
      expect(await sealAll(archive, market, NOW)).toEqual(['1d 2022'])
      const { states } = await priceOf(await page(market), '2022')
      expect([states[150], states[151], states[152]]).toEqual([State.beyond, State.present, State.beyond])
    })

    test('recompressed, a chunk keeps its name and becomes smaller', async () => {
      const market = await sealedYear()
      const before = await page(market)
      while (await archive.recompressNext());
      const after = await page(market)
      expect(after.chunks.map(({ sha256 }) => sha256)).toEqual(before.chunks.map(({ sha256 }) => sha256))
      expect(after.chunks[0]!.bytes).toBeLessThan(before.chunks[0]!.bytes)
      const bytes = brotliDecompressSync((await archive.chunk(after.chunks[0]!.sha256, 'br'))!)
      expect(await hashChunk(bytes)).toBe(after.chunks[0]!.sha256)
    })
  })

  describe('what devices ask', () => {
    test('the tail after a revision holds what changed since, and nothing else', async () => {
      const market = await follow()
      const from = sliceStart('1m', NOW) - 5 * HOUR_MS
      const rows = candles('1m', from, from + 5 * HOUR_MS)
      await archive.applyReading(answer(market, '1m', from, NOW, rows.slice(0, 290)))
      const first = await tailOf(market, '1m')
      expect(first.rows).toEqual(rows.slice(0, 290))
      await archive.applyReading(answer(market, '1m', from, NOW, rows))
      const second = await tailOf(market, '1m', first.revision)
      expect(second.rows).toEqual(rows.slice(290))
      expect((await tailOf(market, '1m', second.revision)).price).toBeNull()
    })

    test('history before the newest chunk is in no tail', async () => {
      const market = await follow({ minutesFromMs: APRIL })
      await readAll(archive, market, '1m', APRIL, APRIL + DAY_MS, candles('1m', APRIL, MAY), NOW)
      expect((await tailOf(market, '1m')).price).toBeNull()
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
      const before = await page(market)
      await archive.removeMarket(market, true)
      const after = await page(market, before.revision)
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

  describe('imports', () => {
    const rows = candles('1h', Date.UTC(2022, 0, 1), Date.UTC(2022, 2, 1))

    test('a file goes in once: the second time everything is the same', async () => {
      const market = `csv:twice-${kind}` as MarketId
      expect(await archive.import(market, '1h', rows)).toEqual({ new: rows.length, same: 0, conflicting: 0 })
      expect(await archive.import(market, '1h', rows.toReversed())).toEqual({
        new: 0,
        same: rows.length,
        conflicting: 0,
      })
      const found = await archive.candles(market, '1h', 0, NOW, 10_000)
      expect(found).toEqual(rows)
    })

    test('an imported series is sealed as it stands, and imported again it has nothing new', async () => {
      const market = `csv:sealed-${kind}` as MarketId
      const gappy = rows.filter((_, i) => i % 11 !== 3)
      await archive.import(market, '1h', gappy)
      expect(await sealAll(archive, market, NOW)).toEqual(['1h 2022'])
      expect(await archive.import(market, '1h', gappy)).toMatchObject({ new: 0, same: gappy.length })
      const { chunks } = await page(market)
      expect(chunks[0]).toMatchObject({ period: '2022', rows: gappy.length, expected: 8760 })
      const part = decodeChunk(gunzipSync((await archive.chunk(chunks[0]!.sha256, 'gzip'))!)) as PricePart
      expect(part.states[3]).toBe(State.missing)
    })

    test('a bar that a source lacks goes in, marked imported', async () => {
      const market = await follow()
      await archive.import(market, '1h', rows.slice(0, 2))
      expect(await archive.candles(market, '1h', 0, NOW, 5)).toEqual(
        rows.slice(0, 2).map((row) => ({ ...row, flags: Flag.imported })),
      )
    })

    test('minutes of long before those that are asked for are sealed as well', async () => {
      const market = await follow()
      await archive.import(market, '1m', candles('1m', Date.UTC(2023, 5, 3), Date.UTC(2023, 5, 4)))
      expect(await sealAll(archive, market, NOW)).toEqual(['1m 2023-06'])
      expect((await page(market)).chunks[0]).toMatchObject({
        period: '2023-06',
        rows: 1440,
        expected: 43_200,
      })
    })

    test("the source's own candles stay, and a difference is reported", async () => {
      const market = await follow()
      await readAll(archive, market, '1h', rows[0]!.startMs, rows[0]!.startMs + 1, rows, NOW)
      const other = { ...rows[5]!, close: rows[5]!.low }
      expect(await archive.import(market, '1h', [rows[4]!, other])).toEqual({
        new: 0,
        same: 1,
        conflicting: 1,
      })
      expect(await archive.candles(market, '1h', other.startMs, other.startMs + 1, 5)).toEqual([rows[5]])
    })
  })

  describe('verify', () => {
    test('an archive as it should be has no fault', async () => {
      const report = await archive.verify(null)
      expect(report.faults).toEqual([])
      expect(report.chunks).toBeGreaterThan(0)
    })

    test("hours that differ from their minutes are the source's, and no fault", async () => {
      const market = await follow()
      const minutes = candles('1m', MAY, MAY + 5 * HOUR_MS)
      const hours = Array.from({ length: 5 }, (_, i) => {
        const parts = minutes.slice(60 * i, 60 * (i + 1))
        const extreme = (name: 'high' | 'low', pick: (...values: number[]) => number) =>
          String(pick(...parts.map((row) => Number(row[name]))))
        const [high, low] = [extreme('high', Math.max), extreme('low', Math.min)]
        return { ...parts[0]!, high, low, close: i === 3 ? low : parts.at(-1)!.close }
      })
      await archive.import(market, '1m', minutes)
      await archive.import(market, '1h', hours)
      const { faults, rollUps } = await archive.verify(market)
      expect(faults).toEqual([])
      expect(rollUps).toEqual([
        { market, interval: '1h', from: '1m', compared: 5, differing: 1, newest: '2024-05-01T03:00:00Z' },
      ])
    })

    test('damaged bytes, and rows that a chunk contradicts, are found', async () => {
      const market = `csv:damaged-${kind}` as MarketId
      await archive.import(market, '1d', candles('1d', Date.UTC(2020, 0, 1), Date.UTC(2021, 0, 1)))
      await sealAll(archive, market, NOW)
      const { chunks } = await page(market)
      await test1.database.write((tx) =>
        tx.execute(
          sql`UPDATE chunk_body SET gzip = set_byte(gzip, 60, get_byte(gzip, 60) # 1) WHERE sha256 = ${chunks[0]!.sha256}`,
        ),
      )
      const { faults } = await archive.verify(market)
      expect(faults.length).toBeGreaterThan(0)
      expect(faults[0]).toMatchObject({ market, interval: '1d', at: '2020-01-01T00:00:00Z' })
      await archive.removeMarket(market, true)
    })
  })
})
