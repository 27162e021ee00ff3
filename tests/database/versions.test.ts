/** A database between versions: interrupted while it is brought up to date, or written by a newer program, on both kinds. */
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
import { KINDS, type Kind } from './archives.ts'
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

/** Another process that opens the database; it says so when it has. */
function startOpening(place: DatabasePlace) {
  const program = `
    import { openDatabase } from ${JSON.stringify(new URL('../../server/db/open.ts', import.meta.url).href)}
    console.log('begun')
    await openDatabase(${JSON.stringify(place)})
    console.log('opened')`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  return {
    begun: once(child.stdout, 'data'),
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
