/** The change log under many writers at once: no reader steps over a revision, whatever the order of commits. */
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decodeChunk } from '../../core/chunk/decode.ts'
import type { PricePart } from '../../core/chunk/chunk.ts'
import { rowsFromParts } from '../../core/chunk/rows.ts'
import { MINUTE_MS } from '../../core/time/interval.ts'
import { decodeTail } from '../../core/wire/tail.ts'
import { commit, headRevision } from '../../server/archive/context.ts'
import { createEvents } from '../../server/archive/events.ts'
import { writeCandles } from '../../server/archive/write.ts'
import { rows } from '../../server/db/database.ts'
import { candles, KINDS, openTestArchive, type TestArchive } from './archives.ts'

const NOW = Date.UTC(2024, 4, 20, 12, 0)

describe.each(KINDS)('on %s', (kind) => {
  let on: TestArchive
  beforeAll(async () => {
    on = await openTestArchive(kind, NOW)
  })
  afterAll(() => on.close())

  test('a reader who follows the tail misses nothing while forty writers commit', async () => {
    const market = await on.follow()
    const minutes = candles('1m', NOW - 40 * MINUTE_MS, NOW)
    const [{ key } = { key: 0 }] = await on.database.read((tx) =>
      rows<{ key: number }>(tx, sql`SELECT key FROM market WHERE id = ${market}`),
    )
    const events = createEvents()
    const told: number[] = []
    events.subscribe((event) => event.kind === 'revision' && told.push(event.revision))
    let writing = true
    const writers = minutes.map((row, i) =>
      commit({ database: on.database, events }, async (tx, takeRevision) => {
        // Who began first is not who commits first.
        await rows(tx, sql`SELECT pg_sleep(${((i * 7) % 13) / 500})`)
        const revision = await takeRevision()
        await writeCandles(tx, { market: key, interval: '1m' }, [row], revision)
        await rows(tx, sql`SELECT pg_sleep(${((i * 5) % 7) / 1000})`)
        return { result: revision, events: [] }
      }),
    )
    const reader = (async () => {
      const seen = new Map<number, string>()
      for (let since = 0, last = false; ; last = !writing) {
        const tail = decodeTail(await on.archive.tail(since, [market], ['1m'], NOW))
        const { price } = tail.series[0]!
        if (price)
          for (const row of rowsFromParts(decodeChunk(price) as PricePart, null))
            seen.set(row.startMs, row.close)
        since = tail.revision
        if (last) return seen
      }
    })()
    const revisions = await Promise.all(writers)
    writing = false
    expect(new Map([...(await reader)].sort(([a], [b]) => a - b))).toEqual(
      new Map(minutes.map((row) => [row.startMs, row.close])),
    )
    expect(told).toEqual(revisions.toSorted((a, b) => a - b))
  })

  test('a transaction that fails leaves no hole in the log and tells nothing', async () => {
    const events = createEvents()
    const told: number[] = []
    events.subscribe((event) => event.kind === 'revision' && told.push(event.revision))
    const parts = { database: on.database, events }
    const before = await on.archive.headRevision()
    await expect(
      commit(parts, async (_, takeRevision) => {
        await takeRevision()
        throw new Error('changed my mind')
      }),
    ).rejects.toThrow('changed my mind')
    const next = await commit(parts, async (_, takeRevision) => ({
      result: await takeRevision(),
      events: [],
    }))
    expect([next, told]).toEqual([before + 1, [before + 1]])
  })
})

test('on PostgreSQL a revision is not given before the one below it is committed', async () => {
  const on = await openTestArchive('PostgreSQL', NOW)
  try {
    const events = createEvents()
    const parts = { database: on.database, events }
    const order: string[] = []
    const first = Promise.withResolvers<null>()
    const release = Promise.withResolvers<null>()
    const slow = commit(parts, async (_, takeRevision) => {
      const revision = await takeRevision()
      first.resolve(null)
      await release.promise
      order.push('slow commits')
      return { result: revision, events: [] }
    })
    await first.promise
    const fast = commit(parts, async (_, takeRevision) => {
      const revision = await takeRevision()
      order.push('fast has its revision')
      return { result: revision, events: [] }
    })
    // The second waits for the lock of the first, and says so to the database.
    await waitFor(async () => {
      const [waiting] = await on.database.read((tx) =>
        rows<{ n: number }>(
          tx,
          sql`SELECT count(*)::int AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
        ),
      )
      return waiting!.n > 0
    })
    const seen = await on.database.read(headRevision)
    release.resolve(null)
    expect(await slow).toBe(seen + 1)
    expect(await fast).toBe(seen + 2)
    expect(order).toEqual(['slow commits', 'fast has its revision'])
  } finally {
    await on.close()
  }
})

async function waitFor(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setImmediate(resolve))
}
