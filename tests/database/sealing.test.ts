/** Periods become chunks, on both databases, and every candle is still there. */
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Flag, State } from '../../core/candle/columns.ts'
import type { PricePart } from '../../core/chunk/chunk.ts'
import { decodeChunk } from '../../core/chunk/decode.ts'
import { hashChunk } from '../../core/chunk/hash.ts'
import type { MarketId } from '../../core/market.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/time/interval.ts'
import type { SyncPage } from '../../core/wire/api.ts'
import type { Archive } from '../../server/archive/types.ts'
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
import { countRows, marketOf, page } from './ask.ts'

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
      const { chunks } = await page(archive, market)
      const inApril = rows.filter(({ startMs }) => startMs < MAY)
      expect(
        chunks.map(({ part, period, rows: count, expected }) => [part, period, count, expected]),
      ).toEqual([
        ['price', '2024-04', inApril.length, 43_200],
        ['volume', '2024-04', inApril.length, 43_200],
      ])
      expect(await archive.candles(market, '1m', APRIL, MAY, 50_000)).toEqual(inApril)
      expect(await countRows(on.database, market, APRIL, MAY)).toBe(0)
    })

    test('a chunk comes over the wire in both encodings as the bytes that its name says', async () => {
      const { chunks } = await page(archive, await sealedYear())
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
      await archive.putMarket({ ...(await marketOf(archive, market)), minutesFromMs: from })
      await readAll(archive, market, '1m', from, mid, rows, mid)
      expect(await sealAll(archive, market, mid)).toEqual([
        '1m 2024-04-27',
        '1m 2024-04-26',
        '1m 2024-04-25',
        // The hours before the first one wanted, which its slice brings along.
        '1m 2024-04-24',
      ])
      const days = await page(archive, market)
      await readAll(archive, market, '1m', from, MAY, rows, NOW)
      expect(await sealAll(archive, market, NOW)).toContain('1m 2024-04')

      const change = await page(archive, market, days.revision)
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
      expect((await page(archive, market)).chunks.map(({ period }) => period)).toEqual(['2024-04', '2024-04'])

      // The same market anew, its month read at once.
      const followed = await marketOf(archive, market)
      await archive.removeMarket(market, true)
      await archive.putMarket(followed)
      await readAll(archive, market, '1m', from, MAY, rows, NOW)
      await sealAll(archive, market, NOW)
      const again = (await page(archive, market)).chunks.map(({ sha256 }) => sha256)
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
      const before = await page(archive, market)
      expect((await priceOf(before, '2023')).states[40]).toBe(State.empty)
      await archive.applyReading(answer(market, '1h', late, NOW + 2 * MINUTE_MS, hours))
      expect(await archive.candles(market, '1h', YEAR, END, 50_000)).toEqual(inYear)
      expect(await sealAll(archive, market, NOW)).toEqual(['1h 2023'])
      const after = await page(archive, market, before.revision)
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
      expect(await countRows(on.database, market, YEAR, END)).toBe(0)
    })

    test('a sealed year read again without news keeps its name', async () => {
      const market = await sealedYear()
      const before = await page(archive, market)
      await archive.markUnread(market, YEAR)
      await readAll(archive, market, '1h', YEAR, END, hours, NOW + HOUR_MS)
      await sealAll(archive, market, NOW + HOUR_MS)
      expect((await page(archive, market)).chunks).toEqual(before.chunks)
    })

    test('years before the first candle are not sealed, and why stays readable', async () => {
      const market = await follow()
      const days = candles('1d', YEAR, NOW)
      await archive.markBeyond(market, '1d', sliceStart('1d', Date.UTC(2020, 0, 1)), YEAR)
      await readAll(archive, market, '1d', YEAR, NOW, days, NOW)
      expect(await sealAll(archive, market, NOW)).toEqual(['1d 2023'])
      expect(await sealAll(archive, market, NOW)).toEqual([])
      expect((await page(archive, market)).chunks.map(({ period }) => period)).toEqual(['2023', '2023'])
      // A candle turns up after all: the period is sealed anew, with the reasons of the others.
      const late = candles('1d', Date.UTC(2022, 5, 1), Date.UTC(2022, 5, 2))
      await archive.import(market, '1d', late)
      expect(await sealAll(archive, market, NOW)).toEqual(['1d 2022'])
      const { states } = await priceOf(await page(archive, market), '2022')
      expect([states[150], states[151], states[152]]).toEqual([State.beyond, State.present, State.beyond])
    })

    test('a year without a candle amid others is done with the reasons alone, of which no device hears', async () => {
      const market = await follow()
      const halted = Date.UTC(2022, 0, 1)
      const days = candles('1d', Date.UTC(2021, 0, 1), NOW).filter(
        ({ startMs }) => startMs < halted || startMs >= YEAR,
      )
      await readAll(archive, market, '1d', Date.UTC(2021, 0, 1), NOW, days, NOW)
      await archive.markBeyond(market, '1d', halted, YEAR)
      expect(await sealAll(archive, market, NOW)).toEqual(['1d 2023', '1d 2022', '1d 2021'])
      expect(await sealAll(archive, market, NOW)).toEqual([])
      const { chunks } = await page(archive, market)
      expect(chunks.map(({ period }) => period)).toEqual(['2023', '2023', '2021', '2021'])
    })

    test('recompressed, a chunk keeps its name and becomes smaller', async () => {
      const market = await sealedYear()
      const before = await page(archive, market)
      while (await archive.recompressNext());
      const after = await page(archive, market)
      expect(after.chunks.map(({ sha256 }) => sha256)).toEqual(before.chunks.map(({ sha256 }) => sha256))
      expect(after.chunks[0]!.bytes).toBeLessThan(before.chunks[0]!.bytes)
      const bytes = brotliDecompressSync((await archive.chunk(after.chunks[0]!.sha256, 'br'))!)
      expect(await hashChunk(bytes)).toBe(after.chunks[0]!.sha256)
    })
  })
})
