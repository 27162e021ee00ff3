/** `rebuild` makes candles again of raw answers and chunks of their places: nothing changes where nothing is wrong. */
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Flag } from '../../core/candle/columns.ts'
import type { CandleRow } from '../../core/candle/row.ts'
import type { MarketId } from '../../core/market.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/time/interval.ts'
import { addCounts, NOTHING } from '../../server/archive/rebuild-counts.ts'
import type { Archive, Reading, RebuildAt } from '../../server/archive/types.ts'
import { rows } from '../../server/db/database.ts'
import { createReadAgain } from '../../server/ingest/read-again.ts'
import { answer, candles, KINDS, openTestArchive, sealAll, sliceStart, type TestArchive } from './archives.ts'
import { page } from './ask.ts'

const NOW = Date.UTC(2024, 4, 20, 12)
const DAY = Date.UTC(2024, 4, 18)
const readAgain = createReadAgain()
/** Read for the first time and for the second one. */
const [FIRST, SECOND] = [NOW - 2 * HOUR_MS, NOW - HOUR_MS]

describe.each(KINDS)('on %s', (kind) => {
  let on: TestArchive
  let archive: Archive
  let market: MarketId
  let pairs = 0
  const minutes = candles('1m', DAY - DAY_MS, DAY + DAY_MS).filter((_, i) => i % 701 !== 5)

  beforeAll(async () => {
    on = await openTestArchive(kind, NOW)
    archive = on.archive
  })
  afterAll(() => on.close())

  /** Coinbase's answer for the slice, kept as it came. */
  async function keep(
    { market: id, interval, fromMs, toMs, readAtMs }: Reading,
    given: readonly CandleRow[],
  ) {
    const body = given.map(
      ({ startMs, open, high, low, close, volume }) =>
        `[${startMs / 1000},${low},${high},${open},${close},${volume}]`,
    )
    const product = 'ANY-USD'
    await archive.keepRaw({
      source: 'coinbase',
      url: 'https://x/candles',
      atMs: readAtMs,
      status: 200,
      body: `[${body.reverse().join(',')}]`,
      question: { market: id, interval, fromMs, toMs, readAtMs, product },
    })
  }

  async function read(
    fromMs: number,
    readAtMs: number,
    given: readonly CandleRow[],
    values: Partial<Reading> = {},
  ) {
    const reading = answer(market, '1m', fromMs, readAtMs, given, values)
    await keep(reading, reading.rows)
    return archive.applyReading(reading)
  }

  /** A market whose two days were read and sealed. */
  async function followed(): Promise<void> {
    market = await on.follow({ source: 'coinbase', pair: `M${++pairs}-USD`, minutesFromMs: DAY - DAY_MS })
    for (let ms = sliceStart('1m', DAY - DAY_MS); ms < DAY + DAY_MS; ms += 5 * HOUR_MS) {
      await read(ms, FIRST, minutes)
      await read(ms, FIRST + MINUTE_MS, minutes)
    }
    expect(await sealAll(archive, market, NOW)).toEqual(
      ['1m 2024-05-19', '1m 2024-05-18', '1m 2024-05-17'].slice(1),
    )
  }

  async function rebuild() {
    let [counts, steps] = [{ interval: '1m' as const, ...NOTHING } as ReturnType<typeof addCounts>, 0]
    for (let at: RebuildAt | null | undefined; at !== null; steps++) {
      const step = await archive.rebuild(market, at ?? null, readAgain)
      expect(step.faults).toEqual([])
      counts = step.counts.filter(({ interval }) => interval === '1m').reduce(addCounts, counts)
      at = step.next
    }
    return counts
  }

  const names = async () =>
    (await page(archive, market)).chunks.map(({ period, part, sha256 }) => `${period} ${part} ${sha256}`)
  const at = async (startMs: number) =>
    (await archive.candles(market, '1m', startMs, startMs + MINUTE_MS, 1))[0]

  test('where nothing is wrong no name and no revision changes, and all of it is made again', async () => {
    await followed()
    const [before, head] = [await names(), await archive.headRevision()]
    expect(before).toHaveLength(4)
    expect(await rebuild()).toMatchObject({
      unreadable: 0,
      changed: 0,
      added: 0,
      chunks: 4,
      renamed: 0,
      fromRaw: minutes.length,
      candles: minutes.length,
    })
    expect(await names()).toEqual(before)
    expect(await archive.headRevision()).toBe(head)
  })
  test('what a wrong parser did is put right, sealed or not: every chunk has its name again', async () => {
    await followed()
    const before = await names()
    const damage = (set: string, where: string) =>
      on.database.write((tx) =>
        rows(
          tx,
          sql`UPDATE candle c SET ${sql.raw(set)}, revision = c.revision + 1 FROM market m
            WHERE m.key = c.market AND m.id = ${market} AND ${sql.raw(where)}`,
        ),
      )
    await damage('close = high, volume = 1', 'minute % 10 = 3')
    // What was read wrongly was sealed, too.
    await on.database.write((tx) => rows(tx, sql`UPDATE chunk SET dirty = true`))
    await sealAll(archive, market, NOW)
    expect(await names()).not.toEqual(before)
    await damage('low = 1', 'minute % 1000 = 7')
    const { fromRaw, changed, renamed } = await rebuild()
    expect(fromRaw).toBe(minutes.length)
    expect(changed).toBeGreaterThan(250)
    expect(renamed).toBe(4)
    expect(await names()).toEqual(before)
    expect(await archive.candles(market, '1m', DAY - DAY_MS, NOW, 10_000)).toEqual(minutes)
    expect((await archive.verify(market)).faults).toEqual([])
  })

  test('one minute replaced at the source changes one period, whose old name stays for a week; rebuild changes nothing then', async () => {
    await followed()
    const before = await page(archive, market)
    const replaced = { ...minutes.find(({ startMs }) => startMs === DAY + HOUR_MS)!, high: '99999.5' }
    const given = minutes.map((row) => (row.startMs === replaced.startMs ? replaced : row))
    for (let ms = sliceStart('1m', DAY); ms < DAY + DAY_MS; ms += 5 * HOUR_MS) await read(ms, SECOND, given)
    await sealAll(archive, market, NOW)
    const change = await page(archive, market, before.revision)
    expect(change.chunks.map(({ period, part }) => [period, part])).toEqual([['2024-05-18', 'price']])
    const old = before.chunks.find(({ period, part }) => period === '2024-05-18' && part === 'price')!.sha256
    await archive.retain(NOW + 6 * DAY_MS)
    expect(await archive.chunk(old, 'br')).not.toBeNull()
    const [named, head] = [await names(), await archive.headRevision()]
    expect(await rebuild()).toMatchObject({ fromRaw: minutes.length, changed: 0, added: 0, renamed: 0 })
    expect(await names()).toEqual(named)
    expect(await archive.headRevision()).toBe(head)
    expect(await at(replaced.startMs)).toEqual({ ...replaced, flags: Flag.revised })
    await archive.retain(NOW + 8 * DAY_MS)
    expect(await archive.chunk(old, 'br')).toBeNull()
  })

  test('an answer that says all that an earlier one said takes its place', async () => {
    market = await on.follow({ source: 'coinbase', pair: `M${++pairs}-USD`, minutesFromMs: DAY })
    const question = {
      market,
      interval: '1m',
      fromMs: DAY,
      toMs: DAY + 5 * HOUR_MS,
      product: 'X-USD',
    } as const
    const kept = { source: 'coinbase', url: 'https://x', status: 200, body: '[]' }
    const readAt = (readAtMs: number) => ({ ...kept, atMs: readAtMs, question: { ...question, readAtMs } })
    await archive.keepRaw(readAt(FIRST))
    await archive.keepRaw(readAt(FIRST + 1))
    await archive.keepRaw({ ...readAt(SECOND), supersedes: FIRST })
    expect(await rebuild()).toMatchObject({ answers: 2 })
  })

  test('the owner’s decisions, imports, and what a later answer said that was not kept all stay', async () => {
    market = await on.follow({ source: 'coinbase', pair: `M${++pairs}-USD`, minutesFromMs: DAY })
    const slice = sliceStart('1m', DAY)
    const own = candles('1m', slice, slice + 100 * MINUTE_MS)
    const wild = [20, 40].map((i) => ({ ...own[i]!, high: String(Number(own[i]!.high) * 7) }))
    const imported = candles('1m', slice + 150 * MINUTE_MS, slice + 151 * MINUTE_MS)[0]!
    const refused = wild.map((candle) => ({
      startMs: candle.startMs,
      reason: 'far',
      raw: candle.high,
      candle,
    }))
    const rest = own.filter((_, i) => i !== 20 && i !== 40)
    const reading = answer(market, '1m', slice, FIRST, rest, { refused, isDoubtful: true })
    // Kept twice, so that the answers alone would confirm what was doubted.
    for (let times = 0; times < 2; times++)
      await keep(
        reading,
        own.map((row) => wild.find(({ startMs }) => startMs === row.startMs) ?? row),
      )
    await archive.applyReading(reading)
    await archive.import(market, '1m', [imported])
    const listed = await archive.quarantined(market, false)
    const number = (one: CandleRow) => listed.find(({ startMs }) => startMs === one.startMs)!.id
    await archive.review(number(wild[0]!), 'accepted')
    await archive.review(number(wild[1]!), 'rejected')
    expect(await rebuild()).toMatchObject({ changed: 0, added: 0, fromRaw: 99, candles: 100 })
    expect(await at(wild[0]!.startMs)).toEqual({ ...wild[0]!, flags: Flag.suspicious })
    expect(await at(wild[1]!.startMs)).toBeUndefined()
    expect(await at(imported.startMs)).toEqual({ ...imported, flags: Flag.imported })

    const later = { ...own[0]!, volume: '123' }
    await archive.applyReading(answer(market, '1m', slice, SECOND, [later, ...rest.slice(1)]))
    expect(await rebuild()).toMatchObject({ changed: 0, added: 0, fromRaw: 0 })
    expect(await at(later.startMs)).toEqual({ ...later, flags: Flag.revised })
  })
})
