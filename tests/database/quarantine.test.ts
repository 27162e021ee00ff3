/** What was refused can be looked at, taken in or put aside, on both databases; what breaks the rules cannot be taken in. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MarketId } from '../../core/market.ts'
import { Flag } from '../../core/candle/columns.ts'
import { HOUR_MS, MINUTE_MS } from '../../core/time/interval.ts'
import { answer, candles, KINDS, openTestArchive, type TestArchive } from './archives.ts'

const FROM = Date.UTC(2024, 2, 1)
const NOW_MS = FROM + 5 * HOUR_MS

describe.each(KINDS)('quarantine on %s', (kind) => {
  let opened: TestArchive
  let market: MarketId
  const rows = candles('1m', FROM, FROM + HOUR_MS)
  const doubted = { ...rows[10]!, high: '999999' }
  beforeAll(async () => {
    opened = await openTestArchive(kind, NOW_MS)
    market = await opened.follow()
    await opened.archive.applyReading(
      answer(market, '1m', FROM, NOW_MS, rows.toSpliced(10, 2), {
        isDoubtful: true,
        refused: [
          { startMs: doubted.startMs, reason: 'far from its neighbours', raw: 'as it came', candle: doubted },
          { startMs: rows[11]!.startMs, reason: 'high 1 lies below open 2', raw: '[1,2]' },
        ],
      }),
    )
    await opened.archive.quarantine('test', market, NOW_MS, { startMs: null, reason: 'wild', raw: '61000.5' })
  })
  afterAll(() => opened.close())

  const numberOf = async (reason: string) =>
    (await opened.archive.quarantined(market, true)).find((row) => row.reason.includes(reason))!.id
  const at = async (startMs: number) =>
    (await opened.archive.candles(market, '1m', startMs, startMs + MINUTE_MS, 1))[0]

  test('lists the newest first, with what can be done', async () => {
    const listed = await opened.archive.quarantined(market, false)
    expect(listed.map(({ reason, interval, canBeAccepted }) => [reason, interval, canBeAccepted])).toEqual([
      ['wild', null, true],
      ['high 1 lies below open 2', '1m', false],
      ['far from its neighbours', '1m', true],
    ])
    expect(await opened.archive.quarantined('test:OTHER-USD' as MarketId, false)).toEqual([])
  })

  test('a doubted candle that is accepted is in the archive, flagged, under a revision of its own', async () => {
    const head = await opened.archive.headRevision()
    expect(await at(doubted.startMs)).toBeUndefined()
    await opened.archive.review(await numberOf('far from'), 'accepted')
    expect(await at(doubted.startMs)).toEqual({ ...doubted, flags: Flag.suspicious })
    expect(await opened.archive.headRevision()).toBe(head + 1)
    const { faults } = await opened.archive.verify(market)
    expect(faults).toEqual([])
  })

  test('what breaks the rules can be rejected only', async () => {
    const row = await numberOf('lies below')
    await expect(opened.archive.review(row, 'accepted')).rejects.toThrow('cannot be accepted')
    await opened.archive.review(row, 'rejected')
    expect(await at(rows[11]!.startMs)).toBeUndefined()
  })

  test('a sampled price that is accepted is a sample', async () => {
    await opened.archive.review(await numberOf('wild'), 'accepted')
    const [price] = await opened.archive.prices(NOW_MS)
    expect(price).toMatchObject({ market, price: '61000.5' })
  })

  test('what was decided about is listed only when asked for, and stays', async () => {
    expect(await opened.archive.quarantined(market, false)).toEqual([])
    expect((await opened.archive.quarantined(market, true)).map(({ review }) => review)).toEqual([
      'accepted',
      'rejected',
      'accepted',
    ])
  })

  test('a number that is none is said', async () => {
    await expect(opened.archive.review(4711, 'rejected')).rejects.toThrow('no row 4711')
  })
})
