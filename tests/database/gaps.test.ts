/** Every missing place has a class, sealed or not, on both databases. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MarketId } from '../../core/market.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/time/interval.ts'
import type { SourceLimits } from '../../server/archive/types.ts'
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

const NOW = Date.UTC(2024, 4, 20, 12)
const TODAY = Date.UTC(2024, 4, 20)
const LISTED = Date.UTC(2023, 0, 10)
const SLICE_MS = 300 * MINUTE_MS

describe.each(KINDS)('gaps on %s', (kind) => {
  let on: TestArchive
  let market: MarketId
  const source = 'gappy'
  const days = candles('1d', LISTED, TODAY)
  const first = sliceStart('1m', NOW - 3 * DAY_MS)
  const limits = (values: Partial<SourceLimits> = {}) => {
    return {
      [source]: { foundedMs: LISTED - 1000 * DAY_MS, isLimited: false, limitedUntilMs: null, ...values },
    }
  }
  const told = async (interval: '1m' | '1h' | '1d', values: Partial<SourceLimits> = {}) =>
    (await on.archive.gaps(market, interval, limits(values))).map(({ from, places, why }) => [
      from,
      places,
      why,
    ])
  const iso = (ms: number) => new Date(ms).toISOString().replace('.000', '')

  beforeAll(async () => {
    on = await openTestArchive(kind, NOW)
    market = await on.follow({ source, minutesFromMs: first + 2 * SLICE_MS })
    const { archive } = on
    await readAll(archive, market, '1d', LISTED, TODAY, days, NOW)
    await archive.markBeyond(market, '1d', sliceStart('1d', LISTED) - 300 * DAY_MS, sliceStart('1d', LISTED))
    // The first slice of minutes is beyond the source, the second one not wanted, the third one was read in part.
    await archive.markBeyond(market, '1m', first, first + SLICE_MS)
    const third = first + 2 * SLICE_MS
    const rows = candles('1m', third, third + SLICE_MS)
    const refused = [{ startMs: rows[50]!.startMs, reason: 'high 1 lies below open 2', raw: '[1,2]' }]
    const given = rows.toSpliced(50, 1).toSpliced(9, 1)
    await archive.applyReading(answer(market, '1m', third, third + 2 * HOUR_MS, given, { refused }))
  })
  afterAll(() => on.close())

  test('before the listing, beyond the source, not wanted, refused, not confirmed, not yet fetched', async () => {
    const begin = sliceStart('1d', LISTED) - 300 * DAY_MS
    expect(await told('1d')).toEqual([
      [
        iso(LISTED - 1000 * DAY_MS),
        (begin - LISTED) / DAY_MS + 1000,
        expect.stringMatching(/^not yet fetched/),
      ],
      [iso(begin), (LISTED - begin) / DAY_MS, 'before 2023-01-10T00:00:00Z: not listed yet'],
    ])
    const third = first + 2 * SLICE_MS
    const left = (NOW - third) / MINUTE_MS - 120
    expect(await told('1m')).toEqual([
      [iso(first), 300, `from ${iso(first + SLICE_MS)}: limit of the source`],
      [iso(first + SLICE_MS), 300, `from ${iso(third)}: minutes that are wanted`],
      [iso(third + 9 * MINUTE_MS), 1, 'the source gave nothing, and that is not confirmed'],
      [iso(third + 50 * MINUTE_MS), 1, 'refused: see quarantine'],
      [iso(third + 120 * MINUTE_MS), left, `not yet fetched (${Math.ceil(left / 300)} requests to go)`],
    ])
    expect(await told('1h')).toEqual([
      [iso(LISTED), (NOW - LISTED) / HOUR_MS, expect.stringMatching(/^not yet fetched/)],
    ])
  })

  test('of a source that gives its newest bars only, what lies before is no sign of a listing', async () => {
    expect((await told('1d', { isLimited: true }))[1]![2]).toBe(
      'from 2023-01-10T00:00:00Z: limit of the source',
    )
  })

  test('while the source takes no more requests, what is unread says so, and until when', async () => {
    const [, , , , unread] = await told('1m', { limitedUntilMs: NOW + MINUTE_MS })
    expect(unread![2]).toContain('takes no more requests before 2024-05-20T12:01:00Z')
  })

  test('of a source of sampled prices, a place without one was not looked at', async () => {
    const said = (await told('1m', { sampled: ['1m'] })).map(([, , why]) => why)
    expect(said).toContain('no price was sampled there')
    expect(said).not.toContain('the source gave nothing, and that is not confirmed')
  })

  test('verify finds no fault, counts every missing place, and says the same of what is sealed', async () => {
    const before = await on.archive.gaps(market, null, limits())
    expect(await sealAll(on.archive, market, NOW)).toContain('1d 2023')
    const report = await on.archive.verify(market, limits())
    expect(report.faults).toEqual([])
    expect(report.gaps).toEqual(before)
    expect(report.missing).toBe(before.reduce((sum, { places }) => sum + places, 0))
    expect(await on.archive.gaps(market, null, limits())).toEqual(before)
  })
})
