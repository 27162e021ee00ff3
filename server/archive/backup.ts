/** Writes the whole archive into one file: a single snapshot, put in its place only when it is complete. */
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { sql } from 'drizzle-orm'
import { rows, type Transaction } from '../db/database.ts'
import {
  BACKUP_FORMAT,
  BACKUP_TABLES,
  BACKUP_VERSION,
  BackupError,
  schemaVersion,
  type BackupHeader,
} from './backup-format.ts'
import { headRevision, type Context } from './context.ts'
import type { BackupReport } from './types.ts'

/** Rows taken from the database at once; chunks are the largest, some hundred kilobytes each. */
const BATCH = 200

/**
 * Writes a backup of one moment. The embedded database answers nobody else meanwhile, since it has but one connection.
 *
 * @param file must not exist; readable by its owner only
 * @param signal gives it up
 * @throws BackupError when the file exists or cannot be written: nothing is left behind
 */
export async function backup(context: Context, file: string, signal?: AbortSignal): Promise<BackupReport> {
  const part = `${file}.part`
  await refuseExisting(file)
  const report = await context.database.readInTurn(async (tx) => {
    const lines = new Lines(tx, context)
    // Caught in here: to the database a code such as ENOENT would look like its own lost connection.
    await write(lines.all(), part, signal).catch((error: unknown) => fail(file, part, error))
    return { rows: lines.rows, revision: lines.revision }
  })
  await rename(part, file)
  return { ...report, bytes: (await stat(file)).size }
}

function write(lines: AsyncGenerator<string>, part: string, signal?: AbortSignal): Promise<void> {
  return pipeline(
    Readable.from(lines),
    // Chunks are compressed already; what is left to gain is the hexadecimal that carries them.
    createGzip({ level: 1 }),
    createWriteStream(part, { flags: 'wx', mode: 0o600, flush: true }),
    { signal },
  )
}

async function fail(file: string, part: string, error: unknown): Promise<never> {
  const { code, syscall, message } = error as NodeJS.ErrnoException
  if (code === 'EEXIST')
    throw new BackupError(
      `${part} is there already: another backup is being written, or was ended; delete it`,
    )
  await rm(part, { force: true })
  if (syscall === undefined) throw error
  throw new BackupError(`${file} cannot be written: ${message}`, { cause: error })
}

async function refuseExisting(file: string): Promise<void> {
  const found = await stat(file).catch(() => null)
  if (found)
    throw new BackupError(`${file} is there already: name a file that is not, nothing is overwritten`)
}

/** The lines of the file, and what the last one tells. */
class Lines {
  readonly #tx: Transaction
  readonly #context: Context
  readonly #hash = createHash('sha256')
  rows = 0
  revision = 0

  constructor(tx: Transaction, context: Context) {
    this.#tx = tx
    this.#context = context
  }

  async *all(): AsyncGenerator<string> {
    this.revision = await headRevision(this.#tx)
    const header: BackupHeader = {
      format: BACKUP_FORMAT,
      version: BACKUP_VERSION,
      schema: schemaVersion(),
      archive: this.#context.archiveId,
      revision: this.revision,
      made_at: new Date(this.#context.clock.now()).toISOString(),
    }
    yield this.#line(JSON.stringify(header))
    for (const table of BACKUP_TABLES) {
      yield this.#line(JSON.stringify({ table }))
      yield* this.#table(table)
    }
    yield `${JSON.stringify({ end: true, rows: this.rows, sha256: this.#hash.digest('hex') })}\n`
  }

  async *#table(table: string): AsyncGenerator<string> {
    await rows(
      this.#tx,
      sql`DECLARE backup NO SCROLL CURSOR FOR SELECT to_json(t)::text AS line FROM ${sql.identifier(table)} t`,
    )
    for (;;) {
      const batch = await rows<{ line: string }>(this.#tx, sql.raw(`FETCH ${BATCH} FROM backup`))
      if (batch.length === 0) break
      this.rows += batch.length
      // to_json breaks no line: a line break inside of a text is written as \n.
      yield batch.map(({ line }) => this.#line(line)).join('')
    }
    await rows(this.#tx, sql`CLOSE backup`)
  }

  #line(text: string): string {
    const line = `${text}\n`
    this.#hash.update(line)
    return line
  }
}
