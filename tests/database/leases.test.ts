/** Leases on a real PostgreSQL: one holder at a time, and nobody writes under a lease that another one has taken over. */
import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { MINUTE_MS } from '../../core/time/interval.ts'
import { rows } from '../../server/db/database.ts'
import { openDatabase } from '../../server/db/open.ts'
import { LeaseLostError } from '../../server/archive/fence.ts'
import {
  fenceOf,
  releaseLease,
  renewLeases,
  takeLease,
  type Renewal,
  type Taken,
} from '../../server/share/leases.ts'
import { answer, candles, openTestArchive, type TestArchive } from './archives.ts'

const NOW = Date.UTC(2024, 4, 20, 12)
const [first, second] = [randomUUID(), randomUUID()]
const minutes = candles('1m', NOW - 10 * MINUTE_MS, NOW)

let on: TestArchive
let names = 0
beforeAll(async () => {
  on = await openTestArchive('PostgreSQL', NOW)
})
afterAll(() => on.close())

/** The same lease, whose holder has died. */
async function runOut({ name }: Taken): Promise<void> {
  await on.database.write((tx) => rows(tx, sql`UPDATE lease SET expires_at = 0 WHERE name = ${name}`))
}

async function taken(name: string, holder = first): Promise<Taken> {
  const lease = await takeLease(on.database, holder, name)
  if (!lease) throw new Error(`${name} is taken`)
  return lease
}

const renew = (holder: string, lease: Taken, more: Partial<Renewal> = {}) =>
  on.database.write((tx) =>
    renewLeases(tx, holder, [
      { name: lease.name, token: lease.token, pausedUntilMs: null, standing: '{}', details: null, ...more },
    ]),
  )

test('a lease has one holder: renewed while that one lives, free at once when it lets go', async () => {
  const name = `lease${++names}`
  const offers = await Promise.all([first, second].map((holder) => takeLease(on.database, holder, name)))
  const [lease] = offers.filter((one) => one !== null)
  expect(offers.filter((one) => one !== null)).toHaveLength(1)
  const holder = offers[0] ? first : second
  expect(await renew(holder, lease!)).toEqual(new Set([name]))
  expect(await takeLease(on.database, first, name)).toBeNull()
  await releaseLease(on.database, lease!)
  const next = await taken(name, second)
  expect(next.token).toBe(lease!.token + 1)
  // What its holder before tells late changes nothing.
  await releaseLease(on.database, lease!)
  expect(await renew(holder, lease!)).toEqual(new Set())
  expect(await takeLease(on.database, first, name)).toBeNull()
})

test('its holder acts for less time than it lasts, and no longer once it was not renewed', async () => {
  const lease = await taken(`lease${++names}`)
  expect(lease.term.leftMs()).toBeGreaterThan(10_000)
  expect(lease.term.leftMs()).toBeLessThanOrEqual(17_000)
  await runOut(lease)
  expect(await renew(first, lease)).toEqual(new Set())
})

test('what a lost lease had still to write is refused, all of it', async () => {
  const market = await on.follow()
  const lease = await taken(`lease${++names}`)
  const archive = on.archive.under(fenceOf(lease))
  await archive.applyReading(answer(market, '1m', NOW, NOW, minutes.slice(0, 5)))
  await runOut(lease)
  await taken(lease.name, second)
  const revision = await on.archive.headRevision()
  const sample = { market, atMs: NOW, price: '1' }
  for (const write of [
    () => archive.applyReading(answer(market, '1m', NOW, NOW, minutes)),
    () => archive.recordSamples([sample]),
    () => archive.markUnread(market, 0),
    () => archive.keepRaw({ source: 'x', url: 'x', atMs: NOW, status: 200, body: '[]' }),
  ])
    await expect(write()).rejects.toThrow(LeaseLostError)
  expect(await on.archive.headRevision()).toBe(revision)
  expect(await on.archive.candles(market, '1m', NOW - 60 * MINUTE_MS, NOW, 100)).toHaveLength(5)
  expect(await on.archive.samples(market, 0, NOW)).toEqual([])
  // Others write as ever.
  await on.archive.recordSamples([sample])
})

test('who takes over waits for the writes of the one before', async () => {
  const lease = await taken(`lease${++names}`)
  const [begun, end] = [Promise.withResolvers<null>(), Promise.withResolvers<null>()]
  const order: string[] = []
  const writing = on.database.write(async (tx) => {
    await fenceOf(lease)(tx)
    begun.resolve(null)
    await end.promise
    order.push('written')
  })
  await begun.promise
  await runOut(lease)
  const next = taken(lease.name, second).then(() => order.push('taken'))
  for (let waits = 0; waits === 0;)
    [{ waits }] = (await on.database.read((tx) =>
      rows<{ waits: number }>(
        tx,
        sql`SELECT count(*)::int AS waits FROM pg_locks WHERE NOT granted AND locktype = 'advisory'`,
      ),
    )) as [{ waits: number }]
  end.resolve(null)
  await Promise.all([writing, next])
  expect(order).toEqual(['written', 'taken'])
})

test('a holder that stands still in the middle of its writes holds up nobody', async () => {
  const lease = await taken(`lease${++names}`)
  const standing = Promise.withResolvers<null>()
  let begun = 0
  const all = Promise.withResolvers<null>()
  // As a process does that was put to sleep: none of them goes on.
  const writing = [1, 2, 3].map(() =>
    on.database
      .write(async (tx) => {
        await fenceOf(lease)(tx)
        if (++begun === 3) all.resolve(null)
        await standing.promise
        await rows(tx, sql`SELECT 1`)
      })
      .then(
        () => 'written',
        () => 'refused',
      ),
  )
  await all.promise
  await runOut(lease)
  // Its successor has connections of its own.
  const successor = await openDatabase({ dataDir: '', databaseUrl: on.url! })
  try {
    expect((await takeLease(successor, second, lease.name))?.token).toBe(lease.token + 1)
  } finally {
    await successor.close()
  }
  standing.resolve(null)
  expect(await Promise.all(writing)).toEqual(['refused', 'refused', 'refused'])
})

test('a pause that the source has asked for goes with the lease', async () => {
  const lease = await taken(`lease${++names}`)
  await renew(first, lease, { pausedUntilMs: Date.now() + 60_000 })
  await releaseLease(on.database, lease)
  const { pausedMs } = await taken(lease.name, second)
  expect(pausedMs).toBeGreaterThan(50_000)
  expect(pausedMs).toBeLessThanOrEqual(60_000)
})
