/** What a source answered, on both databases: nothing lost, nothing invented, nothing twice. */
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { State } from '../../core/candle/columns.ts'
import type { CandleRow } from '../../core/candle/row.ts'
import { candlesOfSamples } from '../../core/candle/sampled.ts'
import type { MarketId } from '../../core/market.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/time/interval.ts'
import type { Archive } from '../../server/archive/types.ts'
import { quarantine } from '../../server/db/schema.ts'
import { answer, candles, KINDS, openTestArchive, readAll, sliceStart, type TestArchive } from './archives.ts'
import { tailOf } from './ask.ts'

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
      const tail = await tailOf(archive, market, '1m', NOW)
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
      const before = await tailOf(archive, market, '1m', NOW)
      expect(before.states![121]).toBe(State.empty)
      await readAll(archive, market, '1m', from + 5 * HOUR_MS, from + 5 * HOUR_MS + 1, rows, NOW)
      const after = await tailOf(archive, market, '1m', NOW, before.revision)
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
        const { states } = await tailOf(archive, market, '1m', NOW)
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
      expect([...(await tailOf(archive, markets[0]!, '1m', NOW)).states!.subarray(50, 60)]).toEqual(
        Array.from({ length: 10 }, () => State.empty),
      )
    })

    describe('before the first candle', () => {
      /** Three markets of one source whose minutes all begin at 60; each lacks 70 to 79. */
      async function begin(name: string) {
        const source = `${name}${kind.toLowerCase()}`
        const from = sliceStart('1m', NOW - DAY_MS)
        const rows = candles('1m', from, from + 5 * HOUR_MS)
        const had = rows.filter((_, place) => place >= 60 && (place < 70 || place >= 80))
        const markets = []
        for (const pair of ['BTC-USD', 'ETH-USD', 'SOL-USD']) markets.push(await follow({ pair, source }))
        for (const market of markets) await readAll(archive, market, '1m', from, from + 1, had, NOW)
        const statesAt = async (market: MarketId, first: number, last: number) => {
          const { states, startMs } = await tailOf(archive, market, '1m', NOW)
          const shift = (startMs! - from) / MINUTE_MS
          return new Set(states!.subarray(first - shift, last + 1 - shift))
        }
        return { source, from, rows, had, markets, statesAt }
      }

      test('there is no outage, also where all markets of the source begin at once', async () => {
        const { markets, statesAt } = await begin('listing')
        for (const market of markets) {
          expect(await statesAt(market, 0, 59)).toEqual(new Set([State.empty]))
          expect(await statesAt(market, 70, 79)).toEqual(new Set([State.outage]))
        }
      })

      test('absences are beyond once it is known to be the listing, confirmed or not', async () => {
        const { from, had, markets, statesAt } = await begin('known')
        const [market] = markets as [MarketId]
        await archive.markBeyond(market, '1m', from, from + HOUR_MS)
        await archive.applyReading(answer(market, '1m', from, NOW + HOUR_MS, had))
        expect(await statesAt(market, 0, 59)).toEqual(new Set([State.beyond]))
        expect(await statesAt(market, 70, 79)).toEqual(new Set([State.outage]))
      })

      test('absences are beyond right behind what is, whichever was known first', async () => {
        const { source, from, had, markets, statesAt } = await begin('behind')
        const [market] = markets as [MarketId]
        await archive.markBeyond(market, '1m', from - 5 * HOUR_MS, from)
        expect(await statesAt(market, 0, 59)).toEqual(new Set([State.beyond]))
        const later = await follow({ pair: 'ADA-USD', source })
        await archive.markBeyond(later, '1m', from - 5 * HOUR_MS, from)
        await readAll(archive, later, '1m', from, from + 1, had, NOW)
        expect(await statesAt(later, 0, 59)).toEqual(new Set([State.beyond]))
      })

      test('an older candle makes an outage of what was before the first one until then', async () => {
        const { source, from, rows, markets, statesAt } = await begin('older')
        const older = candles('1m', from - 5 * HOUR_MS, from)
        for (const [i, market] of markets.entries()) {
          expect(await statesAt(market, 0, 59)).toEqual(new Set([State.empty]))
          await readAll(archive, market, '1m', from - 5 * HOUR_MS, from - 1, older, NOW)
          // With the third one there are enough of them to tell.
          for (const known of markets.slice(0, i + 1))
            expect(await statesAt(known, 0, 59)).toEqual(new Set([i < 2 ? State.empty : State.outage]))
        }
        const fourth = await follow({ pair: 'ADA-USD', source })
        await readAll(archive, fourth, '1m', from, from + 1, rows, NOW)
        expect(await statesAt(markets[0]!, 0, 59)).toEqual(new Set([State.empty]))
      })
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

    test('a candle of sampled prices gives way to one of more samples and to none of fewer', async () => {
      const market = await follow()
      const row = { startMs: MAY, open: '2', high: '4', low: '1', close: '3', volume: null, samples: 12 }
      const read = (readAtMs: number, rows: readonly CandleRow[]) =>
        archive.applyReading(answer(market, '1h', MAY, readAtMs, rows, { sampled: 'there' }))
      await read(NOW, [row])
      const thinner = { ...row, open: '3', high: '3', low: '3', samples: 1 }
      expect((await read(NOW + HOUR_MS, [thinner])).revision).toBeNull()
      expect(await archive.candles(market, '1h', MAY, MAY + HOUR_MS, 1)).toEqual([row])
      const denser = { ...row, high: '5', samples: 60 }
      expect((await read(NOW + 2 * HOUR_MS, [denser])).revised).toBe(1)
      expect(await archive.candles(market, '1h', MAY, MAY + HOUR_MS, 1)).toMatchObject([denser])
    })

    test('a minute without a sample stays missing, however often it is read', async () => {
      const market = await follow()
      const from = sliceStart('1m', NOW - DAY_MS)
      const at = (minute: number) => from + minute * MINUTE_MS + 5000
      await archive.recordSamples([0, 1, 3].map((minute) => ({ market, atMs: at(minute), price: '7.5' })))
      const samples = await archive.samples(market, from, from + 300 * MINUTE_MS)
      expect(samples.map(({ atMs }) => atMs)).toEqual([at(0), at(1), at(3)])
      const rows = candlesOfSamples(samples, '1m')
      for (const readAtMs of [NOW, NOW + MINUTE_MS, NOW + HOUR_MS])
        await archive.applyReading(answer(market, '1m', from, readAtMs, rows, { sampled: 'here' }))
      const tail = await tailOf(archive, market, '1m', NOW)
      expect([...tail.states!.subarray(0, 2)]).toEqual([State.present, State.present])
      expect(tail.states).not.toContain(State.empty)
      const [slice] = (await archive.coverage()).filter((one) => one.market === market)
      expect(slice).toMatchObject({ open: 0, settled: true })
    })

    test('a refused row is kept once, however often the source repeats it', async () => {
      const market = await follow()
      const refused = [{ startMs: MAY, reason: 'low above "open"', raw: '[1,{"a":"\\\\"}]' }]
      for (const readAtMs of [NOW, NOW + MINUTE_MS])
        await archive.applyReading(answer(market, '1m', MAY, readAtMs, [], { refused }))
      const kept = await on.database.read((tx) =>
        tx.select().from(quarantine).where(eq(quarantine.market, market)),
      )
      expect(kept).toMatchObject([{ start: MAY, reason: 'low above "open"', raw: '[1,{"a":"\\\\"}]' }])
    })
  })
})
