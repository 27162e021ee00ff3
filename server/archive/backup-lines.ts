/** A backup file read line by line, held against what its last line says. */
import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'
import {
  BACKUP_VERSION,
  backupEnd,
  backupHeader,
  BackupError,
  schemaVersion,
  type BackupHeader,
} from './backup-format.ts'

/** A row larger than this is none of ours: a chunk of a month has less than a tenth of it. */
const LONGEST_LINE = 64 * 1024 * 1024

/** The first line. @throws BackupError where it is none of a backup that this program can restore */
export function readHeader(line: string | null, file: string): BackupHeader {
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

/** One line as JSON; what is none is null, and no schema takes that. */
export function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null // No JSON is no line of ours: the caller's schema refuses it.
  }
}

/** The lines of the file one after the other, held against what its last line says. */
export class BackupLines {
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
