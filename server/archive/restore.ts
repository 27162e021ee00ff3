/**
 * Fills an empty archive from a backup file, in one transaction: all of it or nothing. The archive gets a name of its
 * own, so that devices that synced with the old one start over instead of trusting positions of another history.
 */
import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { rows, type Database, type Transaction } from '../db/database.ts'
import { BACKUP_TABLES, BackupError, backupTable, IDENTITIES } from './backup-format.ts'
import { BackupLines, parsed, readHeader } from './backup-lines.ts'

/** Rows are handed to the database in batches of about so many characters. */
const BATCH_CHARACTERS = 2_000_000

export interface RestoreReport {
  readonly rows: number
  readonly revision: number
  readonly madeAt: string
  /** The name that the restored archive has now. */
  readonly archive: string
}

/**
 * @throws BackupError when the file is no whole backup, or not of this program's version: nothing was changed
 * @throws BackupError when the archive is not empty
 */
export async function restore(database: Database, file: string): Promise<RestoreReport> {
  return database.write(async (tx) => {
    await refuseFilled(tx)
    const reading = new BackupLines(file)
    const header = readHeader(await reading.next(), file)
    const tables = await loadTables(tx, reading)
    const missing = BACKUP_TABLES.filter((table) => !tables.has(table))
    if (missing.length > 0) throw new BackupError(`${file}: the tables ${missing.join(', ')} are not in it`)
    for (const [table, column] of Object.entries(IDENTITIES)) await continueIdentity(tx, table, column)
    const archive = randomUUID()
    await rows(tx, sql`UPDATE head SET archive = ${archive}`)
    return { rows: reading.rows, revision: header.revision, madeAt: header.made_at, archive }
  })
}

async function refuseFilled(tx: Transaction): Promise<void> {
  const [found] = await rows<{ filled: boolean }>(
    tx,
    sql`SELECT EXISTS (SELECT FROM market) OR EXISTS (SELECT FROM head WHERE revision > 0) AS filled`,
  )
  if (found!.filled)
    throw new BackupError(
      'this archive is not empty: restore into an empty data folder (set DATA_DIR to a new one) or an empty database',
    )
  await rows(tx, sql`DELETE FROM head`)
}

async function loadTables(tx: Transaction, reading: BackupLines): Promise<ReadonlySet<string>> {
  const seen = new Set<string>()
  let batch: string[] = []
  let characters = 0
  let table: string | null = null
  const flush = async () => {
    if (table !== null && batch.length > 0) await insert(tx, table, batch)
    batch = []
    characters = 0
  }
  for (let line = await reading.nextRow(); line !== null; line = await reading.nextRow()) {
    if (line.startsWith('{"table":')) {
      await flush()
      table = backupTable.parse(parsed(line)).table
      if (!BACKUP_TABLES.includes(table) || seen.has(table))
        throw new BackupError(`${reading.file}: "${table.slice(0, 40)}" is no table of a backup`)
      seen.add(table)
      continue
    }
    if (table === null) throw new BackupError(`${reading.file}: a row before any table`)
    batch.push(line)
    characters += line.length
    if (characters >= BATCH_CHARACTERS) await flush()
  }
  await flush()
  return seen
}

/** Rows as the database wrote them: it reads each column as what it is, numbers exactly. */
async function insert(tx: Transaction, table: string, lines: readonly string[]): Promise<void> {
  const name = sql.identifier(table)
  await rows(
    tx,
    sql`INSERT INTO ${name} OVERRIDING SYSTEM VALUE
      SELECT * FROM json_populate_recordset(NULL::${name}, ${`[${lines.join(',')}]`}::text::json)`,
  )
}

async function continueIdentity(tx: Transaction, table: string, column: string): Promise<void> {
  await rows(
    tx,
    sql`SELECT setval(pg_get_serial_sequence(${table}, ${column}),
      greatest(1, (SELECT max(${sql.identifier(column)}) FROM ${sql.identifier(table)})),
      EXISTS (SELECT FROM ${sql.identifier(table)}))`,
  )
}
