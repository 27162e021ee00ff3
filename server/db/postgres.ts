/** A real PostgreSQL, 14 or newer. */
import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate } from 'drizzle-orm/postgres-js/migrator'
import postgres from 'postgres'
import {
  DatabaseError,
  DatabaseUnavailableError,
  rows,
  told,
  type Database,
  type Transaction,
} from './database.ts'
import { MIGRATIONS, othersOnOldTables, PROGRAM, refuseNewer, sign } from './migrate.ts'
import { listenTo } from './notices.ts'
import { connected, CONNECT_SECONDS, createPool, type PostgresPool } from './postgres-pool.ts'

const CONNECTIONS = 10
/** Those of what must not wait behind other work. */
const FIRST_CONNECTIONS = 2

/** Longer than a killed process counts as there. */
const OTHERS_GONE_WITHIN_MS = 25_000
const LOOK_EVERY_MS = 500

/** Any number that nothing else on the server uses: one process migrates, the others wait for it. */
const MIGRATION_LOCK = 8_160_001

/**
 * @throws DatabaseError when it cannot be reached, is too old, or is newer than the program
 */
export async function openPostgres(
  url: string,
  othersGoneWithinMs = OTHERS_GONE_WITHIN_MS,
): Promise<Database> {
  const place = withoutSecrets(url)
  await prepare(url, place, othersGoneWithinMs)
  const pool = createPool(url, CONNECTIONS)
  const firstPool = createPool(url, FIRST_CONNECTIONS)
  // Drizzle asks its client for nothing but transactions here.
  const over = ({ begin }: PostgresPool) => {
    const client = { begin, options: { parsers: {}, serializers: {} } }
    return drizzle({ client: client as unknown as postgres.Sql }) as unknown as Transaction
  }
  const db = over(pool)
  const first = over(firstPool)
  const reached = <T>(work: () => Promise<T>) => told(work).catch((error: unknown) => lost(error, place))
  const read: Database['read'] = (work) =>
    reached(() => db.transaction(work, { isolationLevel: 'repeatable read', accessMode: 'read only' }))
  return {
    kind: 'postgres',
    description: `PostgreSQL at ${place}`,
    write: (work) => reached(() => db.transaction(work)),
    writeFirst: (work) => reached(() => first.transaction(work)),
    read,
    readInTurn: read,
    // The server's own autovacuum does it; a full one would lock readers out.
    pack: async () => {},
    listen: (listener) => reached(() => listenTo(url, listener)),
    close: async () => {
      await Promise.all([pool.end(), firstPool.end()])
    },
  }
}

/** Checks the server and brings the tables up to date, over one connection: its lock must not wander through a pool. */
async function prepare(url: string, place: string, othersGoneWithinMs: number): Promise<void> {
  const client = postgres(url, {
    max: 1,
    onnotice: () => {},
    connect_timeout: CONNECT_SECONDS,
    fetch_types: false,
  })
  const db = drizzle(client) as unknown as Transaction
  try {
    await connected(client)
    await refuseOld(db, place)
    await rows(db, sql`SELECT pg_advisory_lock(${MIGRATION_LOCK})`)
    await refuseNewer(db)
    await waitForOthers(db, place, othersGoneWithinMs)
    await migrate(drizzle(client), { migrationsFolder: MIGRATIONS })
    await sign(db)
  } catch (error) {
    if (error instanceof DatabaseError && !isConnection(error.cause)) throw error
    throw new DatabaseError(`PostgreSQL at ${place} ${refusal(error)}`, { cause: error })
  } finally {
    await client.end({ timeout: 1 })
  }
}

/**
 * Tables are not changed beneath programs that run on them: whoever stops a version to start the next one may do so in any
 * order, within the time in which one that was killed is forgotten.
 */
async function waitForOthers(db: Transaction, place: string, withinMs: number): Promise<void> {
  const endAt = performance.now() + withinMs
  for (;;) {
    const others = await othersOnOldTables(db)
    if (others.length === 0) return
    if (performance.now() > endAt)
      throw new DatabaseError(
        `the database at ${place} is in use by an older program: ${others.join('; ')}. ${PROGRAM} has to change its tables: stop those first, then start it again`,
      )
    await pause(LOOK_EVERY_MS)
  }
}

/** What a connection failed of, and what to do about it. */
function refusal(error: unknown): string {
  const code = codeOf(error) ?? ''
  if (code.startsWith('28'))
    return `does not let this user in: ${reason(error)}. Set user and password in DATABASE_URL right; a database keeps those that it was made with`
  if (code === '3D000')
    return `has no such database: ${reason(error)}. Make it, or name another in DATABASE_URL`
  return `does not answer: ${reason(error)}. Check DATABASE_URL and that the server runs`
}

async function refuseOld(db: Transaction, place: string): Promise<void> {
  const [found] = await rows<{ version: number }>(
    db,
    sql`SELECT current_setting('server_version_num')::int AS version`,
  )
  const major = Math.floor(found!.version / 10_000)
  if (major < 14)
    throw new DatabaseError(`PostgreSQL at ${place} is version ${major}: Crypto Tracker needs 14 or newer`)
}

function lost(error: unknown, place: string): never {
  if (isConnection(error) || (error instanceof DatabaseError && isConnection(error.cause)))
    throw new DatabaseUnavailableError(`PostgreSQL at ${place} cannot be reached: ${reason(error)}`, {
      cause: error,
    })
  throw error
}

/** Codes of the operating system, of postgres.js, and of PostgreSQL when it shuts down or starts. */
function isConnection(error: unknown): boolean {
  const code = codeOf(error)
  return code !== null && /^(E[A-Z]+|CONNECT\w*|57P0[123]|08\w{3})$/.test(code)
}

function codeOf(error: unknown): string | null {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : null
}

function reason(error: unknown): string {
  if (error instanceof DatabaseError && error.cause) return reason(error.cause)
  if (error instanceof AggregateError) return error.errors.map(reason).join(', ')
  return error instanceof Error ? error.message || error.name : String(error)
}

function withoutSecrets(url: string): string {
  try {
    const { hostname, port, pathname } = new URL(url)
    return `${hostname}${port && `:${port}`}${pathname}`
  } catch {
    throw new DatabaseError(
      'DATABASE_URL is no address of a database: write postgresql://user:password@host:5432/name',
    )
  }
}
