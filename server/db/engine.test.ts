import fs from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterEach, expect, test } from 'vitest'
import { DatabaseUnavailableError } from './database.ts'
import { Engine } from './engine.ts'

const { writeSync, openSync } = fs

function restoreDisk(): void {
  Object.assign(fs, { writeSync, openSync })
  syncBuiltinESMExports()
}

afterEach(restoreDisk)

/** From then on the disk is well again. */
function noRoom(): never {
  restoreDisk()
  throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
}

function takeOver(disk: Partial<Pick<typeof fs, 'writeSync' | 'openSync'>>): void {
  Object.assign(fs, disk)
  syncBuiltinESMExports()
}

/** A new file of the log has this name while it is made. */
const isNewLog = (path: fs.PathLike) => String(path).includes('xlogtemp')

const FULL: Readonly<Record<string, () => void>> = {
  'whose log finds no room': () => takeOver({ writeSync: noRoom }),
  'for whose new file of the log there is no room': () =>
    takeOver({ openSync: (path, ...how) => (isNewLog(path) ? noRoom() : openSync(path, ...how)) }),
  'whose new file of the log cannot be written': () => {
    const made = new Set<number>()
    takeOver({
      openSync: (path, ...how) => {
        const file = openSync(path, ...how)
        if (isNewLog(path)) made.add(file)
        return file
      },
      writeSync: ((...values: Parameters<typeof writeSync>) =>
        made.has(values[0]) ? noRoom() : writeSync(...values)) as typeof writeSync,
    })
  },
}

test.each(Object.entries(FULL))(
  'a commit %s fails alone: nothing hangs, and every commit before and after it is kept',
  { timeout: 180_000 },
  async (what, fill) => {
    const folder = await mkdtemp(join(tmpdir(), 'crypto-tracker-engine-'))
    const engine = await Engine.open(join(folder, 'engine'))
    const insert = (n: number) =>
      engine.run((db) => db.transaction((tx) => tx.execute(sql`INSERT INTO counted VALUES (${n})`)))
    try {
      await engine.run((db) => db.execute(sql`CREATE TABLE counted (n int)`))
      await insert(1)
      if (what.includes('new file')) await engine.run((db) => db.execute(sql`SELECT pg_switch_wal()`))
      fill()
      const failed = insert(2)
      await expect(failed).rejects.toThrow(DatabaseUnavailableError)
      await expect(failed).rejects.toThrow(/failed \(.*is the disk full\?\) and is opened anew/)
      await insert(3)
      const kept = await engine.run((db) => db.execute(sql`SELECT n FROM counted ORDER BY n`))
      expect(kept.rows).toEqual([{ n: 1 }, { n: 3 }])
    } finally {
      restoreDisk()
      await engine.close()
      await rm(folder, { recursive: true })
    }
  },
)
