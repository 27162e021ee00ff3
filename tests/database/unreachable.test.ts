/** A database that is not there, goes away and comes back, or was written by a newer program: said clearly, and survived. */
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DatabaseError, FolderInUseError, rows } from '../../server/db/database.ts'
import { openDatabase } from '../../server/db/open.ts'
import { startPostgres, type TestPostgres } from './postgres.ts'

let server: TestPostgres
let folder: string
beforeAll(async () => {
  server = await startPostgres()
  folder = await mkdtemp(join(tmpdir(), 'crypto-tracker-database-'))
})
afterAll(async () => {
  await server.stop()
  await rm(folder, { recursive: true, force: true })
})

test('an address without a server is named, without the password', async () => {
  const opened = openDatabase({ dataDir: folder, databaseUrl: 'postgresql://me:secret@127.0.0.1:9/prices' })
  await expect(opened).rejects.toThrow(DatabaseError)
  await expect(opened).rejects.toThrow(/127\.0\.0\.1:9\/prices does not answer.*DATABASE_URL/)
  await expect(opened).rejects.not.toThrow(/secret/)
})

test('a wrong password and a missing database are each said by name, with what to do', async () => {
  const right = new URL(await server.createDatabase())
  const open = (change: (url: URL) => void) => {
    const wrong = new URL(right)
    change(wrong)
    return expect(openDatabase({ dataDir: folder, databaseUrl: wrong.href })).rejects
  }
  await open((url) => (url.password = 'wrong')).toThrow(
    /does not let this user in: password authentication failed for user "postgres"\. Set user and password in DATABASE_URL/,
  )
  await open((url) => (url.pathname = '/missing')).toThrow(
    /has no such database: database "missing" does not exist\. Make it, or name another in DATABASE_URL/,
  )
})

test('an address where each connection is closed at once is given up after 10 s', async () => {
  const closing = createServer((pipe) => pipe.end())
  await new Promise<void>((resolve) => closing.listen(0, '127.0.0.1', resolve))
  const { port } = closing.address() as AddressInfo
  const opened = openDatabase({ dataDir: folder, databaseUrl: `postgresql://me@127.0.0.1:${port}/prices` })
  await expect(opened).rejects.toThrow(/does not answer: no answer within 10 s of connecting/)
  closing.close()
})

test('what is no address says how one is written', async () => {
  await expect(async () => openDatabase({ dataDir: folder, databaseUrl: 'prices' })).rejects.toThrow(
    /postgresql:\/\/user:password@host/,
  )
})

test('connections that the server cuts are made anew, and what ran over them is rolled back', async () => {
  const database = await openDatabase({ dataDir: folder, databaseUrl: await server.createDatabase() })
  try {
    for (let round = 0; round < 5; round++) {
      const cut = database.write(async (tx) => {
        await rows(tx, sql`CREATE TABLE half (done int)`)
        await rows(tx, sql`SELECT pg_terminate_backend(pg_backend_pid())`)
      })
      await expect(cut).rejects.toThrow(/cannot be reached/)
      const [found] = await database.read((tx) =>
        rows<{ half: string | null }>(tx, sql`SELECT to_regclass('half') AS half`),
      )
      expect(found!.half).toBeNull()
    }
  } finally {
    await database.close()
  }
})

test('a connection cut between two statements fails the next one and nothing else', async () => {
  const database = await openDatabase({ dataDir: folder, databaseUrl: await server.createDatabase() })
  try {
    const started = Promise.withResolvers<number>()
    const isCut = Promise.withResolvers<null>()
    const cut = database.write(async (tx) => {
      const [own] = await rows<{ pid: number }>(tx, sql`SELECT pg_backend_pid() AS pid`)
      started.resolve(own!.pid)
      await isCut.promise
      await rows(tx, sql`SELECT 1`)
    })
    const failed = expect(cut).rejects.toThrow(/cannot be reached/)
    const pid = await started.promise
    await server.admin(`SELECT pg_terminate_backend(${pid}, 5000)`)
    isCut.resolve(null)
    await failed
    expect(await database.read((tx) => rows(tx, sql`SELECT 1 AS one`))).toEqual([{ one: 1 }])
  } finally {
    await database.close()
  }
})

test(
  'a connection that is reset in the middle of a statement fails it at once',
  { timeout: 30_000 },
  async () => {
    const direct = new URL(await server.createDatabase())
    const pipes = new Set<Socket>()
    const proxy = createServer((pipe) => {
      const behind = connect(Number(direct.port), direct.hostname)
      pipes.add(pipe)
      for (const one of [pipe, behind]) one.on('error', () => {})
      pipe.on('close', () => behind.destroy())
      pipe.pipe(behind).pipe(pipe)
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    const address = new URL(direct)
    address.host = `127.0.0.1:${(proxy.address() as AddressInfo).port}`
    const database = await openDatabase({ dataDir: folder, databaseUrl: address.href })
    try {
      for (const statement of [sql`SELECT pg_sleep(60)`, sql`SELECT pg_sleep(${60}::int)`]) {
        const started = Promise.withResolvers<null>()
        const cut = database.write(async (tx) => {
          await rows(tx, sql`SELECT 1`)
          started.resolve(null)
          await rows(tx, statement)
        })
        const failed = expect(cut).rejects.toThrow(/cannot be reached/)
        await started.promise
        for (const pipe of pipes) pipe.resetAndDestroy()
        await failed
        expect(await database.read((tx) => rows(tx, sql`SELECT 1 AS one`))).toEqual([{ one: 1 }])
      }
    } finally {
      await database.close()
      proxy.close()
    }
  },
)

test('a failed statement is told in the words of the database, without its parameters', async () => {
  const database = await openDatabase({ dataDir: folder, databaseUrl: await server.createDatabase() })
  try {
    const failed = database.write((tx) => rows(tx, sql`SELECT ${'private'}::text::int`))
    await expect(failed).rejects.toThrow(DatabaseError)
    await expect(failed).rejects.toThrow(/the database refused: invalid input syntax/)
  } finally {
    await database.close()
  }
})

test('several processes that open a new database at once migrate it once', async () => {
  const databaseUrl = await server.createDatabase()
  const opened = await Promise.all([1, 2, 3].map(() => openDatabase({ dataDir: folder, databaseUrl })))
  try {
    const [found] = await opened[0]!.read((tx) =>
      rows<{ n: number }>(tx, sql`SELECT count(*)::int AS n FROM drizzle.__drizzle_migrations`),
    )
    expect(found!.n).toBeGreaterThan(0)
  } finally {
    await Promise.all(opened.map((database) => database.close()))
  }
})

test('an embedded folder is opened once, and is nobody else to read', async () => {
  const dataDir = join(folder, 'embedded')
  const database = await openDatabase({ dataDir, databaseUrl: null })
  try {
    await expect(openDatabase({ dataDir, databaseUrl: null })).rejects.toThrow(FolderInUseError)
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700)
  } finally {
    await database.close()
  }
  await (await openDatabase({ dataDir, databaseUrl: null })).close()
})
