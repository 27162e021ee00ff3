/**
 * A full and a read-only disk under the embedded database: said clearly, reading goes on, and all goes on by itself afterwards.
 * They need disks of their own: where this user may not mount any, they are skipped, by name.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DatabaseUnavailableError, rows, type Database } from '../../server/db/database.ts'
import { openEmbedded } from '../../server/db/embedded.ts'
import { Engine } from '../../server/db/engine.ts'

const MEGABYTE = 1024 * 1024

function mount(...args: string[]): boolean {
  try {
    execFileSync('mount', args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function unmount(folder: string): void {
  execFileSync('umount', [folder], { stdio: 'ignore' })
}

const mayMount = (() => {
  const folder = mkdtempSync(join(tmpdir(), 'crypto-tracker-mount-'))
  const may = mount('-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder)
  if (may) unmount(folder)
  rmSync(folder, { recursive: true })
  return may
})()

describe.skipIf(!mayMount)('on a disk of its own (needs the right to mount one)', () => {
  let disk: string
  let dataDir: string
  const ballast = () => join(disk, 'ballast')
  const freeBytes = () => {
    const { bavail, bsize } = statfsSync(disk)
    return bavail * bsize
  }
  const fillUpTo = (bytes: number) => writeFileSync(ballast(), Buffer.alloc(freeBytes() - bytes))

  beforeEach(() => {
    disk = mkdtempSync(join(tmpdir(), 'crypto-tracker-disk-'))
    mount('-t', 'tmpfs', '-o', 'size=128m', 'tmpfs', disk)
    dataDir = join(disk, 'data')
  })
  afterEach(() => {
    unmount(disk)
    rmSync(disk, { recursive: true })
  })

  const write = (database: Database, text: string) =>
    database.write((tx) => rows(tx, sql`INSERT INTO written (text) VALUES (${text})`))
  const read = (database: Database) =>
    database.read((tx) => rows<{ text: string }>(tx, sql`SELECT text FROM written ORDER BY text`))
  const open = async () => {
    const database = await openEmbedded(dataDir)
    await database.write((tx) => rows(tx, sql`CREATE TABLE written (text text PRIMARY KEY)`))
    await write(database, 'a')
    return database
  }

  test('full disk: writes are refused with how much room is needed, reading goes on, and with room so does writing', async () => {
    const database = await open()
    try {
      fillUpTo(20 * MEGABYTE)
      const refused = write(database, 'b')
      await expect(refused).rejects.toThrow(DatabaseUnavailableError)
      await expect(refused).rejects.toThrow(/disk of \S+ is full: 20 MB are free, 32 are needed\. Make room/)
      expect(await read(database)).toEqual([{ text: 'a' }])
      rmSync(ballast())
      await write(database, 'b')
      expect(await read(database)).toEqual([{ text: 'a' }, { text: 'b' }])
    } finally {
      await database.close()
    }
  })

  test('full disk, at the start: what is there is opened and read, a new folder is refused', async () => {
    await (await open()).close()
    fillUpTo(20 * MEGABYTE)
    const database = await openEmbedded(dataDir)
    try {
      expect(await read(database)).toEqual([{ text: 'a' }])
      await expect(write(database, 'b')).rejects.toThrow(/is full.*Make room/)
      await expect(openEmbedded(join(disk, 'new'))).rejects.toThrow(/is full.*Make room/)
    } finally {
      await database.close()
    }
  })

  test('full disk, all at once: the engine that fails in the middle is opened anew and has every commit', async () => {
    const engine = await Engine.open(join(disk, 'engine'))
    const run = (statement: string) =>
      engine.run((db) => db.transaction((tx) => tx.execute<{ n: number }>(sql.raw(statement))))
    await run('CREATE TABLE counted (n int)')
    await run('INSERT INTO counted VALUES (1)')
    fillUpTo(MEGABYTE)
    // Nothing but log, and more of it than there is room for.
    const failed = run("SELECT pg_logical_emit_message(true, 'test', repeat('x', 20000000))")
    await expect(failed).rejects.toThrow(/the embedded database failed .* is opened anew/)
    expect((await run('SELECT n FROM counted')).rows).toEqual([{ n: 1 }])
    rmSync(ballast())
    await run('UPDATE counted SET n = n + 1')
    await engine.close()
    const again = await Engine.open(join(disk, 'engine'))
    expect((await again.run((db) => db.execute(sql`SELECT n FROM counted`))).rows).toEqual([{ n: 2 }])
    await again.close()
  })

  test('read-only disk: writes are refused with the reason, reading goes on, and once it is writable so does writing', async () => {
    const database = await open()
    try {
      // A mount with open files cannot be made read-only, so one that is lies over it.
      mount('--bind', dataDir, dataDir)
      mount('-o', 'remount,bind,ro', dataDir)
      try {
        const refused = write(database, 'b')
        await expect(refused).rejects.toThrow(DatabaseUnavailableError)
        await expect(refused).rejects.toThrow(/cannot be written to \(EROFS.*reading goes on/)
        expect(await read(database)).toEqual([{ text: 'a' }])
      } finally {
        unmount(dataDir)
      }
      await write(database, 'b')
      expect(await read(database)).toEqual([{ text: 'a' }, { text: 'b' }])
    } finally {
      await database.close()
    }
  })

  test('read-only disk, at the start: refused, by the folder’s name and with what to do', async () => {
    await (await open()).close()
    mount('--bind', dataDir, dataDir)
    mount('-o', 'remount,bind,ro', dataDir)
    try {
      await expect(openEmbedded(dataDir)).rejects.toThrow(/data folder \S+ cannot be used: .*Set DATA_DIR/)
    } finally {
      unmount(dataDir)
    }
  })
})
