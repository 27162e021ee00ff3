/** Reads a backup file back from the disk, whole, as a restore would. */
import { BACKUP_TABLES, BackupError } from './backup-format.ts'
import { BackupLines, parsed, readHeader } from './backup-lines.ts'

/**
 * @returns how many rows are in it
 * @throws BackupError when it is damaged, cut short, or lacks a table
 */
export async function checkBackup(file: string, signal?: AbortSignal): Promise<number> {
  const reading = new BackupLines(file)
  readHeader(await reading.next(), file)
  const seen = new Set<unknown>()
  for (let line = await reading.nextRow(); line !== null; line = await reading.nextRow()) {
    signal?.throwIfAborted()
    if (line.startsWith('{"table":')) seen.add((parsed(line) as { table?: unknown } | null)?.table)
  }
  // The sum of the compressed bytes comes behind the last line.
  if ((await reading.next()) !== null) throw new BackupError(`${file} goes on behind its end: take another`)
  const missing = BACKUP_TABLES.filter((table) => !seen.has(table))
  if (missing.length > 0) throw new BackupError(`${file}: the tables ${missing.join(', ')} are not in it`)
  return reading.rows
}
