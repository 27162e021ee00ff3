/** Imported candles, and the check of everything that is stored, on both databases. */
import { gunzipSync } from 'node:zlib'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Flag, State } from '../../core/candle/columns.ts'
import type { PricePart } from '../../core/chunk/chunk.ts'
import { decodeChunk } from '../../core/chunk/decode.ts'
import type { MarketId } from '../../core/market.ts'
import { HOUR_MS } from '../../core/time/interval.ts'
import type { Archive } from '../../server/archive/types.ts'
import { candles, KINDS, openTestArchive, readAll, sealAll, type TestArchive } from './archives.ts'
import { page } from './ask.ts'

const NOW = Date.UTC(2024, 4, 20, 12, 0)
const MAY = Date.UTC(2024, 4, 1)

describe.each(KINDS)('on %s', (kind) => {
  let on: TestArchive
  let archive: Archive
  const follow: TestArchive['follow'] = (market) => on.follow(market)

  beforeAll(async () => {
    on = await openTestArchive(kind, NOW)
    archive = on.archive
  })
  afterAll(() => on.close())

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
      const { chunks } = await page(archive, market)
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
      expect((await page(archive, market)).chunks[0]).toMatchObject({
        period: '2023-06',
        rows: 1440,
        expected: 43_200,
      })
    })

    test('what was imported is sealed apart from all else, and as small as it goes at once', async () => {
      const days = candles('1d', Date.UTC(2022, 0, 1), Date.UTC(2023, 0, 1))
      const other = await follow()
      await archive.import(other, '1d', days)
      const market = `csv:small-${kind}` as MarketId
      await archive.import(market, '1d', days)
      expect(await archive.sealNext(NOW, { market })).toMatchObject({ market, period: '2022' })
      expect(await archive.sealNext(NOW, { market })).toBeNull()
      expect((await page(archive, other)).chunks).toEqual([])
      const before = (await page(archive, market)).chunks
      expect(before.map(({ part }) => part)).toEqual(['price', 'volume'])
      while (await archive.recompressNext());
      expect((await page(archive, market)).chunks).toEqual(before)
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
      const { chunks } = await page(archive, market)
      await on.database.write((tx) =>
        tx.execute(
          sql`UPDATE chunk_body SET brotli = set_byte(brotli, 60, get_byte(brotli, 60) # 1) WHERE sha256 = ${chunks[0]!.sha256}`,
        ),
      )
      const { faults } = await archive.verify(market)
      expect(faults.length).toBeGreaterThan(0)
      expect(faults[0]).toMatchObject({ market, interval: '1d', at: '2020-01-01T00:00:00Z' })
      await archive.removeMarket(market, true)
    })
  })
})
