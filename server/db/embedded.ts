/** The embedded database: PGlite in a folder that only this process has. One connection, so transactions take turns. */
import { constants, existsSync } from 'node:fs'
import { access, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PgTransactionConfig } from 'drizzle-orm/pg-core'
import type { PgliteDatabase } from 'drizzle-orm/pglite'
import { migrate } from 'drizzle-orm/pglite/migrator'
import { DatabaseError, FolderInUseError, type Database, type Transaction } from './database.ts'
import { Engine } from './engine.ts'
import { lockFolder } from './lock.ts'
import { MIGRATIONS, refuseNewer, sign } from './migrate.ts'
import { refuseWithoutRoom } from './room.ts'
import { Turns } from './turns.ts'

/** Of PGlite's PostgreSQL. */
const ENGINE_VERSION = '18'

/** Writing transactions from one checkpoint to the next; nothing here makes any by itself, and the log would only grow. */
const CHECKPOINT_EVERY = 500

/**
 * @param dataDir made with mode 0700 when it is not there
 * @throws FolderInUseError when another process has the folder
 * @throws DatabaseError when the folder cannot be used, or is newer than the program
 */
export async function openEmbedded(dataDir: string): Promise<Database> {
  const release = await takeFolder(dataDir)
  let engine: Engine | undefined
  try {
    const folder = join(dataDir, 'database')
    if (!existsSync(folder)) await refuseWithoutRoom(dataDir)
    else await refuseOther(folder, dataDir)
    engine = await Engine.open(folder)
    await engine.run(async (db) => {
      await refuseNewer(db as unknown as Transaction)
      await migrate(db, { migrationsFolder: MIGRATIONS })
      await sign(db as unknown as Transaction)
    })
    return describe(engine, dataDir, release)
  } catch (error) {
    await engine?.close()
    release()
    if (error instanceof DatabaseError) throw error
    throw new DatabaseError(
      `the embedded database in ${dataDir} does not open: ${(error as Error).message}. Is the disk full or the folder from another version? A backup restores it`,
      { cause: error },
    )
  }
}

async function takeFolder(dataDir: string) {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 })
    await access(dataDir, constants.W_OK)
    return lockFolder(dataDir)
  } catch (error) {
    if (error instanceof FolderInUseError) throw error
    throw new DatabaseError(
      `the data folder ${dataDir} cannot be used: ${(error as Error).message}. Set DATA_DIR to a folder that this user may write`,
      { cause: error },
    )
  }
}

/** The engine of one version does not read the files of another. */
async function refuseOther(folder: string, dataDir: string): Promise<void> {
  const version = await readFile(join(folder, 'PG_VERSION'), 'utf8').catch(() => '')
  if (version === '' || version.trim() === ENGINE_VERSION) return
  throw new DatabaseError(
    `the embedded database in ${dataDir} was written by PostgreSQL ${version.trim()}, and this program brings PostgreSQL ${ENGINE_VERSION}: start the version of Crypto Tracker that wrote it, or set DATA_DIR to a new folder and restore a backup`,
  )
}

function describe(engine: Engine, dataDir: string, release: () => void): Database {
  const turns = new Turns()
  let writes = 0
  const checkpoint = () => engine.run((_, client) => client.exec('CHECKPOINT'))
  const read = <T>(work: (tx: Transaction) => Promise<T>) =>
    engine.run((db) => transaction(db, work, { accessMode: 'read only' }))
  const write: Database['write'] = (work) =>
    turns.inTurn(async () => {
      await refuseWithoutRoom(dataDir)
      if (++writes % CHECKPOINT_EVERY === 0) await checkpoint()
      return engine.run((db) => transaction(db, work))
    })
  return {
    kind: 'embedded',
    description: `embedded PostgreSQL in ${dataDir}`,
    write,
    writeFirst: write,
    read: (work) => turns.first(() => read(work)),
    readInTurn: (work) => turns.inTurn(() => read(work)),
    // No background vacuum here: without FULL the folder would keep the space of every row that ever was.
    pack: async (tables) => {
      for (const table of tables)
        await turns.inTurn(async () => {
          await refuseWithoutRoom(dataDir)
          await engine.run((_, client) => client.exec(`VACUUM FULL ${table}`))
        })
      await turns.inTurn(checkpoint)
    },
    listen: null,
    close: async () => {
      try {
        await engine.close()
      } finally {
        release()
      }
    },
  }
}

function transaction<T>(
  db: PgliteDatabase,
  work: (tx: Transaction) => Promise<T>,
  config?: PgTransactionConfig,
): Promise<T> {
  return db.transaction((tx) => work(tx as unknown as Transaction), config)
}
