/**
 * Fills an empty archive from a backup file, in one transaction: all of it or nothing. The archive gets a name of its
 * own, so that devices that synced with the old one start over instead of trusting positions of another history.
 */
import { createHash, randomUUID, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'
import { sql } from 'drizzle-orm'
import { rows, type Database, type Transaction } from '../db/database.ts'
import {
  BACKUP_TABLES,
  BACKUP_VERSION,
  backupEnd,
  backupHeader,
  BackupError,
  backupTable,
  IDENTITIES,
  schemaVersion,
  type BackupHeader,
} from './backup-format.ts'

/** Rows are handed to the database in batches of about so many characters. */
const BATCH_CHARACTERS = 2_000_000
/** A row larger than this is none of ours: a chunk of a month has less than a tenth of it. */
const LONGEST_LINE = 64 * 1024 * 1024

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

function readHeader(line: string | null, file: string): BackupHeader {
  const header = backupHeader.safeParse(line === null ? null : parsed(line))
  if (!header.success)
    throw new BackupError(
      `${file} is no backup of Crypto Tracker: it is made by "crypto-tracker backup FILE"`,
    )
  const { version, schema } = header.data
  if (version > BACKUP_VERSION || schema > schemaVersion())
    throw new BackupError(`${file} was written by a newer Crypto Tracker: update this one, then restore`)
  if (schema < schemaVersion())
    throw new BackupError(
      `${file} was written by an older Crypto Tracker, with other tables: restore it with that version, then update`,
    )
  return header.data
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

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null // No JSON is no line of ours: the caller's schema refuses it.
  }
}

/** The lines of the file one after the other, held against what its last line says. */
class BackupLines {
  readonly file: string
  rows = 0
  readonly #hash: Hash = createHash('sha256')
  readonly #lines: AsyncGenerator<string>

  constructor(file: string) {
    this.file = file
    this.#lines = linesOf(file)
  }

  async next(): Promise<string | null> {
    const { value, done } = await this.#lines.next()
    if (done) return null
    if (!value.startsWith('{"end":')) this.#hash.update(`${value}\n`)
    return value
  }

  /** null after the last row, once count and hash are right. */
  async nextRow(): Promise<string | null> {
    const line = await this.next()
    if (line === null)
      throw new BackupError(`${this.file} is cut short: its last line is not there. Take another backup file`)
    if (!line.startsWith('{"end":')) {
      if (!line.startsWith('{"table":')) this.rows++
      return line
    }
    const end = backupEnd.safeParse(parsed(line))
    if (!end.success || end.data.rows !== this.rows || end.data.sha256 !== this.#hash.digest('hex'))
      throw new BackupError(`${this.file} is damaged: its rows are not those that were written. Take another`)
    return null
  }
}

/** @throws BackupError when it cannot be read, is no gzip, is cut short, or has a line without end */
async function* linesOf(file: string): AsyncGenerator<string> {
  let rest = ''
  const text = createGunzip()
  const source = createReadStream(file).on('error', (error) => text.destroy(error))
  source.pipe(text).setEncoding('utf8')
  try {
    for await (const piece of text as AsyncIterable<string>) {
      const lines = (rest + piece).split('\n')
      rest = lines.pop()!
      if (rest.length > LONGEST_LINE) throw new BackupError(`${file}: a line without end`)
      yield* lines
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    throw new BackupError(
      code.startsWith('Z_')
        ? `${file} is no backup, or is cut short (${message})`
        : `${file} cannot be read: ${message}`,
      { cause: error },
    )
  }
}
