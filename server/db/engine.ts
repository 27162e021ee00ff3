/**
 * The embedded database's engine, opened anew in its place once it has failed. After a panic it goes on answering, and wrongly:
 * empty results, commits that are lost. So nothing more is asked of it, and the log on disk says what was committed.
 */
import { PGlite } from '@electric-sql/pglite'
import { drizzle, type PgliteDatabase } from 'drizzle-orm/pglite'
import { DatabaseError, DatabaseUnavailableError, told } from './database.ts'
import { DurableFiles } from './durable-files.ts'

/**
 * A small write-ahead log that leaves no files for later: the folder is somebody's disk. No compilation of queries: they are
 * short. Syncs are asked for, which PGlite turns off (-F), since its own files have none.
 */
const START_PARAMS = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'),
  ...[
    'max_wal_size=64MB',
    'min_wal_size=32MB',
    'wal_recycle=off',
    'wal_init_zero=off',
    'wal_sync_method=fsync',
    'jit=off',
  ].flatMap((setting) => ['-c', setting]),
]

/** An engine that does not open is not tried again sooner. */
const OPEN_AGAIN_MS = 5000

interface Running {
  readonly client: PGlite
  readonly db: PgliteDatabase
  readonly files: DurableFiles
}

export class Engine {
  readonly #folder: string
  #running: Running | null
  #failure = ''
  #openAgainMs = 0

  private constructor(folder: string, running: Running) {
    this.#folder = folder
    this.#running = running
  }

  /** @throws whatever the engine says when it does not open */
  static async open(folder: string): Promise<Engine> {
    return new Engine(folder, await start(folder))
  }

  /**
   * Runs work on the engine, one at a time.
   *
   * @throws DatabaseUnavailableError when the engine fails or has failed; whoever comes later finds it opened anew, if it opens
   * @throws DatabaseError, and whatever the work throws
   */
  async run<T>(work: (db: Running['db'], client: PGlite) => Promise<T>): Promise<T> {
    const running = (this.#running ??= await this.#openAgain())
    try {
      return await told(() => work(running.db, running.client))
    } catch (error) {
      if (!running.files.failure && !isFatal(error)) throw error
      this.#failure = reason(running.files.failure ?? error)
      this.#running = null
      running.files.abandon()
      throw new DatabaseUnavailableError(
        `the embedded database failed (${this.#failure}) and is opened anew; what was committed is kept`,
        { cause: error },
      )
    }
  }

  async close(): Promise<void> {
    await this.#running?.client.close()
  }

  async #openAgain(): Promise<Running> {
    const waitMs = this.#openAgainMs - performance.now()
    if (waitMs <= 0) {
      this.#openAgainMs = performance.now() + OPEN_AGAIN_MS
      try {
        return await start(this.#folder)
      } catch (error) {
        this.#failure = reason(error)
      }
    }
    throw new DatabaseUnavailableError(
      `the embedded database in ${this.#folder} does not open: ${this.#failure}. Look at its disk; it is tried again every ${OPEN_AGAIN_MS / 1000} s`,
    )
  }
}

async function start(folder: string): Promise<Running> {
  const files = new DurableFiles(folder)
  try {
    const client = await PGlite.create({ fs: files, startParams: START_PARAMS })
    return { client, db: drizzle(client), files }
  } catch (error) {
    files.abandon()
    throw error
  }
}

/** Whatever is no plain refusal of a statement leaves the engine in a state that nobody knows. */
function isFatal(error: unknown): boolean {
  if (!(error instanceof DatabaseError) || error instanceof DatabaseUnavailableError) return false
  const { severity } = (error.cause ?? {}) as { severity?: unknown }
  return severity !== 'ERROR'
}

function reason(error: unknown): string {
  const cause = error instanceof DatabaseError && error.cause ? error.cause : error
  return cause instanceof Error ? cause.message || cause.name : String(cause)
}
