/**
 * What a backup file is: gzip of lines of JSON. The first line is the header; then for each table a line
 * `{"table":NAME}` and its rows, one a line, as the database itself writes a row as JSON; the last line counts and
 * carries the SHA-256 of all lines before it. Nothing in it hangs on an engine or on its version.
 */
import { getTableName } from 'drizzle-orm'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import { z } from 'zod'
import { MIGRATIONS } from '../db/migrate.ts'
import * as schema from '../db/schema.ts'

/** Every table but those of the owner's sign-in, in the order in which they are written. None of these holds a secret. */
export const BACKUP_TABLES: readonly string[] = [
  schema.head,
  schema.market,
  schema.series,
  schema.coverage,
  schema.pulse,
  schema.place,
  schema.candle,
  schema.chunk,
  schema.chunkBody,
  schema.sample,
  schema.raw,
  schema.quarantine,
].map((table) => getTableName(table))

/** Tables whose keys the database gives itself, and the column: after a restore it must go on behind the last one. */
export const IDENTITIES = { market: 'key', raw: 'id', quarantine: 'id' } as const

export const BACKUP_FORMAT = 'crypto-tracker-backup'
export const BACKUP_VERSION = 1

export const backupHeader = z.object({
  format: z.literal(BACKUP_FORMAT),
  version: z.number().int(),
  /** Of the tables: time of the newest migration. */
  schema: z.number().int(),
  archive: z.uuid(),
  revision: z.number().int(),
  made_at: z.string(),
})

export type BackupHeader = z.infer<typeof backupHeader>

export const backupTable = z.object({ table: z.string() })

export const backupEnd = z.object({
  end: z.literal(true),
  rows: z.number().int(),
  sha256: z.string(),
})

/** Time of the newest migration that this program knows. */
export function schemaVersion(): number {
  return readMigrationFiles({ migrationsFolder: MIGRATIONS }).at(-1)?.folderMillis ?? 0
}

/** The file is no backup, or not a whole one, or of another program version. */
export class BackupError extends Error {
  override readonly name = 'BackupError'
}
