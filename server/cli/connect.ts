/**
 * How a command reaches the archive: through the control socket of the server that holds the data folder, or, where none
 * runs, by opening the archive itself.
 */
import { readConfig } from '../config.ts'
import { remoteOperations } from '../control/client.ts'
import type { Operations } from '../control/operations.ts'
import { controlSocketPath, isListening } from '../control/socket.ts'

export interface Connection {
  readonly operations: Operations
  /** Whether a server does the work, and reads sources meanwhile. */
  readonly remote: boolean
  /** Reads sources in this process, where no server does it. */
  startReading(): Promise<void>
}

/** Runs the work and closes what was opened, whatever happens. */
export async function withConnection<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
  const config = readConfig(process.env)
  const socket = controlSocketPath(config.dataDir)
  if (socket && (await isListening(socket))) {
    return work({ operations: remoteOperations(socket), remote: true, startReading: async () => {} })
  }
  // Loaded only here: the database takes a while to load, and most commands do not need it.
  const { withOwnArchive } = await import('./own-archive.ts')
  return withOwnArchive(config, work)
}
