/** Whether the database opens: by word of the running server, or by opening it as the next start would. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { size } from '../archive/size.ts'
import type { Config } from '../config.ts'
import { rows } from '../db/database.ts'
import { openDatabase } from '../db/open.ts'
import { fault, ok, reasonOf, type Finding } from './finding.ts'
import type { ServerStatus } from './server-status.ts'

/** @param server what the running server says of itself; null where none runs */
export async function checkDatabase(config: Config, server: ServerStatus | Error | null): Promise<Finding> {
  if (server instanceof Error) {
    return fault(
      'database',
      `the server runs, but its database does not answer: ${server.message}`,
      'look into its log; start the database, or the server again',
    )
  }
  if (server)
    return ok(
      'database',
      `${server.isHere ? 'the running server reads it' : 'read as the processes on it do, none of them in this data folder'}: revision ${server.revision}, ${megabytes(server.size.database)}`,
    )
  if (config.databaseUrl === null && !existsSync(join(config.dataDir, 'database')))
    return ok('database', `none in ${config.dataDir} yet: the first start makes it`)
  try {
    const database = await openDatabase(config)
    try {
      const [version, sizes] = await database.read(async (tx) => [
        await rows<{ version: string }>(tx, sql`SELECT current_setting('server_version') AS version`),
        await size(tx),
      ])
      return ok(
        'database',
        `${database.description}, version ${version[0]!.version}, ${megabytes(sizes.database)}`,
      )
    } finally {
      await database.close()
    }
  } catch (error) {
    const todo =
      config.databaseUrl === null
        ? 'do what it says; a folder that is damaged is replaced by its backup'
        : 'do what it says: DATABASE_URL names the server, which must run and be version 14 or newer'
    return fault('database', reasonOf(error), todo)
  }
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`
