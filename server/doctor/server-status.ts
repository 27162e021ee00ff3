/** What running servers say of themselves: the one of this data folder through its control socket, others by their database. */
import { headRevision } from '../archive/context.ts'
import { size } from '../archive/size.ts'
import { systemClock } from '../clock.ts'
import type { Config } from '../config.ts'
import { remoteOperations } from '../control/client.ts'
import { controlSocketPath, isListening } from '../control/socket.ts'
import { DatabaseError } from '../db/database.ts'
import { openDatabase } from '../db/open.ts'
import type { IngestStatus } from '../ingest/types.ts'
import { whoDoesWhat } from '../share/members.ts'
import { standingOf } from '../share/standing.ts'

/** The part of `Operations.status` that matters here. */
export interface ServerStatus extends Pick<IngestStatus, 'sources' | 'processes' | 'leases'> {
  /** Told by a server on this data folder; otherwise by what others left in the database. */
  readonly isHere: boolean
  readonly revision: number
  readonly size: { readonly database: number }
}

/** null where no server runs on the data folder, nor any process on its database; an Error where one does and cannot say. */
export async function serverStatus(config: Config): Promise<ServerStatus | Error | null> {
  const socket = controlSocketPath(config.dataDir)
  if (!socket || !(await isListening(socket))) return config.databaseUrl === null ? null : ofOthers(config)
  try {
    const { revision, size, sources = [], processes, leases } = await remoteOperations(socket).status()
    return {
      isHere: true,
      revision,
      size,
      sources,
      ...(processes && { processes }),
      ...(leases && { leases }),
    }
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

/** What processes in other folders left in the database that they share. */
async function ofOthers(config: Config): Promise<ServerStatus | null> {
  try {
    const database = await openDatabase(config)
    try {
      return await database.read(async (tx) => {
        const { members, leases } = await whoDoesWhat(tx)
        // One that only serves counts: that nobody reads is then what is to be told.
        if (members.length === 0) return null
        const standing = standingOf(leases, members, [], systemClock.now())
        return { ...standing, isHere: false, revision: await headRevision(tx), size: await size(tx) }
      })
    } finally {
      await database.close()
    }
  } catch (error) {
    // Why it does not open is told by the check of the database, which opens it as well.
    if (error instanceof DatabaseError) return null
    throw error
  }
}
