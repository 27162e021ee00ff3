/** A real PostgreSQL, 14 or newer, through a pool of connections. */
import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate } from 'drizzle-orm/postgres-js/migrator'
import postgres from 'postgres'
import { DatabaseError, told, type Database, type Transaction } from './database.ts'
import { MIGRATIONS, refuseNewer } from './migrate.ts'

/** Any number that nothing else on the server uses: one process migrates, the others wait for it. */
const MIGRATION_LOCK = 8_160_001

/**
 * @throws DatabaseError when it cannot be reached, is too old, or is newer than the program
 */
export async function openPostgres(url: string): Promise<Database> {
  const place = withoutSecrets(url)
  const client = postgres(url, { max: 10, onnotice: () => {}, connect_timeout: 10 })
  try {
    await refuseOld(client, place)
    await migrateAlone(url)
  } catch (error) {
    await client.end({ timeout: 1 })
    if (error instanceof DatabaseError) throw error
    throw new DatabaseError(
      `PostgreSQL at ${place} does not answer: ${reason(error)}. Check DATABASE_URL and that the server runs`,
      { cause: error },
    )
  }
  const db = drizzle(client) as unknown as Transaction
  const reached = <T>(work: () => Promise<T>) => told(work).catch((error: unknown) => lost(error, place))
  return {
    kind: 'postgres',
    description: `PostgreSQL at ${place}`,
    write: (work) => reached(() => db.transaction(work)),
    read: (work) =>
      reached(() => db.transaction(work, { isolationLevel: 'repeatable read', accessMode: 'read only' })),
    // The server's own autovacuum does it; a full one would lock readers out.
    pack: async () => {},
    close: () => client.end({ timeout: 5 }),
  }
}

/** One connection of its own: a session lock must not wander through the pool. */
async function migrateAlone(url: string): Promise<void> {
  const client = postgres(url, { max: 1, onnotice: () => {} })
  try {
    await client`SELECT pg_advisory_lock(${MIGRATION_LOCK})`
    const db = drizzle(client)
    await refuseNewer(db as unknown as Transaction)
    await migrate(db, { migrationsFolder: MIGRATIONS })
  } finally {
    await client.end({ timeout: 1 })
  }
}

async function refuseOld(client: postgres.Sql, place: string): Promise<void> {
  const [row] = await client`SELECT current_setting('server_version_num')::int AS version`
  const major = Math.floor((row?.['version'] as number) / 10_000)
  if (major < 14)
    throw new DatabaseError(`PostgreSQL at ${place} is version ${major}: Crypto Tracker needs 14 or newer`)
}

function lost(error: unknown, place: string): never {
  const code = (error as { code?: unknown }).code
  if (typeof code === 'string' && /^(E[A-Z]+|CONNECT|CONNECTION)/.test(code))
    throw new DatabaseError(`PostgreSQL at ${place} cannot be reached: ${reason(error)}`, { cause: error })
  throw error
}

function reason(error: unknown): string {
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
