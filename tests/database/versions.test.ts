/**
 * A database between versions: that of the first version brought up to date, interrupted in the middle, or written by a newer
 * program; on both kinds.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rows, type Database } from '../../server/db/database.ts'
import { openDatabase, type DatabasePlace } from '../../server/db/open.ts'
import { openPostgres } from '../../server/db/postgres.ts'
import type { MarketId } from '../../core/market.ts'
import { DAY_MS, STORED_INTERVALS } from '../../core/time/interval.ts'
import { openArchive } from '../../server/archive/open.ts'
import { defaultSettling } from '../../server/settling.ts'
import { candles, KINDS, type Kind } from './archives.ts'
import { page } from './ask.ts'
import { FIRST_REVISION, layFirstVersion, WRITTEN_MS } from './first-version.ts'
import { startPostgres, type TestPostgres } from './postgres.ts'

let server: TestPostgres
let folder: string
let places = 0
beforeAll(async () => {
  server = await startPostgres()
  folder = await mkdtemp(join(tmpdir(), 'crypto-tracker-versions-'))
})
afterAll(async () => {
  await server.stop()
  await rm(folder, { recursive: true, force: true })
})

async function newPlace(kind: Kind): Promise<DatabasePlace> {
  const dataDir = join(folder, String(++places))
  return { dataDir, databaseUrl: kind === 'PostgreSQL' ? await server.createDatabase() : null }
}

/** Another process that opens the database; it says so when it has. `before` is done first. */
function startOpening(place: DatabasePlace, before = '') {
  const program = `
    ${before}
    import { openDatabase } from ${JSON.stringify(new URL('../../server/db/open.ts', import.meta.url).href)}
    console.log('begun')
    await openDatabase(${JSON.stringify(place)})
    console.log('opened')`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
  return {
    begun: once(child.stdout, 'data'),
    ended,
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

const tables = (database: Database) =>
  database.read((tx) =>
    rows<{ name: string }>(
      tx,
      sql`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename`,
    ),
  )
const migrations = (database: Database) =>
  database.read((tx) => rows<{ hash: string }>(tx, sql`SELECT hash FROM drizzle.__drizzle_migrations`))

/** Tables and steps of a database that was brought up to date without interruption; they are the same on both kinds. */
async function whole() {
  const database = await openDatabase(await newPlace('PostgreSQL'))
  const found = { tables: await tables(database), migrations: await migrations(database) }
  await database.close()
  return found
}

async function expectWhole(place: DatabasePlace) {
  const database = await openDatabase(place)
  try {
    expect({ tables: await tables(database), migrations: await migrations(database) }).toEqual(await whole())
  } finally {
    await database.close()
  }
}

describe('a process killed while it makes the tables', () => {
  test('PostgreSQL, in the middle of them: the next one makes them all, once', async () => {
    const place = await newPlace('PostgreSQL')
    const other = postgres(place.databaseUrl!, { max: 1, onnotice: () => {} })
    try {
      // Who makes a table of this name waits for the end of this transaction, half of his own done.
      await other.unsafe('BEGIN')
      await other.unsafe('CREATE TABLE sample (nothing int)')
      const opening = startOpening(place)
      for (let waits = 0; waits === 0;)
        [{ waits }] = await other<[{ waits: number }]>`SELECT count(*)::int AS waits FROM pg_locks
          WHERE NOT granted AND pid <> pg_backend_pid()`
      await opening.kill()
      await other.unsafe('ROLLBACK')
    } finally {
      await other.end()
    }
    await expectWhole(place)
  })

  test('embedded, at any moment from the first file on: the next one makes the folder and its tables whole', async () => {
    const place = await newPlace('embedded')
    for (const afterMs of [100, 500, 1000]) {
      const opening = startOpening(place)
      await opening.begun
      await new Promise((resolve) => setTimeout(resolve, afterMs))
      await opening.kill()
    }
    await expectWhole(place)
  }, 180_000)
})

test('PostgreSQL, three that start at once: one makes the tables, the others find them made', async () => {
  const place = await newPlace('PostgreSQL')
  const opened = await Promise.all([place, place, place].map(openDatabase))
  for (const database of opened) await database.close()
  await expectWhole(place)
})

test('PostgreSQL whose tables are to be changed beneath another process: that one is named, and what to do', async () => {
  const { databaseUrl } = await newPlace('PostgreSQL')
  const database = await openPostgres(databaseUrl!)
  await database.write(async (tx) => {
    await rows(
      tx,
      sql`DELETE FROM drizzle.__drizzle_migrations WHERE created_at = (SELECT max(created_at) FROM drizzle.__drizzle_migrations)`,
    )
    await rows(
      tx,
      sql`INSERT INTO process (id, role, version, place, started_at, seen_at)
        SELECT gen_random_uuid(), 'api', '0.0.9', 'kitchen, process 12', 0, extract(epoch from now()) * 1000`,
    )
  })
  await database.close()
  await expect(openPostgres(databaseUrl!, 0)).rejects.toThrow(
    /in use by an older program: api of Crypto Tracker 0\.0\.9 \(kitchen, process 12\)\. Crypto Tracker \d+\.\d+\.\d+ has to change its tables: stop those first/,
  )
})

/** Ends the process that runs it, as a kill does, when it is about to run that statement of the steps between versions. */
const killedBefore = (statement: number) => `
    import { PgDialect } from 'drizzle-orm/pg-core'
    const migrate = PgDialect.prototype.migrate
    let left = ${statement}
    PgDialect.prototype.migrate = function (migrations, session, config) {
      const transaction = session.transaction.bind(session)
      session.transaction = (work) => transaction((tx) => {
        const execute = tx.execute.bind(tx)
        tx.execute = (...given) => (left-- === 0 ? process.kill(process.pid, 'SIGKILL') : execute(...given))
        return work(tx)
      })
      return migrate.call(this, migrations, session, config)
    }`

describe.each(KINDS)('%s of the first version', (kind) => {
  const btc = 'coinbase:BTC-USD' as MarketId
  // As that version was given them: of 101 places one is empty at the source.
  const given = (interval: (typeof STORED_INTERVALS)[number], fromMs: number) =>
    candles(interval, fromMs, WRITTEN_MS).filter((_, i) => i % 101 !== 50)
  const everything = {
    '1m': given('1m', WRITTEN_MS - 3 * DAY_MS),
    '1h': given('1h', Date.UTC(2024, 3, 1)),
    '1d': given('1d', Date.UTC(2023, 10, 1)),
  }

  test('killed in the middle of the steps to this version: the next start takes them all, and nothing is lost', async () => {
    const place = await newPlace(kind)
    await layFirstVersion(place)
    const [, signal] = await startOpening(place, killedBefore(11)).ended
    expect(signal).toBe('SIGKILL')

    await expectWhole(place)
    const archive = await openArchive(await openDatabase(place), {
      clock: { now: () => WRITTEN_MS },
      settling: defaultSettling,
      sampleSeconds: 60,
      simulated: false,
    })
    try {
      expect((await archive.markets()).map(({ id, name }) => [id, name])).toEqual([
        [btc, 'Bitcoin'],
        ['coinbase:ETH-USD', 'Ether'],
      ])
      expect(await archive.headRevision()).toBe(FIRST_REVISION)
      for (const interval of STORED_INTERVALS)
        expect(await archive.candles(btc, interval, 0, WRITTEN_MS, 100_000)).toEqual(everything[interval])
      const { chunks } = await page(archive, btc)
      expect(chunks.map(({ interval, period, part }) => `${interval} ${period} ${part}`).sort()).toEqual(
        ['1h 2024-04', '1m 2024-05-17', '1m 2024-05-18', '1m 2024-05-19'].flatMap((one) => [
          `${one} price`,
          `${one} volume`,
        ]),
      )
      expect((await archive.verify(null)).faults).toEqual([])
      expect(await archive.quarantined(btc, true)).toMatchObject([{ reason: 'high < low', raw: '[1,2]' }])
      // It goes on where it was: new rows find free keys.
      await archive.quarantine('coinbase', btc, WRITTEN_MS, { startMs: null, reason: 'later', raw: '' })
      expect(await archive.quarantined(btc, true)).toHaveLength(2)
    } finally {
      await archive.close()
    }
  }, 180_000)
})

describe.each(KINDS)('%s that a newer program wrote', (kind) => {
  test('is refused: both versions are named, and what to do', async () => {
    const place = await newPlace(kind)
    const database = await openDatabase(place)
    await database.write(async (tx) => {
      const later = Date.UTC(2099, 0, 2)
      await rows(
        tx,
        sql`INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ('later', ${later})`,
      )
      await rows(tx, sql`COMMENT ON SCHEMA drizzle IS 'Crypto Tracker 99.1.0'`)
    })
    await database.close()
    await expect(openDatabase(place)).rejects.toThrow(
      /written by a newer program \(Crypto Tracker 99\.1\.0, tables of 2099-01-02\) than this one \(Crypto Tracker \d+\.\d+\.\d+, tables of \d{4}-\d\d-\d\d\): update the program, or restore a backup/,
    )
  })
})

test('an embedded folder of another version of PostgreSQL is refused: both are named, and what to do', async () => {
  const place = await newPlace('embedded')
  await (await openDatabase(place)).close()
  await writeFile(join(place.dataDir, 'database', 'PG_VERSION'), '99\n')
  await expect(openDatabase(place)).rejects.toThrow(
    /PostgreSQL 99.*this program brings PostgreSQL \d+.*restore/,
  )
})
