/** What a running server says of itself through its control socket. */
import type { Config } from '../config.ts'
import { remoteOperations } from '../control/client.ts'
import { controlSocketPath, isListening } from '../control/socket.ts'
import type { ProviderHealth } from '../providers/types.ts'

/** The part of `Operations.status` that matters here. */
export interface ServerStatus {
  readonly revision: number
  readonly size: { readonly database: number }
  readonly sources: readonly ProviderHealth[]
}

/** null where no server runs on the data folder; an Error where one does and cannot say. */
export async function serverStatus(config: Config): Promise<ServerStatus | Error | null> {
  const socket = controlSocketPath(config.dataDir)
  if (!socket || !(await isListening(socket))) return null
  try {
    const { revision, size, sources = [] } = await remoteOperations(socket).status()
    return { revision, size, sources }
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}
