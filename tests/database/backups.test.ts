/** A backup holds everything, whatever the database: restored into either one, every chunk has its name again. */
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MarketId } from '../../core/market.ts'
import { DAY_MS, HOUR_MS } from '../../core/time/interval.ts'
import { restore } from '../../server/archive/restore.ts'
import { candles, KINDS, openTestArchive, readAll, sealAll, type TestArchive } from './archives.ts'

const DAY = Date.UTC(2024, 2, 1)
const NOW_MS = DAY + 2 * DAY_MS

let folder: string
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'crypto-tracker-backup-'))))
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Sealed days, hot rows, an absent place, a refused row, a raw answer and prices. */
async function filled(kind: (typeof KINDS)[number]): Promise<TestArchive & { market: MarketId }> {
  const test = await openTestArchive(kind, NOW_MS)
  const market = await test.follow()
  const { archive } = test
  const rows = candles('1m', DAY, NOW_MS - HOUR_MS).filter((_, at) => at % 100 !== 7)
  await readAll(archive, market, '1m', DAY, NOW_MS - HOUR_MS, rows, NOW_MS)
  await sealAll(archive, market, NOW_MS)
  await archive.quarantine('test', market, NOW_MS, {
    startMs: DAY,
    reason: 'a "quoted"\nreason',
    raw: '[1,\\2]',
  })
  await archive.keepRaw({ source: 'test', url: 'http://x/', atMs: NOW_MS, status: 200, body: '[[1,2]]' })
  await archive.recordSamples([{ market, atMs: NOW_MS, price: '0.000012345678901234567' }])
  return { ...test, market }
}

/** What a device and its people can see of an archive. */
async function seen(test: TestArchive, market: MarketId) {
  const { archive, clock } = test
  return {
    sync: { ...(await archive.sync(0, null, 'br', null)), archive: null },
    candles: await archive.candles(market, '1m', DAY, NOW_MS, 100_000),
    prices: await archive.prices(clock.nowMs),
    coverage: await archive.coverage(),
    faults: (await archive.verify(null)).faults,
  }
}

describe.each(KINDS)('from %s', (from) => {
  let source: Awaited<ReturnType<typeof filled>>
  let file: string
  beforeAll(async () => {
    source = await filled(from)
    file = join(folder, `${from}.backup`)
    await source.archive.backup(file)
  })
  afterAll(() => source.close())

  test('only its owner may read it, and nothing is overwritten', async () => {
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    await expect(source.archive.backup(file)).rejects.toThrow('is there already')
    await expect(source.archive.backup(join(folder, 'nowhere', 'a'))).rejects.toThrow('cannot be written')
  })

  test.each(KINDS)('restored into %s it is the same archive under another name', async (into) => {
    const target = await openTestArchive(into, NOW_MS)
    try {
      const report = await restore(target.database, file)
      expect(report.archive).not.toBe(source.archive.id)
      const before = await seen(source, source.market)
      expect(before.sync).toMatchObject({ chunks: expect.arrayContaining([expect.anything()]) as unknown })
      expect(await seen(target, source.market)).toEqual({ ...before, faults: [] })
      // It goes on where it was: new rows find free keys.
      await target.follow({ pair: 'ETH-USD' })
      await target.archive.quarantine('test', null, NOW_MS, { startMs: null, reason: 'later', raw: '' })
    } finally {
      await target.close()
    }
  })
})

describe('what is no whole backup changes nothing', () => {
  let target: TestArchive
  let good: Buffer
  const write = async (name: string, text: Buffer | string) => {
    const path = join(folder, name)
    await writeFile(path, text)
    return path
  }
  beforeAll(async () => {
    const source = await filled('embedded')
    const file = join(folder, 'good')
    await source.archive.backup(file)
    await source.close()
    good = await readFile(file)
    target = await openTestArchive('embedded', NOW_MS)
  })
  afterAll(() => target.close())

  test.each([
    ['a file that is not there', async () => join(folder, 'absent'), 'cannot be read'],
    ['another file', () => write('text', 'time,open\n'), 'no backup'],
    [
      'gzip of something else',
      () => write('other', gzipSync('{"format":"pg_dump"}\n')),
      'no backup of Crypto Tracker',
    ],
    ['one cut short', () => write('short', good.subarray(0, good.length / 2)), 'cut short'],
    [
      'one whose last lines are gone',
      () =>
        write('headless', gzipSync(gunzipSync(good).toString().split('\n').slice(0, -3).join('\n') + '\n')),
      'cut short',
    ],
    [
      'one with another price',
      () => write('altered', gzipSync(gunzipSync(good).toString().replace('0.000012345678901234567', '9'))),
      'damaged',
    ],
    [
      'one of a newer program',
      () =>
        write(
          'newer',
          gzipSync(
            gunzipSync(good)
              .toString()
              .replace(/"schema":\d+/, '"schema":9999999999999'),
          ),
        ),
      'newer Crypto Tracker',
    ],
  ])('%s', async (_, file, message) => {
    await expect(restore(target.database, await file())).rejects.toThrow(message)
    expect(await target.archive.markets()).toEqual([])
  })

  test('an archive that holds something', async () => {
    await target.follow()
    const file = await write('again', good)
    await expect(restore(target.database, file)).rejects.toThrow('not empty')
    expect(await target.archive.markets()).toHaveLength(1)
  })
})
