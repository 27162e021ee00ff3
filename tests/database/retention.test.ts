/** What is older than the retention of its interval goes, whole periods at a time, on both databases. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MarketId } from '../../core/market.ts'
import { DAY_MS } from '../../core/time/interval.ts'
import { restore } from '../../server/archive/restore.ts'
import { candles, KINDS, openTestArchive, readAll, sealAll, type TestArchive } from './archives.ts'
import { page } from './ask.ts'

const NOW = Date.UTC(2024, 4, 20, 12)
const [MARCH_30, APRIL, MAY] = [Date.UTC(2024, 2, 30), Date.UTC(2024, 3, 1), Date.UTC(2024, 4, 1)]
const options = { retention: { '1m': 31 } } as const

describe.each(KINDS)('on %s', (kind) => {
  let on: TestArchive
  let market: MarketId
  let folder: string
  const rows = candles('1m', MARCH_30, MAY + DAY_MS)
  const gaps = async ({ archive }: TestArchive) =>
    (await archive.gaps(market, '1m', {})).map(({ from, to, class: why }) => [
      from.slice(0, 10),
      to.slice(0, 10),
      why,
    ])
  const dropped = ['2024-03-30', '2024-04-01', 'dropped']

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'crypto-tracker-retention-'))
    on = await openTestArchive(kind, NOW, options)
    market = await on.follow({ minutesFromMs: MARCH_30 })
    await readAll(on.archive, market, '1m', MARCH_30, MAY, rows, NOW)
    await on.archive.import('csv:mine' as MarketId, '1m', rows.slice(0, 100))
    expect(await sealAll(on.archive, market, NOW)).toEqual(['1m 2024-04', '1m 2024-03'])
  })
  afterAll(async () => {
    await on.close()
    await rm(folder, { recursive: true, force: true })
  })

  test('a whole month leaves the manifest in one revision, with its rows and coverage; the month of the last day stays', async () => {
    const { archive } = on
    const before = await page(archive, market)
    const april = before.chunks.filter(({ period }) => period === '2024-04')
    expect(await archive.retain(NOW)).toBe(true)
    const change = await page(archive, market, before.revision)
    expect(change.chunks.map(({ period, part, removed }) => [period, part, removed])).toEqual([
      ['2024-03', 'price', true],
      ['2024-03', 'volume', true],
    ])
    expect(change.revision).toBe(before.revision + 1)
    expect((await page(archive, market)).chunks).toEqual(april)
    expect(await archive.candles(market, '1m', 0, APRIL, 10)).toEqual([])
    expect(await archive.candles(market, '1m', APRIL, NOW, 1)).toEqual([rows[2 * 1440]])
    expect((await archive.marketAnswers(NOW)).find(({ id }) => id === market)!.first['1m']).toBe(
      '2024-04-01T00:00:00Z',
    )
    expect((await archive.coverage()).every(({ toMs }) => toMs > APRIL)).toBe(true)
    expect((await archive.verify(market)).faults).toEqual([])
    expect((await gaps(on))[0]).toEqual(dropped)
    // Nothing is done twice, and what somebody brought along himself is kept.
    await archive.retain(NOW)
    expect(await archive.headRevision()).toBe(change.revision)
    expect(await archive.candles('csv:mine' as MarketId, '1m', 0, NOW, 1_000)).toHaveLength(100)
  })

  test('its bytes stay for a week, then the space is given back', async () => {
    const { archive } = on
    const [march] = (await page(archive, market, 1)).chunks.filter(({ removed }) => removed)
    const { chunks } = await archive.size()
    await archive.retain(NOW + 6 * DAY_MS)
    expect(await archive.chunk(march!.sha256, 'br')).not.toBeNull()
    await archive.retain(NOW + 8 * DAY_MS)
    expect(await archive.chunk(march!.sha256, 'br')).toBeNull()
    expect((await archive.size()).chunks).toBeLessThan(chunks)
  })

  test('a backup keeps it so', async () => {
    const file = join(folder, 'backup')
    await on.archive.backup(file)
    const other = await openTestArchive(kind, NOW, options)
    try {
      await restore(other.database, file)
      expect(await gaps(other)).toEqual(await gaps(on))
    } finally {
      await other.close()
    }
  })
})
