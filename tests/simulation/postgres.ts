/** A database of its own on a real PostgreSQL; a program that dies leaves it without its connections. */
import { openDatabase } from '../../server/db/open.ts'
import type { TestPostgres } from '../database/postgres.ts'
import type { Place } from './database.ts'

export async function postgresPlace(server: TestPostgres): Promise<Place> {
  const url = await server.createDatabase()
  const name = new URL(url).pathname.slice(1)
  let ending: Promise<void> = Promise.resolve()
  const drop = () =>
    server.admin(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}' AND pid <> pg_backend_pid()`,
    )
  return {
    isServer: true,
    open: () => openDatabase({ dataDir: '', databaseUrl: url }),
    drop,
    tear: () => {
      ending = drop()
    },
    abandon: async (database) => {
      await ending
      await database.close()
    },
    remove: () => server.admin(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  }
}
