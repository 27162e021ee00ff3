/** The embedded database: PGlite in a folder that only this process has. One connection, so transactions take turns. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { drizzle } from 'drizzle-orm/pglite'
import { migrate } from 'drizzle-orm/pglite/migrator'
import { DatabaseError, FolderInUseError, told, type Database, type Transaction } from './database.ts'
import { DurableFiles } from './durable-files.ts'
import { lockFolder } from './lock.ts'
import { MIGRATIONS, refuseNewer } from './migrate.ts'
import { Turns } from './turns.ts'

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

/** Writing transactions from one checkpoint to the next; nothing here makes any by itself, and the log would only grow. */
const CHECKPOINT_EVERY = 500

/**
 * @param dataDir made with mode 0700 when it is not there
 * @throws FolderInUseError when another process has the folder
 * @throws DatabaseError when the folder cannot be used, or is newer than the program
 */
export async function openEmbedded(dataDir: string): Promise<Database> {
  const release = await takeFolder(dataDir)
  let client: PGlite | undefined
  try {
    client = await PGlite.create({
      fs: new DurableFiles(join(dataDir, 'database')),
      startParams: START_PARAMS,
    })
    const db = drizzle(client)
    await refuseNewer(db as unknown as Transaction)
    await migrate(db, { migrationsFolder: MIGRATIONS })
    return describe(client, db as unknown as Transaction, dataDir, release)
  } catch (error) {
    await client?.close()
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
    return lockFolder(dataDir)
  } catch (error) {
    if (error instanceof FolderInUseError) throw error
    throw new DatabaseError(
      `the data folder ${dataDir} cannot be used: ${(error as Error).message}. Set DATA_DIR to a folder that this user may write`,
      { cause: error },
    )
  }
}

function describe(client: PGlite, db: Transaction, dataDir: string, release: () => void): Database {
  const turns = new Turns()
  let writes = 0
  const checkpoint = () => told(() => client.exec('CHECKPOINT'))
  const read = <T>(work: (tx: Transaction) => Promise<T>) =>
    told(() => db.transaction(work, { accessMode: 'read only' }))
  return {
    kind: 'embedded',
    description: `embedded PostgreSQL in ${dataDir}`,
    write: (work) =>
      turns.inTurn(async () => {
        if (++writes % CHECKPOINT_EVERY === 0) await checkpoint()
        return told(() => db.transaction(work))
      }),
    read: (work) => turns.first(() => read(work)),
    readInTurn: (work) => turns.inTurn(() => read(work)),
    // No background vacuum here: without FULL the folder would keep the space of every row that ever was.
    pack: async (tables) => {
      for (const table of tables) await turns.inTurn(() => told(() => client.exec(`VACUUM FULL ${table}`)))
      await turns.inTurn(checkpoint)
    },
    close: async () => {
      await client.close()
      release()
    },
  }
}
