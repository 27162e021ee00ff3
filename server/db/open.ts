/** Opens the database that the configuration names and brings its tables up to date. */
import type { Database } from './database.ts'
import { openEmbedded } from './embedded.ts'
import { openPostgres } from './postgres.ts'

export interface DatabasePlace {
  /** Folder of the embedded database. */
  readonly dataDir: string
  /** null = embedded. */
  readonly databaseUrl: string | null
}

/**
 * @throws FolderInUseError when another process has the folder
 * @throws DatabaseError when it cannot be opened; the message says what to do
 */
export function openDatabase(place: DatabasePlace): Promise<Database> {
  return place.databaseUrl === null ? openEmbedded(place.dataDir) : openPostgres(place.databaseUrl)
}
