/**
 * A lock on a folder that the operating system holds for this process and lets go when the process ends, however it ends.
 * The embedded database has none of its own: two processes that open one folder would lose each other's rows.
 */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { FolderInUseError } from './database.ts'

/** Lets the folder go. */
export type Release = () => void

/**
 * Takes the folder, or fails at once. SQLite serves as the lock: its exclusive transaction is an operating-system lock on
 * every platform, without an add-on of ours, and nothing is ever written into it.
 *
 * @throws FolderInUseError when another process holds it
 */
export function lockFolder(folder: string): Release {
  const lock = new DatabaseSync(join(folder, 'lock.db'), { timeout: 0 })
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    if (error instanceof Error && /locked|busy/i.test(error.message)) throw new FolderInUseError(folder)
    throw error
  }
  return () => lock.close()
}
