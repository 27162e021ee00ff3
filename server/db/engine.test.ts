import fs from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { DatabaseUnavailableError } from './database.ts'
import { Engine } from './engine.ts'

test('a commit whose log finds no room once fails alone: nothing hangs, and every commit before and after it is kept', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'crypto-tracker-engine-'))
  const engine = await Engine.open(join(folder, 'engine'))
  const insert = (n: number) =>
    engine.run((db) => db.transaction((tx) => tx.execute(sql`INSERT INTO counted VALUES (${n})`)))
  const { writeSync } = fs
  try {
    await engine.run((db) => db.execute(sql`CREATE TABLE counted (n int)`))
    await insert(1)
    fs.writeSync = (() => {
      fs.writeSync = writeSync
      syncBuiltinESMExports()
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
    }) as typeof writeSync
    syncBuiltinESMExports()
    const failed = insert(2)
    await expect(failed).rejects.toThrow(DatabaseUnavailableError)
    await expect(failed).rejects.toThrow(
      /failed \(its log cannot be written; is the disk full\?\) and is opened anew/,
    )
    await insert(3)
    const kept = await engine.run((db) => db.execute(sql`SELECT n FROM counted ORDER BY n`))
    expect(kept.rows).toEqual([{ n: 1 }, { n: 3 }])
  } finally {
    fs.writeSync = writeSync
    syncBuiltinESMExports()
    await engine.close()
    await rm(folder, { recursive: true })
  }
})
