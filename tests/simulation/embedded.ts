/** The embedded database in a folder of its own. A kill leaves what was written until then: a copy of the folder tells. */
import fs, { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { openDatabase } from '../../server/db/open.ts'
import type { Place } from './database.ts'

/** What the machine's disk does to the engine's writes. */
export interface Disk {
  /** Called before each write of the engine; what it throws is the disk's answer. */
  onWrite: () => void
  /** Bytes that are free, where the disk is nearly full; null as it is. */
  freeBytes: number | null
}

/** Takes over the writes of this process, for good. */
export function installDisk(): Disk {
  const disk: Disk = { onWrite: () => {}, freeBytes: null }
  const { writeSync } = fs
  const { statfs } = fs.promises
  fs.writeSync = ((...values: Parameters<typeof writeSync>) => {
    if (values[0] > 2) disk.onWrite()
    return writeSync(...values)
  }) as typeof writeSync
  fs.promises.statfs = (async (...values: Parameters<typeof statfs>) => {
    const found = await statfs(...values)
    return disk.freeBytes === null ? found : Object.assign(found, { bavail: 1, bsize: disk.freeBytes })
  }) as typeof statfs
  syncBuiltinESMExports()
  return disk
}

/** An empty database in a folder, to be copied: making one takes seconds. */
export async function makeTemplate(base: string): Promise<string> {
  const folder = mkdtempSync(join(base, 'crypto-tracker-template-'))
  await (await openDatabase({ dataDir: folder, databaseUrl: null })).close()
  return folder
}

export function embeddedPlace(base: string, template: string): Place {
  const make = () => mkdtempSync(join(base, 'crypto-tracker-simulation-'))
  const copy = (from: string, to: string) =>
    cpSync(join(from, 'database'), join(to, 'database'), { recursive: true })
  let folder = make()
  let kept: string | null = null
  copy(template, folder)
  return {
    isServer: false,
    drop: async () => {},
    open: () => openDatabase({ dataDir: folder, databaseUrl: null }),
    tear: () => {
      kept = make()
      copy(folder, kept)
    },
    abandon: async (database) => {
      await database.close()
      rmSync(folder, { recursive: true, force: true })
      folder = kept ?? folder
      kept = null
    },
    remove: async () => {
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
