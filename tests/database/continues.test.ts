/** A renamed market is read through the seam to the one it continues, on both databases. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { State } from '../../core/candle/columns.ts'
import type { MarketId } from '../../core/market.ts'
import { DAY_MS, HOUR_MS, INTERVAL_MS, type StoredInterval } from '../../core/time/interval.ts'
import { volatility } from '../../core/volatility/volatility.ts'
import { restore } from '../../server/archive/restore.ts'
import { readSeries } from '../../server/series.ts'
import { candles, KINDS, openTestArchive, readAll, sealAll, type TestArchive } from './archives.ts'
import { marketOf } from './ask.ts'

const NOW = Date.UTC(2024, 2, 20)
const BEGIN = Date.UTC(2024, 1, 1)
/** The new name's first day, and its first hour. */
const DAY = Date.UTC(2024, 2, 1)
const HOUR = DAY + 6 * HOUR_MS
/** The old name was traded on for a while. */
const OLD_END = Date.UTC(2024, 2, 10)

describe.each(KINDS)('on %s', (kind) => {
  let on: TestArchive
  let folder: string
  let old: MarketId
  let now: MarketId
  const source = 'renaming'
  const all = (interval: StoredInterval) => candles(interval, BEGIN, NOW)
  const starts = async (interval: StoredInterval | '4h', from = BEGIN, to = NOW) =>
    (await on.archive.joinedCandles(now, interval, from, to, 10_000)).rows.map(({ startMs }) => startMs)

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'crypto-tracker-continues-'))
    on = await openTestArchive(kind, NOW)
    old = await on.follow({ source, pair: 'MATIC-USD' })
    now = await on.follow({ source, pair: 'POL-USD', continues: old })
    for (const interval of ['1d', '1h'] as const) {
      // Twice the price under the new name, so that it shows whose candle it is.
      const double = all(interval).map((row) => ({ ...row, high: '200000' }))
      const first = interval === '1d' ? DAY : HOUR
      const given = (from: number, to: number, of = all(interval)) =>
        of.filter(({ startMs }) => startMs >= from && startMs < to)
      await readAll(on.archive, old, interval, BEGIN, OLD_END, given(BEGIN, OLD_END), NOW)
      await readAll(on.archive, now, interval, first, NOW, given(first, NOW, double), NOW)
    }
    await sealAll(on.archive, now, NOW)
  })
  afterAll(async () => {
    await on.close()
    await rm(folder, { recursive: true, force: true })
  })

  test('candles are the older market’s before the seam and its own after it, and the seam is named', async () => {
    const days = await on.archive.joinedCandles(now, '1d', BEGIN, NOW, 10_000)
    expect(days.rows.map(({ startMs }) => startMs)).toEqual(all('1d').map(({ startMs }) => startMs))
    expect(days.rows.filter(({ high }) => high === '200000')[0]!.startMs).toBe(DAY)
    expect(days.seams).toEqual([{ atMs: DAY, market: old }])
    expect((await on.archive.joinedCandles(now, '1d', DAY, NOW, 10)).seams).toEqual([])
    expect((await on.archive.joinedCandles(now, '1d', BEGIN, NOW, 40)).rows).toEqual(days.rows.slice(0, 40))
    // By itself each series is what it was.
    expect(await on.archive.candles(now, '1d', BEGIN, NOW, 1)).toEqual([days.rows[(DAY - BEGIN) / DAY_MS]])
    expect((await on.archive.joinedCandles(old, '1d', BEGIN, NOW, 10_000)).rows.at(-1)!.startMs).toBe(
      OLD_END - DAY_MS,
    )
  })

  test('a bar that the seam cuts is nobody’s', async () => {
    expect(await starts('4h', DAY - 4 * HOUR_MS, DAY + 16 * HOUR_MS)).toEqual(
      [-4, 0, 8, 12].map((hours) => DAY + hours * HOUR_MS),
    )
  })

  test.each(['1d', '1h'] as const)('no return of %s crosses the seam', async (interval) => {
    const columns = await readSeries(on.archive.priceFrame, now, interval)
    const step = INTERVAL_MS[interval]
    const seam = ((interval === '1d' ? DAY : HOUR) - BEGIN) / step
    expect([columns.startMs, columns.length]).toEqual([BEGIN, (NOW - BEGIN) / step])
    expect([...columns.states.subarray(seam - 2, seam + 1)]).toEqual([
      State.present,
      State.missing,
      State.present,
    ])
    const request = {
      estimator: 'close',
      window: 5,
      mean: 'sample',
      barsPerYear: null,
      minCoverage: 0.5,
    } as const
    const { bars: n } = volatility(columns, request)
    expect([n[seam - 2], n[seam - 1], n[seam], n[seam + 1]]).toEqual([5, 4, 3, 3])
  })

  test('it is told with the markets, is not forgotten by a change of name, and a backup keeps it', async () => {
    const told = async ({ archive }: TestArchive) =>
      (await archive.marketAnswers(NOW)).find(({ id }) => id === now)!.continues
    const expected = { market: old, at: '2024-03-01T00:00:00Z' }
    expect(await told(on)).toEqual(expected)
    const { id, base, quote, tick, status, minutesFromMs } = await marketOf(on.archive, now)
    await on.archive.putMarket({ id, source, base, quote, name: 'Polygon', tick, status, minutesFromMs })
    expect(await told(on)).toEqual(expected)
    const file = join(folder, 'backup')
    await on.archive.backup(file)
    const other = await openTestArchive(kind, NOW)
    try {
      await restore(other.database, file)
      expect(await told(other)).toEqual(expected)
      await other.archive.removeMarket(old, true)
      expect(await told(other)).toBeUndefined()
      expect((await other.archive.joinedCandles(now, '1d', 0, NOW, 1)).rows[0]!.startMs).toBe(DAY)
    } finally {
      await other.close()
    }
  })
})
