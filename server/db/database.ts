/**
 * One database as the archive uses it, embedded or PostgreSQL alike: short transactions over SQL, nothing else.
 * The two kinds are opened in `embedded.ts` and `postgres.ts`.
 */
import { DrizzleQueryError, type SQL } from 'drizzle-orm'
import type { Listening, NoticeListener } from './notices.ts'
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core'

/** Inside a transaction. The query builder and `rows` both work on it. */
export type Transaction = PgDatabase<PgQueryResultHKT, Record<string, never>>

export interface Database {
  readonly kind: 'embedded' | 'postgres'
  /** For people, without any password: `embedded PostgreSQL 18 in ./data`. */
  readonly description: string
  /** Runs the work in one transaction, rolled back when it throws. */
  write<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
  /** The same for what must not wait behind other work: short, and rare. */
  writeFirst<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
  /**
   * Runs the work over one snapshot: what it reads belongs together. Somebody waits for it: where there is but one
   * connection, it goes before waiting writes.
   */
  read<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
  /** The same for work that nobody waits for, sealing say: it takes its turn among the writes. */
  readInTurn<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
  /** Gives the space of deleted rows back, of the tables named, where the database does not do so by itself. */
  pack(tables: readonly string[]): Promise<void>
  /** Hears what other processes on it tell; null where there can be none. */
  readonly listen: ((listener: NoticeListener) => Promise<Listening>) | null
  close(): Promise<void>
}

/** The database did not do what it was asked; the cause says why. */
export class DatabaseError extends Error {
  override readonly name: string = 'DatabaseError'
}

/** The database cannot do it now, and may later: it is out of reach, has no room, or is being opened anew. */
export class DatabaseUnavailableError extends DatabaseError {
  override readonly name = 'DatabaseUnavailableError'
}

/** Another process has the data folder. */
export class FolderInUseError extends DatabaseError {
  readonly folder: string

  constructor(folder: string) {
    super(
      `the data folder ${folder} is in use by another process: stop that one first (is Crypto Tracker already running?), or set DATA_DIR to another folder`,
    )
    this.folder = folder
  }
}

/**
 * Rows of a statement.
 *
 * @throws DatabaseError with the database's own words, without the parameters
 */
export async function rows<R extends object>(tx: Transaction, statement: SQL): Promise<R[]> {
  const result: unknown = await told(() => tx.execute(statement))
  return (Array.isArray(result) ? [...result] : (result as { rows: R[] }).rows) as R[]
}

/**
 * Runs work on the database and says in one line what went wrong, if something did.
 *
 * @throws DatabaseError
 */
export async function told<T>(work: () => PromiseLike<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const cause = error instanceof DrizzleQueryError ? error.cause : error
    if (cause instanceof DatabaseError) throw cause
    if (!isDatabasesOwn(error, cause)) throw error
    throw new DatabaseError(`the database refused: ${messageOf(cause)}`, { cause })
  }
}

function isDatabasesOwn(error: unknown, cause: unknown): boolean {
  return (
    error instanceof DrizzleQueryError ||
    (cause instanceof Error && (cause.name === 'PostgresError' || 'severity' in cause))
  )
}

/** A refused connection is several errors, one an address, and says nothing itself. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join(', ')
  return error instanceof Error ? error.message || error.name : String(error)
}
