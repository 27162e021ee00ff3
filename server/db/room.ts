/** Whether a folder's disk can be written to: asked before each write, since the embedded database does not survive a write that fails. */
import { constants } from 'node:fs'
import { access, statfs } from 'node:fs/promises'
import { DatabaseUnavailableError } from './database.ts'

/** Twice a file of the write-ahead log: what is being written and a checkpoint still find room. */
const ROOM_BYTES = 32 * 1024 * 1024

/**
 * @throws DatabaseUnavailableError when the disk is read-only or nearly full; the message says which and what to do
 */
export async function refuseWithoutRoom(dataDir: string): Promise<void> {
  try {
    await access(dataDir, constants.W_OK)
  } catch (error) {
    throw new DatabaseUnavailableError(
      `the data folder ${dataDir} cannot be written to (${(error as Error).message}): nothing is stored until it can; reading goes on`,
      { cause: error },
    )
  }
  const { bavail, bsize } = await statfs(dataDir)
  const free = bavail * bsize
  if (free < ROOM_BYTES)
    throw new DatabaseUnavailableError(
      `the disk of ${dataDir} is full: ${megabytes(free)} MB are free, ${megabytes(ROOM_BYTES)} are needed. Make room and it goes on by itself; reading goes on meanwhile`,
    )
}

function megabytes(bytes: number): number {
  return Math.floor(bytes / 1024 / 1024)
}
