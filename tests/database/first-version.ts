/**
 * An archive as the first version of the program left it: written by that version itself, with two markets, sealed and open
 * periods, gaps, a refused row and a raw answer (`first-version.jsonl.gz`: its tables as lines of JSON).
 */
import { createHash } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import postgres from 'postgres'
import { IDENTITIES } from '../../server/archive/backup-format.ts'
import { Engine } from '../../server/db/engine.ts'
import { MIGRATIONS } from '../../server/db/migrate.ts'
import type { DatabasePlace } from '../../server/db/open.ts'

/** When it was written, and by its clock. */
export const WRITTEN_MS = Date.UTC(2024, 4, 20, 12)
export const FIRST_REVISION = 47

/** Time of the migration that the first version had, and its name. */
const FIRST = { at: 1795562254968, name: '0000_archive' }
const BREAK = '--> statement-breakpoint'

/** The lines by table. */
async function readTables(): Promise<ReadonlyMap<string, readonly string[]>> {
  const packed = await readFile(join(import.meta.dirname, 'first-version.jsonl.gz'))
  const tables = new Map<string, string[]>()
  let rows: string[] = []
  for (const line of gunzipSync(packed).toString().trimEnd().split('\n')) {
    const { table } = JSON.parse(line) as { table?: string }
    if (table === undefined) rows.push(line)
    else tables.set(table, (rows = []))
  }
  return tables
}

/** Makes the tables of the first version in an empty place and fills them. */
export async function layFirstVersion({ dataDir, databaseUrl }: DatabasePlace): Promise<void> {
  const script = await statements()
  if (databaseUrl !== null) {
    const client = postgres(databaseUrl, { max: 1, onnotice: () => {} })
    await client.unsafe(script)
    await client.end()
    return
  }
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const engine = await Engine.open(join(dataDir, 'database'))
  await engine.run((_, client) => client.exec(script))
  await engine.close()
}

async function statements(): Promise<string> {
  const made = await readFile(join(MIGRATIONS, `${FIRST.name}.sql`), 'utf8')
  const hash = createHash('sha256').update(made).digest('hex')
  const filled = [...(await readTables())].map(
    ([table, rows]) =>
      `INSERT INTO ${table} OVERRIDING SYSTEM VALUE
        SELECT * FROM json_populate_recordset(NULL::${table}, ${quoted(`[${rows.join(',')}]`)}::json)`,
  )
  const identities = Object.entries(IDENTITIES).map(
    ([table, column]) =>
      `SELECT setval(pg_get_serial_sequence('${table}', '${column}'), (SELECT max(${column}) FROM ${table}))`,
  )
  return [
    ...made.split(BREAK).map((statement) => statement.trim().replace(/;$/, '')),
    ...filled,
    ...identities,
    'CREATE SCHEMA drizzle',
    'CREATE TABLE drizzle.__drizzle_migrations (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at bigint)',
    `INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ('${hash}', ${FIRST.at})`,
  ].join(';\n')
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
